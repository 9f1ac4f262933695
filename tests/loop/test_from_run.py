"""A run that starts from another run's questions and solutions is the run that samples them itself."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from crescent.commands.run import start
from crescent.config.schema import Config
from crescent.errors import DamagedError, RunFolderError
from crescent.records import Solution
from crescent.runs.folder import read_json
from crescent.runs.manifest import Manifest, read_sealed
from crescent.runs.shards import read_checked
from tests.conftest import tiny
from tests.system.commandline import contents, crescent, differences

pytestmark = pytest.mark.slow


def stays_with_base() -> Config:
    """Two rounds, both written by the base model: the gate accepts neither."""
    config = tiny()
    config.evaluation.gate.rule["min_gain"] = 1.0
    config.evaluation.gate.patience = 5
    return config


def voted_otherwise() -> Config:
    config = stays_with_base()
    config.voting.min_agreement, config.voting.marker, config.voting.representative = 0.75, "", "shortest"
    return config


def whole(folder: Path) -> dict[str, Any]:
    """All that a run made, without what says where it started from, and what it cost."""
    found = contents(folder)
    for name in ("config.yaml", "summary.json"):
        found.pop(name)
    for name, content in found.items():
        if name.endswith("/manifest.json") and name.startswith("round-"):
            content["content"].pop("tokens")
    return found


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source") / "run"
    assert start(stays_with_base(), folder) == 0
    return folder


def test_it_has_the_same_bytes_as_a_run_that_samples_itself(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start(voted_otherwise(), tmp_path / "itself") == 0
    capsys.readouterr()
    config = voted_otherwise()
    config.from_run = str(source)
    assert start(config, tmp_path / "taken") == 0
    said = capsys.readouterr().err
    for number in (1, 2):
        assert f"round-0{number}/questions: " in said
        assert f"taken over from {source}" in said
        assert f"round-0{number} solutions " not in said  # the progress of sampling
        assert f"round-0{number} wave" not in said
    assert "answers read again by this run's marker" in said
    summary = read_json(tmp_path / "taken/summary.json") or {}
    cost = {entry["stage"]: (entry["tokens"], entry["taken_over"]) for entry in summary["cost"]}
    for number in (1, 2):
        assert cost[f"round-0{number}/questions"] == cost[f"round-0{number}/answers"] == (0, True)
        assert cost[f"round-0{number}/training"][0] > 0 and not cost[f"round-0{number}/training"][1]
    assert summary["plan"]["stages"].keys() & cost.keys() == {stage for stage, (_, given) in cost.items() if not given}
    itself, taken = whole(tmp_path / "itself"), whole(tmp_path / "taken")
    assert differences(itself, taken) == []
    assert any("train.jsonl" in name for name in taken)
    before = (source / "round-01/dataset/train.jsonl").read_bytes()
    assert taken["round-01/dataset/train.jsonl"] != before  # by these rules other pairs come out


def test_a_round_of_another_teacher_is_sampled_anew(
    finished_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other pairs make another model, if the gate keeps it."""
    config = tiny()
    config.from_run, config.evaluation.gate.enabled = str(finished_run), False
    config.training.max_pairs = 5
    assert start(config, tmp_path / "run") == 0
    said = capsys.readouterr().err
    assert "round-01/answers: " in said
    assert f"sampled anew, not taken over from {finished_run}: there another model writes in this round" in said
    assert "round-02 solutions " in said


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("seed", 7, "seed: 1 there, 7 now"),
        ("voting.samples", 5, "voting.samples: 4 there, 5 now"),
        ("questions.target", 25, "questions.target: 24 there, 25 now"),
        ("backend.shard_size", 4, "backend.shard_size: 8 there, 4 now"),
        ("model.context", 300, "model.context: 512 there, 300 now"),
    ],
)
def test_other_sampling_is_refused_and_named(
    finished_run: Path, tmp_path: Path, key: str, value: int, said: str
) -> None:
    config = tiny()
    config.from_run = str(finished_run)
    section = config
    *groups, name = key.split(".")
    for group in groups:
        section = getattr(section, group)
    setattr(section, name, value)
    with pytest.raises(RunFolderError, match=said) as refused:
        start(config, tmp_path / "run")
    assert "\n" not in str(refused.value)
    assert not list((tmp_path / "run").glob("round-*"))


def test_the_command_line_refuses_in_one_line_and_begins_nothing(finished_run: Path, tmp_path: Path) -> None:
    done = crescent("+experiment=nano_quick", f'from_run="{finished_run}"', output=tmp_path / "out")
    assert done.returncode == 1
    [refused] = done.stderr.splitlines()
    assert refused.startswith(f"from_run={finished_run} was sampled with other settings (")
    assert "questions.target: 24 there, 120 now" in refused
    assert not (tmp_path / "out").exists()


def test_a_damaged_solution_is_not_taken(finished_run: Path, tmp_path: Path) -> None:
    source = Path(shutil.copytree(finished_run, tmp_path / "source"))
    shard = next(source.glob("round-01/answers/solutions/00/*.jsonl"))
    shard.write_bytes(shard.read_bytes().replace(b"1", b"2", 1))
    config = tiny()
    config.from_run, config.evaluation.base, config.voting.min_votes = str(source), False, 3
    with pytest.raises(DamagedError, match=shard.name):
        start(config, tmp_path / "run")


def test_solutions_that_were_not_sampled_yet_are(finished_run: Path, tmp_path: Path) -> None:
    """Of a run that was interrupted while it sampled, what is there is taken."""
    source = Path(shutil.copytree(finished_run, tmp_path / "source"))
    (source / "round-01/answers/manifest.json").unlink()
    shutil.rmtree(source / "round-02")
    kept, *lost = sorted(source.glob("round-01/answers/solutions/00/*.jsonl"))
    for shard in lost:
        shard.unlink()
    config = tiny()
    config.from_run = str(source)
    assert start(config, tmp_path / "run") == 0
    assert (tmp_path / "run/round-01/answers/solutions/00" / kept.name).read_bytes() == kept.read_bytes()
    assert differences(whole(finished_run), whole(tmp_path / "run")) == []
    folder = tmp_path / "run/round-01/answers/solutions/00"
    spent = sum(row.tokens for shard in lost for row in read_checked(folder / shard.name, Solution))
    manifest = read_sealed(tmp_path / "run/round-01/answers/manifest.json", Manifest)
    assert manifest is not None
    assert 0 < manifest.tokens == spent < manifest.facts["tokens"]
