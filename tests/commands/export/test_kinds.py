"""Every kind of export, read back by the loader of its learner."""

import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crescent.commands.export.command import export
from crescent.commands.export.kinds import KINDS
from crescent.config.schema import Config
from crescent.errors import RunFolderError
from crescent.generation.prompts import fill
from crescent.nano.wording import SOLVE
from crescent.records import Pair
from crescent.runs import rows
from crescent.runs.atomic import file_digest
from crescent.runs.manifest import MANIFEST, Manifest, read_sealed, write_sealed
from tests.commands.export.test_command import exported
from tests.conftest import tiny


def tiny_export(**options: object) -> Config:
    config = tiny()
    for name, value in options.items():
        setattr(config.export, name, value)
    return config


def pairs_of(run: Path) -> list[Pair]:
    return list(rows.read(run / "round-01" / "dataset" / "train.jsonl", Pair))


def loaded(run: Path, kind: str, tmp_path: Path, **options: object) -> Any:
    from datasets import load_dataset

    folder = exported(run, round=1, kind=kind, **options) / KINDS[kind].folder
    assert (folder / "README.md").is_file()
    return load_dataset(str(folder), split="train", cache_dir=str(tmp_path / "cache"))


@pytest.mark.parametrize("file", ["jsonl", "parquet"])
def test_every_pair_with_a_loser_is_a_preference(copied_run: Path, tmp_path: Path, file: str) -> None:
    data = loaded(copied_run, "preferences", tmp_path, file=file)
    lost = [pair for pair in pairs_of(copied_run) if pair.rejected is not None]
    assert 0 < len(lost) == len(data)
    for row, pair in zip(data, lost, strict=True):
        assert row["prompt"] == [{"role": "user", "content": fill(SOLVE, question=pair.question)}]
        assert row["chosen"] == [{"role": "assistant", "content": pair.solution}]
        assert row["rejected"] == [{"role": "assistant", "content": pair.rejected}]
        assert (row["margin"], row["id"]) == (pair.margin, pair.id)


def test_judgements_are_the_pairs_and_their_losers(copied_run: Path, tmp_path: Path) -> None:
    data, pairs = loaded(copied_run, "unpaired", tmp_path), pairs_of(copied_run)
    good = [row["completion"][0]["content"] for row in data if row["label"]]
    bad = [row["completion"][0]["content"] for row in data if not row["label"]]
    assert good == [pair.solution for pair in pairs]
    assert bad == [pair.rejected for pair in pairs if pair.rejected is not None]


def test_questions_have_their_majority_answer(copied_run: Path, tmp_path: Path) -> None:
    data, pairs = loaded(copied_run, "questions", tmp_path), pairs_of(copied_run)
    assert [(row["id"], row["answer"]) for row in data] == [(pair.id, pair.answer) for pair in pairs]


def test_verl_gets_its_columns(copied_run: Path, tmp_path: Path) -> None:
    """As its data preparation writes them (examples/data_preprocess/gsm8k.py)."""
    import pyarrow.parquet as pq

    data, pairs = loaded(copied_run, "verl", tmp_path), pairs_of(copied_run)
    [file] = (copied_run / "exports/round-01/verl").glob("*.parquet")
    assert pq.read_schema(file).names == ["data_source", "prompt", "ability", "reward_model", "extra_info"]
    for place, (row, pair) in enumerate(zip(data, pairs, strict=True)):
        assert row["prompt"] == [{"role": "user", "content": fill(SOLVE, question=pair.question)}]
        assert row["reward_model"] == {"style": "rule", "ground_truth": pair.answer}
        assert row["extra_info"] == {"split": "train", "index": place, "id": pair.id, "question": pair.question}


def test_where_nobody_lost_there_are_no_preferences(copied_run: Path) -> None:
    folder = copied_run / "round-01" / "dataset"
    alone = [msgspec.structs.replace(pair, rejected=None, margin=None) for pair in pairs_of(copied_run)]
    (folder / "train.jsonl").write_bytes(rows.to_lines(alone))
    manifest = read_sealed(folder / MANIFEST, Manifest)
    assert manifest is not None
    files = manifest.files | {"train.jsonl": file_digest(folder / "train.jsonl")}
    write_sealed(folder / MANIFEST, msgspec.structs.replace(manifest, files=files))
    with pytest.raises(RunFolderError, match="has no rows: no answer lost a vote") as refused:
        export(tiny_export(kind="preferences", round=1), copied_run)
    assert "\n" not in str(refused.value)
    assert not (copied_run / "exports").exists()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["preferences", "unpaired", "questions"])
def test_trl_trains_on_it(copied_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    trl = pytest.importorskip("trl")
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from crescent import nano

    monkeypatch.setitem(sys.modules, "wandb", None)
    data = loaded(copied_run, kind, tmp_path)
    folder = Path(next(iter(nano.__path__))) / "weights"
    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    common: dict[str, Any] = {
        "output_dir": str(tmp_path / "out"), "max_steps": 1, "use_cpu": True, "bf16": False, "report_to": [],
        "save_strategy": "no", "seed": 1, "logging_steps": 1, "per_device_train_batch_size": 4,
    }  # fmt: skip
    seen: list[list[str]] = []

    def right(completions: list[Any], answer: list[str], **given: Any) -> list[float]:
        seen.append(answer)
        return [float(text in str(said)) for said, text in zip(completions, answer, strict=True)]

    if kind == "preferences":
        trainer = trl.DPOTrainer(
            model=model, args=trl.DPOConfig(**common), processing_class=tokenizer, train_dataset=data
        )
    elif kind == "unpaired":
        trainer = trl.KTOTrainer(
            model=model, args=trl.KTOConfig(**common), processing_class=tokenizer, train_dataset=data
        )
    else:
        config = trl.GRPOConfig(**common, num_generations=4, max_completion_length=16)
        trainer = trl.GRPOTrainer(
            model=model, args=config, processing_class=tokenizer, train_dataset=data, reward_funcs=[right]
        )
    trainer.train()
    assert trainer.state.global_step == 1
    assert kind != "questions" or set(seen[0]) <= {pair.answer for pair in pairs_of(copied_run)}
