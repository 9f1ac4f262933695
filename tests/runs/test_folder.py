import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
import yaml
from omegaconf import OmegaConf

from crescent.config.folder import run_folder
from crescent.config.keys import all_keys, flatten
from crescent.config.schema import Config, Embedding, Model
from crescent.errors import DamagedError, RunFolderError
from crescent.runs.atomic import TEMPORARY
from crescent.runs.folder import Run, differences, environment, opened, read_json, write_json
from crescent.runs.manifest import MANIFEST, Facts
from crescent.runs.names import round_folder

Change = Callable[[Config], None]


def changed(*assignments: str, config: Config | None = None) -> Config:
    """The default configuration, or this one, with `a.b=value` applied."""
    config = config or Config()
    for assignment in assignments:
        key, _, value = assignment.partition("=")
        *path, name = key.split(".")
        target: object = config
        for part in path:
            target = getattr(target, part, None)  # a group that is null has no keys
        setattr(target, name, yaml.safe_load(value))
    return config


def start(folder: Path, config: Config) -> None:
    with opened(folder, config):
        pass


def test_the_first_start_writes_configuration_and_environment(tmp_path: Path) -> None:
    folder = tmp_path / "outputs" / "run"
    with opened(folder, Config()) as run:
        assert (run.path, run.config) == (folder, Config())
    assert yaml.safe_load((folder / "config.yaml").read_text()) == asdict(Config())
    written = read_json(folder / "environment.json")
    assert written == environment()
    assert {"crescent", "python", "torch", "transformers"} <= written.keys()


def test_the_same_configuration_goes_on(tmp_path: Path) -> None:
    start(tmp_path, Config())
    before = (tmp_path / "config.yaml").read_bytes()
    start(tmp_path, Config())
    assert (tmp_path / "config.yaml").read_bytes() == before


def test_every_changed_key_is_named(tmp_path: Path) -> None:
    start(tmp_path, Config())
    config = changed("seed=7", "voting.sampling.top_p=0.5", "evaluation.gate.patience=2", "rounds=9")
    config.dedup.minhash = None
    config.dedup.embedding = Embedding()
    with pytest.raises(RunFolderError) as message:
        start(tmp_path, config)
    text = str(message.value)
    for named in (
        "seed: 1 there, 7 now",
        "voting.sampling.top_p: 1.0 there, 0.5 now",
        "evaluation.gate.patience: None there, 2 now",
        "dedup.minhash.threshold: 0.6 there",
        "dedup.embedding.encoder: None there, 'model' now",
    ):
        assert named in text
    assert "rounds" not in text
    assert yaml.safe_load((tmp_path / "config.yaml").read_text()) == asdict(Config())


@pytest.mark.parametrize(
    "assignment",
    [
        "rounds=5",
        "rounds=1",
        "training.micro_batch_tokens=99",
        "training.micro_batch_size=1",
        "training.gradient_checkpointing=true",
        "training.packing=false",
        "dedup.embedding.batch_size=1",
        "backend.shard_size=9",
        "model.licence=mit",
        "name=other",
        "output_dir=elsewhere",
        "run_dir=elsewhere",
        "trainer.accelerator=cpu",
        "trainer.threads=3",
        "tracking.csv=true",
        "tracking.wandb.mode=offline",
    ],
)
def test_keys_that_change_no_result_may_change(tmp_path: Path, assignment: str) -> None:
    def both(*assignments: str) -> Config:
        config = Config()
        config.dedup.embedding = Embedding()
        return changed(*assignments, config=config)

    start(tmp_path, both())
    start(tmp_path, both(assignment))
    assert yaml.safe_load((tmp_path / "config.yaml").read_text()) == asdict(both(assignment))


def test_what_the_folders_name_does_not_tell_is_not_refused_in_it() -> None:
    """Otherwise the same command with another value finds the old folder and cannot use it, or the wrong one."""
    before = Config(student=Model())
    there = OmegaConf.create(asdict(before))
    for key in all_keys():
        *path, name = key.split(".")
        after = Config(student=Model())
        target: object = after
        for part in path:
            target = getattr(target, part, None)  # a group that is null has no keys
        if target is None or key in ("name", "seed", "output_dir", "run_dir"):
            continue
        setattr(target, name, "another")
        named = run_folder(after, [f"{key}=another"], lambda choices: there).name != "nano-seed1"
        assert named == bool(differences(asdict(before), asdict(after))), key


def begun(folder: Path, number: int) -> None:
    stage = Run(folder, Config()).stage(f"{round_folder(number)}/questions", 1, {}, {})
    stage.begin()


