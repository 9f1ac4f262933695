"""Submitting the runs of a sweep with submitit, waiting for them, and telling how each ended.

submitit writes the sbatch script, pickles the job and puts it back into the queue. Its own waiting is not used: it asks
Slurm's accounting, which many clusters do not have, and gives up all results when one job was killed.
"""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

from crescent.config.launcher import SlurmSettings, slurm_settings
from crescent.errors import ConfigError, MissingExtraError
from crescent.launching.cluster import last_state, objections, refused, states
from crescent.launching.job import SlurmJob, Submission, several_in_one
from crescent.private.submitit_internals import refusals
from crescent.runs.folder import read_json, write_json

JOBS = "jobs.json"
LOGS = "logs"
PAUSE = (1.0, 15.0)
"""Shortest and longest pause between two looks at the queue, in seconds."""


def launch(submissions: Sequence[Submission], launcher: Mapping[str, Any], sweep_dir: str) -> list[int]:
    """Submit one job per run, wait for all of them unless asked not to, and return their exit codes.

    Raises:
        ConfigError: Slurm is not there, or cannot give what is asked for.
        MissingExtraError: submitit is not installed.
    """
    settings, mistakes = slurm_settings(launcher)
    trainer = submissions[0].config["trainer"]
    on_gpus = trainer["accelerator"] == "gpu"
    gpus = settings.gpus_per_node if settings.gpus_per_node is not None else settings.tasks_per_node * on_gpus
    mistakes += objections(settings, gpus) + several_in_one(submissions)
    if any(submission.config["trainer"] != trainer for submission in submissions):
        mistakes.append("trainer cannot be swept with hydra/launcher=slurm: the jobs of a sweep get equal resources")
    if mistakes:
        raise ConfigError(mistakes)
    sweep = sweep_folder(Path(sweep_dir), submissions)
    jobs = _submit(submissions, settings, gpus, sweep)
    print(
        f"{len(jobs)} jobs submitted: {' '.join(jobs)}. How they stand: python -m crescent status {sweep}", flush=True
    )
    if not settings.wait:
        return [0] * len(jobs)
    try:
        return _summary(jobs, submissions, sweep, _wait(jobs))
    except KeyboardInterrupt:
        main = sorted({job.partition("_")[0] for job in jobs})
        print(f"\nno longer waiting; the jobs go on. To stop them: scancel {' '.join(main)}")
        raise


def sweep_folder(parent: Path, submissions: Sequence[Submission]) -> Path:
    """Where the jobs of a sweep keep their logs: the same command finds the same folder."""
    text = json.dumps([submission.folder for submission in submissions])
    return parent.resolve() / f"slurm-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def _submit(submissions: Sequence[Submission], settings: SlurmSettings, gpus: int, sweep: Path) -> list[str]:
    """The ids of the jobs, in order; `jobs.json` says which run each is."""
    try:
        from submitit import SlurmExecutor

        not_taken = refusals()
    except ImportError:
        raise MissingExtraError("submitit", "hydra/launcher=slurm", "slurm") from None

    executor = SlurmExecutor(sweep / LOGS, max_num_timeout=settings.max_timeouts)
    executor.update_parameters(**sbatch_parameters(settings, gpus))
    records = [sweep / f"exit-{index:03d}.json" for index in range(len(submissions))]
    for record in records:
        record.unlink(missing_ok=True)
    with_records = zip(submissions, records, strict=True)
    try:
        with redirect_stderr(StringIO()), executor.batch():  # submitit repeats what sbatch says
            submitted = [executor.submit(SlurmJob(submission, str(record))) for submission, record in with_records]
    except not_taken as error:
        raise refused(error) from error
    jobs = [job.job_id for job in submitted]
    listed = [
        {"job": job, "folder": s.folder, "overrides": s.overrides} for job, s in zip(jobs, submissions, strict=True)
    ]
    write_json(sweep / JOBS, {"jobs": listed})
    return jobs


def sbatch_parameters(settings: SlurmSettings, gpus: int) -> dict[str, Any]:
    """The settings as submitit takes them; what is null is left to the cluster.

    The run itself is one task; the processes of its stages, on all nodes, are steps beside it.
    """
    asked = {
        "partition": settings.partition,
        "account": settings.account,
        "qos": settings.qos,
        "constraint": settings.constraint,
        "mem": None if settings.mem_gb is None else f"{int(settings.mem_gb * 1024)}MB",
        "cpus_per_task": settings.cpus_per_task,
        "gpus_per_node": gpus or None,
    }
    cpus = [f"--cpus-per-task={settings.cpus_per_task}"] if settings.cpus_per_task else []
    return {
        **{key: value for key, value in asked.items() if value is not None},
        "job_name": settings.name,
        "time": settings.time_min,
        "nodes": settings.nodes,
        "ntasks_per_node": settings.tasks_per_node,
        "signal_delay_s": settings.signal_delay_s,
        "array_parallelism": settings.array_parallelism,
        "setup": settings.setup or None,
        "wckey": None,
        "srun_args": ["--nodes=1", "--ntasks=1", "--overlap", *cpus],
        "additional_parameters": {"requeue" if settings.requeue else "no-requeue": True, **settings.options},
    }


def _wait(jobs: Sequence[str]) -> dict[str, str]:
    """Wait until Slurm has none of the jobs in its queue any more; job -> the state it was last seen in."""
    seen: dict[str, str] = {}
    pause = PAUSE[0]
    while True:
        now = states(jobs)
        for job, state in (now or {}).items():
            if seen.get(job) != state:
                print(f"job {job}: {state.lower()}", flush=True)
                pause = PAUSE[0]
        seen.update(now or {})
        if now is not None and not set(now.values()) - ENDED:
            return seen
        time.sleep(pause)
        pause = min(pause * 1.3, PAUSE[1])


ENDED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "OUT_OF_MEMORY", "NODE_FAIL", "BOOT_FAIL", "DEADLINE"}


def _summary(jobs: Sequence[str], submissions: Sequence[Submission], sweep: Path, seen: Mapping[str, str]) -> list[int]:
    """Print how each job ended, write it to `jobs.json`, and return the exit codes."""
    codes, listed = [], []
    everywhere = set.intersection(*(set(submission.overrides) for submission in submissions))
    for index, (job, submission) in enumerate(zip(jobs, submissions, strict=True)):
        record = read_json(sweep / f"exit-{index:03d}.json")
        code = record["exit_code"] if record else 1
        codes.append(code)
        state = (last_state(job) or seen.get(job, "gone")).lower()
        ended = "done" if code == 0 else f"exit code {code}" if record else f"ended without a word ({state})"
        log = "" if code == 0 else f"; log: {sweep / LOGS / f'{job}_0_log.err'}"
        own = [override for override in submission.overrides if override not in everywhere]
        print(f"job {job}: {ended}: {' '.join(own) or 'the only one'} -> {submission.folder}{log}")
        listed.append(
            {"job": job, "folder": submission.folder, "overrides": submission.overrides, "exit_code": code,
             "slurm": state}
        )  # fmt: skip
    write_json(sweep / JOBS, {"jobs": listed})
    return codes
