import json
import shutil
from pathlib import Path

import pytest

from crescent.commands.export import command
from crescent.commands.table import start
from crescent.config.schema import Config
from crescent.errors import DamagedError, RunFolderError
from crescent.generation.prompts import fill
from crescent.nano.wording import SOLVE
from crescent.records import Pair
from crescent.runs import rows
from crescent.runs.folder import write_json
from crescent.runs.manifest import MANIFEST
from crescent.runs.names import round_folder
from tests.conftest import tiny


def exported(run: Path, **options: object) -> Path:
    config: Config = tiny()
    config.stage = "export"
    for key, value in options.items():
        setattr(config.export, key, value)
    assert start(config, run) == 0
    return run / "exports" / f"round-{_round(run, options):02d}"


def _round(run: Path, options: dict[str, object]) -> int:
    best = json.loads((run / "summary.json").read_text())["best_round"]
    return int(options.get("round") or best or 2)  # type: ignore[call-overload]


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_pairs_become_conversations_that_datasets_loads(copied_run: Path, kind: str, tmp_path: Path) -> None:
    from datasets import load_dataset

    folder = exported(copied_run, file=kind, round=1) / "dataset"
    pairs = list(rows.read(copied_run / "round-01" / "dataset" / "train.jsonl", Pair))
    loaded = load_dataset(str(folder), split="train", cache_dir=str(tmp_path / "cache"))
    assert len(loaded) == len(pairs)
    for row, pair in zip(loaded, pairs, strict=True):
        assert row["messages"] == [
            {"role": "user", "content": fill(SOLVE, question=pair.question)},
            {"role": "assistant", "content": pair.solution},
        ]
        assert (row["id"], row["round"], row["answer"]) == (pair.id, pair.round, pair.answer)
    # TRL and LLaMA-Factory take a row for something else when it has one of these.
    assert not {"prompt", "completion", "text", "tools", "system", "images"} & set(loaded.column_names)


def test_the_files_for_trainers_name_the_data(copied_run: Path) -> None:
    import yaml

    folder = exported(copied_run, round=1) / "dataset"
    info = json.loads((folder / "dataset_info.json").read_text())
    assert (folder / info["crescent"]["file_name"]).is_file()
    assert info["crescent"]["formatting"] == "sharegpt"
    assert info["crescent"]["tags"]["assistant_tag"] == "assistant"
    [section] = yaml.safe_load((folder / "axolotl.yaml").read_text())["datasets"]
    assert (section["path"], section["ds_type"], section["type"]) == ("train.jsonl", "json", "chat_template")
    card = (folder / "README.md").read_text()
    front = yaml.safe_load(card.split("---")[1])
    assert front["task_categories"] == ["text-generation"]
    assert "configs" not in front
    assert "train.jsonl" in card
    assert "in answer to one bait prompt" in card


def test_the_model_comes_with_a_card_and_the_run_keeps_its_own(copied_run: Path, nano) -> None:
    import yaml

    from crescent.config.schema import Model
    from crescent.models.load import load

    kept = {path.name: path.read_bytes() for path in (copied_run / "round-02" / "training" / "model").iterdir()}
    folder = exported(copied_run, round=2, model=True) / "model"
    assert load(Model(path=str(folder))).model.num_parameters() == nano.model.num_parameters()
    card = (folder / "README.md").read_text()
    assert yaml.safe_load(card.split("---")[1])["library_name"] == "transformers"
    assert "| nano_math | " in card
    assert "Findings of ACL 2025" in card
    assert {p.name: p.read_bytes() for p in (copied_run / "round-02" / "training" / "model").iterdir()} == kept


def test_another_folder_may_be_named(copied_run: Path, tmp_path: Path) -> None:
    exported(copied_run, round=1, folder=str(tmp_path / "out"))
    assert (tmp_path / "out" / "dataset" / "train.jsonl").is_file()
    assert not (copied_run / "exports").exists()


@pytest.mark.parametrize("damaged", ["dataset/train.jsonl", "training/model/model.safetensors"])
def test_what_is_damaged_is_not_exported(copied_run: Path, damaged: str) -> None:
    victim = copied_run / "round-01" / damaged
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    with pytest.raises(DamagedError, match=f"{victim.name} was cut or altered.* the run's own command .* exported"):
        exported(copied_run, round=1, model=True)
    assert not (copied_run / "exports").exists()


@pytest.mark.parametrize(
    ("damage", "options", "message"),
    [
        (None, {"round": 7}, r"export\.round=7 has no pairs; there are 1, 2"),
        ("", {}, "no run to export"),
        ("round-*", {}, "no round has pairs yet"),
        ("round-01/training/model", {"round": 1, "model": True}, "this round has no model"),
        ("summary.json", {"round": 1, "model": True}, "no summary.json"),
    ],
)
def test_what_is_not_there_is_told(copied_run: Path, damage: str | None, options: dict, message: str) -> None:
    for path in [copied_run] if damage == "" else list(copied_run.glob(damage or "nothing")):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    config = tiny()
    config.stage = "export"
    for key, value in options.items():
        setattr(config.export, key, value)
    with pytest.raises(RunFolderError, match=message):
        start(config, copied_run)


def test_the_last_round_is_the_one_with_the_highest_number(tmp_path: Path) -> None:
    for number in (2, 11, 100):
        write_json(tmp_path / round_folder(number) / "dataset" / MANIFEST, {})
    assert command._round(Config(), tmp_path, None) == 100