def test_a_run_may_grow_but_not_shrink(tmp_path: Path) -> None:
    start(tmp_path, changed("rounds=2"))
    for number in (1, 2):
        begun(tmp_path, number)
    start(tmp_path, changed("rounds=3"))
    start(tmp_path, changed("rounds=2"))
    begun(tmp_path, 100)
    with pytest.raises(RunFolderError, match=r"has 100 rounds already: rounds=99 would .* Take rounds=100 or more"):
        start(tmp_path, changed("rounds=99"))
    assert yaml.safe_load((tmp_path / "config.yaml").read_text())["rounds"] == 2


@pytest.mark.parametrize("content", [b"", b"- a list", b"\xff\xfe\x00", b"{unclosed: [", b"just text"])
def test_a_damaged_configuration_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "config.yaml").write_bytes(content)
    with pytest.raises(RunFolderError, match=r"config\.yaml cannot be read"):
        start(tmp_path, Config())


def test_a_folder_of_another_format_is_refused_with_its_version(tmp_path: Path) -> None:
    start(tmp_path, Config())
    found = read_json(tmp_path / "environment.json")
    assert found is not None
    write_json(tmp_path / "environment.json", {key: found[key] for key in found if key != "run_folder_format"})
    before = sorted(tmp_path.iterdir())
    with pytest.raises(RunFolderError, match=r"made by crescent \S+ in folder format 1, .* format 3\. Go on with that"):
        start(tmp_path, Config())
    assert sorted(tmp_path.iterdir()) == before


def test_opening_clears_debris_and_holds_the_lock(tmp_path: Path) -> None:
    (tmp_path / "round-01" / "questions").mkdir(parents=True)
    leftover = tmp_path / "round-01" / "questions" / f"{TEMPORARY}1-x"
    leftover.write_bytes(b"half")
    with opened(tmp_path, Config()):
        assert not leftover.exists()
        with pytest.raises(RunFolderError, match="in use"):
            start(tmp_path, Config())
    start(tmp_path, Config())


def test_manifests_of_many_rounds_stand_in_their_order(tmp_path: Path) -> None:
    run = Run(tmp_path, Config())
    for number in (100, 11, 2):
        stage = run.stage(f"{round_folder(number)}/questions", 1, {}, {})
        stage.begin()
        stage.finish(Facts())
    names = [manifest.spec.stage for manifest in run.manifests()]
    assert names == [f"{round_folder(number)}/questions" for number in (2, 11, 100)]


def test_manifests_are_those_of_finished_stages_in_path_order(tmp_path: Path) -> None:
    run = Run(tmp_path, Config())
    for name in ("round-02/questions", "base/evaluation", "round-01/answers"):
        stage = run.stage(name, 1, {}, {})
        stage.begin()
        if name != "round-01/answers":
            stage.finish(Facts())
    assert [manifest.spec.stage for manifest in run.manifests()] == ["base/evaluation", "round-02/questions"]
    (tmp_path / "base" / "evaluation" / MANIFEST).write_text("{}")
    with pytest.raises(DamagedError, match="base/evaluation"):
        list(run.manifests())


def test_status_is_for_other_programs(tmp_path: Path) -> None:
    run = Run(tmp_path, Config())
    run.status("running")
    run.status("failed", reason="näive")
    status = read_json(tmp_path / "status.json")
    assert status is not None
    assert (status["state"], status["reason"]) == ("failed", "näive")


@pytest.mark.parametrize("content", [None, b"", b"[1]", b"{", b"\xff"])
def test_json_that_is_none(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "file.json").write_bytes(content)
    assert read_json(tmp_path / "file.json") is None


def test_flatten() -> None:
    assert flatten({"a": {"b": {"c": 1}, "d": [2]}, "e": None}) == {"a.b.c": 1, "a.d": [2], "e": None}
    write = {"b": 1, "a": {"é": [1]}}
    assert list(flatten(write)) == ["b", "a.é"]


def test_json_keeps_the_order_and_the_letters(tmp_path: Path) -> None:
    write_json(tmp_path / "file.json", {"b": 1, "a": "é"})
    assert "é" in (tmp_path / "file.json").read_text(encoding="utf-8")
    assert list(json.loads((tmp_path / "file.json").read_text())) == ["b", "a"]


def test_an_old_folder_is_judged_without_a_model_library() -> None:
    imports = "import sys, crescent.commands.run, crescent.reporting.completed"
    code = f"{imports}; print('torch' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
