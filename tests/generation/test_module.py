"""Generation as a Lightning user runs it, with the embedded model and a Trainer of the user's own."""

from collections.abc import Callable
from pathlib import Path

import pytest
import pytorch_lightning as pl

from crescent.config.schema import Sampling
from crescent.generation.attention import NAME
from crescent.generation.backend import Completed
from crescent.generation.datamodule import PromptDataModule
from crescent.generation.module import GenerationModule
from crescent.generation.request import Request
from crescent.generation.transformers_backend import TransformersBackend
from crescent.models.load import Loaded
from crescent.records import Completion

SAMPLING = Sampling(max_new_tokens=12)
REQUESTS = [Request(f"q{number}", "Write a problem." if number % 3 else "7 + 5 = ?", 2) for number in range(11)]


@pytest.fixture
def trainer(tmp_path: Path) -> pl.Trainer:
    return pl.Trainer(
        accelerator="cpu", devices=1, logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, default_root_dir=tmp_path,
    )  # fmt: skip


@pytest.fixture(scope="module")
def backend(nano: Loaded) -> TransformersBackend:
    return TransformersBackend(nano, 32, 512)


def in_batches(samples: int) -> PromptDataModule:
    """Four shards of three requests, the last one of two."""
    return PromptDataModule(REQUESTS, 3, samples=samples)


@pytest.mark.parametrize(("samples", "batches"), [(1, 4), (12, 2), (18, 2), (100, 1)])
def test_a_trainer_brings_the_shards_of_every_batch(
    trainer: pl.Trainer, backend: TransformersBackend, samples: int, batches: int
) -> None:
    found = trainer.predict(GenerationModule(backend, SAMPLING, seed=5), datamodule=in_batches(samples))
    assert [len(batch) for batch in found] == [len(batch) for batch in in_batches(samples).predict_dataloader()]
    assert len(found) == batches
    completed: list[Completed] = sorted((shard for batch in found for shard in batch), key=lambda shard: shard[0])
    assert [index for index, _ in completed] == [0, 1, 2, 3]
    together = backend.generate(REQUESTS, SAMPLING, 5, lambda samples, tokens: None)
    assert [row for _, rows in completed for row in rows] == together


def test_no_shard_of_a_batch_waits_for_the_others(
    trainer: pl.Trainer, backend: TransformersBackend, nano: Loaded
) -> None:
    """Killed in the middle of a step: what was finished is kept, and the model is as it was before."""
    kept: list[int] = []
    before = nano.model.config._attn_implementation

    def keep_two(index: int, completions: list[Completion]) -> None:
        assert nano.model.config._attn_implementation == NAME
        kept.append(index)
        if len(kept) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        trainer.predict(
            GenerationModule(backend, SAMPLING, seed=5, on_shard=keep_two), datamodule=in_batches(samples=100)
        )
    assert len(kept) == 2
    assert nano.model.config._attn_implementation == before


def test_a_step_returns_what_was_made_of_its_shards(trainer: pl.Trainer, backend: TransformersBackend) -> None:
    counted: list[tuple[int, int]] = []
    report: Callable[[int, int], None] = lambda samples, tokens: counted.append((samples, tokens))  # noqa: E731
    module = GenerationModule(backend, SAMPLING, 5, report, lambda index, rows: sum(row.tokens for row in rows))
    found = trainer.predict(module, datamodule=in_batches(samples=12))
    assert sum(tokens for batch in found for tokens in batch) == sum(tokens for _, tokens in counted)
    assert sum(samples for samples, _ in counted) == 22
