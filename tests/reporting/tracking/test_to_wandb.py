"""The real client, offline, read back from what it wrote."""

import getpass
import json
import os
import socket
from pathlib import Path

import pytest

from crescent.config.schema import Config
from crescent.reporting.tracking.follower import Follower
from crescent.reporting.tracking.login import names
from crescent.reporting.tracking.open import follower
from crescent.reporting.tracking.to_wandb import run_id
from crescent.runs.manifest import MANIFEST, Manifest, read_sealed
from tests.conftest import tiny
from tests.reporting.tracking.recorded import history, kinds, logs, records

pytest.importorskip("wandb")
pytestmark = pytest.mark.timeout(120)


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No login, no settings and no variables of the person who runs the tests."""
    for name in [name for name in os.environ if name.startswith("WANDB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("WANDB_DATA_DIR", "WANDB_CACHE_DIR"):
        monkeypatch.setenv(name, str(tmp_path))


def config(mode: str = "offline") -> Config:
    config = tiny()
    config.tracking.wandb.mode = mode
    config.tracking.wandb.tags = ["test"]
    config.tracking.wait = 20.0
    return config


def followed_to_the_end(run: Path, place: Path, settings: Config | None = None) -> Path:
    """Everything about a run given to wandb; returns the log."""
    follower = opened(run, place, settings)
    follower.update()
    follower.close("complete")
    return logs(place)[-1]


def opened(run: Path, place: Path, settings: Config | None = None, said: list[str] | None = None) -> Follower:
    said = [] if said is None else said
    return follower(run, settings or config(), place, None, pid=os.getpid(), say=said.append)


def test_a_run_from_its_folder(finished_run: Path, tmp_path: Path) -> None:
    said: list[str] = []
    followed = opened(finished_run, tmp_path, said=said)
    followed.update()
    followed.close("complete")
    [log] = logs(tmp_path)
    assert said == [f"W&B, offline: wandb sync {log.parent}"]
    [run, *_] = kinds(log, "run")
    assert (run.run_id, run.project, run.display_name, run.job_type) == (run_id(tmp_path), "crescent", "tiny", "all")
    assert list(run.tags) == ["test"]
    settings = {item.key: json.loads(item.value_json) for item in run.config.update}
    assert settings["voting"]["samples"] == 4
    assert settings["environment"]["wandb" if "wandb" in settings["environment"] else "torch"]
    assert {m.name or m.glob_name: m.step_metric for m in kinds(log, "metric")}.items() >= {
        "*": "step", "benchmark/*": "round", "gain/*": "round", "dev/*": "round",
    }.items()  # fmt: skip
    [end] = kinds(log, "exit")
    assert end.exit_code == 0


def test_every_figure_once_and_steps_that_rise(finished_run: Path, tmp_path: Path) -> None:
    followed = opened(finished_run, tmp_path)
    followed.update()
    followed.update()
    followed.close("complete")
    rows = history(logs(tmp_path)[0])
    steps = [row["_step"] for row in rows]
    assert steps == sorted(set(steps))
    assert all(row["step"] == row["_step"] for row in rows)
    for number in (1, 2):
        manifest = read_sealed(finished_run / f"round-{number:02d}" / "training" / MANIFEST, Manifest)
        assert manifest is not None
        losses = [row["training/loss"] for row in rows if "training/loss" in row and row["round"] == number]
        assert losses == [loss for _, loss in manifest.facts["losses"]]
        [measured] = [row for row in rows if "benchmark/nano_math" in row and row["round"] == number]
        assert measured["benchmark/nano_math/low"] <= measured["benchmark/nano_math"]
        assert measured["gain/nano_math/low"] <= measured["gain/nano_math"] <= measured["gain/nano_math/high"]
        assert [row for row in rows if "wave/diversity/vendi" in row and row["round"] == number]
    tables = [key for row in rows for key in row if key.startswith("samples/")]
    assert {key.split(".")[0] for key in tables} == {"samples/round-01", "samples/round-02"}


def test_resumed_under_the_same_id_and_nothing_twice(finished_run: Path, tmp_path: Path) -> None:
    first = opened(finished_run, tmp_path)
    first.update()
    first.close("killed")
    ledger = next(tmp_path.glob("wandb-*.logged"))
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:10]) + lines[10][:3])
    second = opened(finished_run, tmp_path)
    second.update()
    second.close("complete")
    third = opened(finished_run, tmp_path)
    third.update()
    third.close("complete")
    assert len(logs(tmp_path)) == 2, "nothing new, so wandb was not even started"
    one, two = (history(log) for log in logs(tmp_path))
    assert {run.run_id for log in logs(tmp_path) for run in kinds(log, "run")} == {run_id(tmp_path)}
    assert [row["_step"] for row in two] == [row["_step"] for row in one if row["_step"] >= 10]
    assert ledger.read_bytes() == b"".join(lines)


def test_artifacts_and_what_they_were_made_from(finished_run: Path, tmp_path: Path) -> None:
    followed = opened(finished_run, tmp_path)
    followed.update()
    followed.close("complete")
    made = {artifact.name: artifact for artifact in kinds(logs(tmp_path)[0], "artifact")}
    dataset, model = made["tiny-round-01-dataset"], made["tiny-round-01-training"]
    assert (dataset.type, model.type) == ("dataset", "model")
    files = {entry.path for entry in dataset.manifest.contents}
    assert {path for path in files if not path.startswith("drops/")} == {"train.jsonl", "README.md"}
    assert {entry.path for entry in model.manifest.contents} == {"digests.json"}, "weights go only where asked for"
    assert json.loads(model.metadata)["uses"] == ["tiny-round-01-dataset"]


def test_models_with_their_weights(finished_run: Path, tmp_path: Path) -> None:
    settings = config()
    settings.tracking.wandb.models = "files"
    followed = opened(finished_run, tmp_path, settings)
    followed.update()
    followed.close("complete")
    made = {artifact.name: artifact for artifact in kinds(logs(tmp_path)[0], "artifact")}
    files = {entry.path for entry in made["tiny-round-02-training"].manifest.contents}
    assert {"model/config.json", "model/model.safetensors"} <= files


def test_nothing_about_the_machine_or_its_people(
    finished_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_0123456789abcdef")
    settings = config()
    settings.model.revision = "hf_0123456789abcdef"
    followed = opened(finished_run, tmp_path, settings)
    followed.update()
    followed.close("complete")
    [log] = logs(tmp_path)
    # An artifact's record names the local files to be uploaded, for the client itself.
    message = [str(record) for record in records(log) if record.WhichOneof("record_type") != "artifact"]
    message += [artifact.metadata for artifact in kinds(log, "artifact")]
    words = ["hf_0123456789abcdef", f"/{getpass.getuser()}/", f"-of-{getpass.getuser()}", str(Path.cwd())]
    words += [socket.gethostname()] if len(socket.gethostname()) > 3 else []
    assert [word for word in words if any(word in text for text in message)] == []
    assert {run.host for run in kinds(log, "run")} == {"-"}
    sent = {item.path for files in kinds(log, "files") for item in files.files}
    assert all(path.startswith("media/table/") for path in sent), sent


def test_a_sweep_gives_the_id(finished_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = run_id(tmp_path)
    assert run_id(tmp_path) == own
    monkeypatch.setenv("WANDB_RUN_ID", "fromagent")
    monkeypatch.setenv("WANDB_SWEEP_ID", "sweep123")
    monkeypatch.setenv("WANDB_PROJECT", "of-the-sweep")
    assert run_id(tmp_path) == "fromagent"
    followed = opened(finished_run, tmp_path)
    followed.update()
    followed.close("complete")
    [run, *_] = kinds(logs(tmp_path)[0], "run")
    assert (run.run_id, run.project, run.sweep_id) == ("fromagent", "of-the-sweep", "sweep123")
    monkeypatch.delenv("WANDB_RUN_ID")
    assert run_id(tmp_path) == "fromagent", "a requeue outside of the agent goes on with the same W&B run"


def test_a_service_that_does_not_answer_is_named_once(
    finished_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("WANDB_API_KEY", "0" * 40)
    monkeypatch.setattr("crescent.reporting.tracking.to_wandb.INIT_SECONDS", 2.0)
    said: list[str] = []
    settings = config("online")
    assert names(settings.tracking) == ["wandb"]
    followed = opened(finished_run, tmp_path, settings, said)
    followed.update()
    followed.close("complete")
    assert len(said) == 2
    assert "W&B does not answer" in said[0]
    assert "recording offline instead" in said[0]
    offline = [log for log in logs(tmp_path) if log.parent.name.startswith("offline")]
    assert history(offline[0])
