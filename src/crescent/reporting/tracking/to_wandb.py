"""One W&B run per run folder, gone on with under the same id after every kill, requeue and further round."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from crescent.config.schema import Config
from crescent.reporting.tracking.entries import Artifact, Entry, Figures, Table
from crescent.reporting.tracking.follower import Say
from crescent.reporting.tracking.numbers import plain_name

SAMPLING_SECONDS = 15.0
INIT_SECONDS = 20.0
FLUSH_SECONDS = 1.0
"""At most this much of what was logged is lost when the whole machine goes."""
BY_ROUND = ("benchmark/*", "gain/*", "dev/*", "gate/*", "guard/*", "replies/*")


def run_id(place: Path, environ: Mapping[str, str] = os.environ) -> str:
    """The id of this run folder's W&B run, fixed before W&B hears of it.

    A sweep's agent exports its own, which a run in a sweep must take; otherwise it is drawn once and kept.
    """
    file = place / "wandb.id"
    known = file.read_text(encoding="utf-8").strip() if file.exists() else ""
    chosen = environ.get("WANDB_RUN_ID") or known or secrets.token_hex(4)
    if chosen != known:
        place.mkdir(parents=True, exist_ok=True)
        file.write_text(chosen + "\n", encoding="utf-8")
    return chosen


class WandbTracker:
    """Logs with explicit steps; everything that W&B would collect unasked about machine and code is off.

    `pid` is the process whose resources are the system metrics. Online without an answer: this start is recorded
    offline, and said so.
    """

    def __init__(
        self, place: Path, config: Config, settings: Mapping[str, Any], *, id: str, name: str, job: str, wait: float,
        pid: int, mode: str, say: Say,
    ) -> None:  # fmt: skip
        import wandb

        self._wandb: Any = wandb
        self._config = config.tracking.wandb
        self._say = say
        self._logged: dict[str, Any] = {}
        place.mkdir(parents=True, exist_ok=True)
        # Artifacts are staged below the run folder: what was recorded offline can be sent later, from here alone.
        os.environ["WANDB_DATA_DIR"] = str(place / "wandb")
        os.environ["WANDB_CACHE_DIR"] = str(place / "wandb")
        os.environ["WANDB_SILENT"] = "true"
        options: dict[str, Any] = {
            "root_dir": str(place), "run_id": id, "run_name": name, "run_job_type": job, "resume": "allow",
            "console": "off", "silent": True, "host": "-", "program": "crescent",
            "disable_git": True, "disable_code": True, "save_code": False, "x_disable_meta": True,
            "x_save_requirements": False, "init_timeout": INIT_SECONDS, "finish_timeout": wait,
            "x_stats_pid": pid, "x_stats_track_process_tree": True, "x_stats_sampling_interval": SAMPLING_SECONDS,
            "x_transaction_log_flush_interval": FLUSH_SECONDS, "x_disable_viewer": True,
        }  # fmt: skip
        if self._config.group:
            options["run_group"] = self._config.group
        if self._config.tags:
            options["run_tags"] = tuple(self._config.tags)
        if "WANDB_SWEEP_ID" not in os.environ:  # a sweep brings its own project
            options |= {"project": self._config.project}
            options |= {"entity": self._config.entity} if self._config.entity else {}
        self._run: Any = self._begin(mode, options, settings)
        self._run.define_metric("step", hidden=True)
        self._run.define_metric("round", hidden=True)
        self._run.define_metric("*", step_metric="step")
        for name_ in BY_ROUND:
            self._run.define_metric(name_, step_metric="round")

    def log(self, step: int, key: str, entry: Entry) -> None:
        """Log under `step`, whole: nothing of the entry waits for the next one."""
        if isinstance(entry, Figures):
            self._run.log({"step": step, **entry.values}, step=step, commit=True)
        elif isinstance(entry, Table):
            table = self._wandb.Table(columns=list(entry.columns), data=[list(row) for row in entry.rows])
            self._run.log({"step": step, entry.name: table}, step=step, commit=True)
        else:
            self._artifact(entry)

    def close(self, state: str) -> None:
        """Finish this start. A state other than complete shows as failed until the run is gone on with."""
        self._run.summary["state"] = state
        self._run.finish(exit_code=0 if state == "complete" else 1)

    def _begin(self, mode: str, options: dict[str, Any], settings: Mapping[str, Any]) -> Any:
        for attempt in dict.fromkeys((mode, "offline")):
            try:
                run = self._wandb.init(settings=self._wandb.Settings(mode=attempt, **options), config=dict(settings))
            except self._wandb.errors.Error as error:
                if attempt == "offline":
                    raise
                message = " ".join(str(error).split())[:200]
                self._say(f"W&B does not answer ({message}); recording offline instead")
                self._wandb.teardown()  # its service holds on to the id until then
                continue
            self._say(f"W&B: {run.url}" if attempt == "online" else f"W&B, offline: wandb sync {Path(run.dir).parent}")
            return run
        raise AssertionError

    def _artifact(self, entry: Artifact) -> None:
        """The files, or their digests alone; online also the edge from what they were made from."""
        upload = self._config.datasets if entry.kind == "dataset" else self._config.models == "files"
        if not upload and (entry.kind == "dataset" or self._config.models == "none"):
            return
        artifact = self._wandb.Artifact(
            plain_name(entry.name, 128), entry.kind, metadata={**entry.facts, "uses": list(entry.uses)}
        )
        if upload:
            # The run folder's files never change once they are written, so W&B needs no copy of its own.
            for name in entry.files:
                artifact.add_file(str(entry.folder / name), name, policy="immutable", skip_cache=True)
        else:
            with artifact.new_file("digests.json", mode="wb") as file:
                file.write(msgspec.json.encode(entry.files, order="sorted"))
        for used in entry.uses if not self._run.offline else ():  # offline W&B has no way to say it
            source = self._logged.get(used)
            self._run.use_artifact(source.wait() if source else f"{used}:latest")
        self._logged[entry.name] = self._run.log_artifact(artifact)
