"""What becomes of a reasoning model's thoughts between the backend and the rows on disk; modules through a Trainer."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from crescent.config.schema import Embedding
from crescent.dedup.index import NearDuplicateIndex
from crescent.dedup.module import Candidate, DedupDataModule, DedupModule
from crescent.loop.stages.context import Context
from crescent.loop.stages.pool import encoder
from crescent.loop.stages.predict import _kept, predict, visible_devices
from crescent.loop.stages.solving import read_solution
from crescent.records import Completion, Solution

TEXT = "<think>\nMaybe #### 5? No.\n</think>\n\nTwo and two.\n#### 4"


def completion(text: str) -> Completion:
    return Completion(request="q", sample=0, text=text, stop="stop", prompt_tokens=3, tokens=9, logprob=-0.5)


@pytest.mark.parametrize(("think", "solution"), [("keep", TEXT), ("off", TEXT), ("strip", "Two and two.\n#### 4")])
def test_solutions_keep_them_or_not_as_configured(think: str, solution: str) -> None:
    row = _kept(completion(TEXT), partial(read_solution, marker="####"), think)
    assert isinstance(row, Solution)
    assert (row.text, row.answer) == (solution, "4")


def test_a_thought_that_was_cut_off_has_no_answer() -> None:
    row = _kept(completion("<think>\nMaybe #### 5"), partial(read_solution, marker="####"), "strip")
    assert isinstance(row, Solution)
    assert (row.text, row.answer) == ("", None)


def test_a_question_is_kept_as_it_is_without_thoughts() -> None:
    row = _kept(completion("<think>something new</think>\nHow many pears?"), None, "strip")
    assert isinstance(row, Completion)
    assert (row.text, row.tokens) == ("How many pears?", 9)


def test_without_a_batch_there_are_no_results(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    index = NearDuplicateIndex({})
    assert predict(context_of(tmp_path), DedupModule(index), DedupDataModule([])) == []


def test_a_model_that_is_first_loaded_in_a_step_can_be_changed_afterwards(
    tmp_path: Path, context_of: Callable[..., Context]
) -> None:
    """Tensors made in inference mode refuse that, and nothing could be trained through them."""
    context = context_of(tmp_path)
    context.config.dedup.embedding = Embedding(encoder="model")
    index = NearDuplicateIndex(context.config.dedup, encode=encoder(context, context.config.dedup))
    candidates = [Candidate("q0", "How many pears?"), Candidate("q1", "How many plums?")]
    matches = predict(context, DedupModule(index), DedupDataModule(candidates))
    assert len(matches) == 2
    model = context.model(context.base).model
    assert not any(tensor.is_inference() for tensor in (*model.parameters(), *model.buffers()))


def test_ranks_on_a_cpu_are_given_no_gpu(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    """Each has an engine of its own there as well; it is not asked which GPU it has."""
    assert visible_devices(context_of(tmp_path, world_size=2, rank=1)) is None
