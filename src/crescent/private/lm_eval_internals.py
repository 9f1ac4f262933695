"""lm-evaluation-harness: the steps of its model class, the filters of a task, its progress bars and its templates."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import lm_eval.api.task
import lm_eval.utils
import torch
from lm_eval.models.huggingface import HFLM

NAMES = (
    "lm_eval.api.task:ConfigurableTask#_filters",
    "lm_eval.api.task:tqdm",
    "lm_eval.models.huggingface:HFLM._loglikelihood_tokens",
    "lm_eval.models.huggingface:HFLM._model_call",
    "lm_eval.models.huggingface:HFLM._model_generate",
    "lm_eval.utils:env.from_string",
)


class Steps(HFLM):  # type: ignore[misc]
    """HFLM with names of ours for the steps that a subclass may want to change; each does what HFLM does."""

    def score_tokens(self, requests: list[Any], **options: Any) -> Any:
        """(log-probability, is it what greedy decoding gives) of each continuation."""
        return super()._loglikelihood_tokens(requests, **options)

    def forward_pass(self, ids: torch.Tensor, **options: Any) -> Any:
        """(rows, length, vocabulary) logits of token ids (rows, length)."""
        return super()._model_call(ids, **options)

    def generate_tokens(self, context: torch.Tensor, max_length: int, stop: list[str], **options: Any) -> Any:
        """(rows, at most `max_length`) token ids: the prompts `context` and what follows, padded."""
        return super()._model_generate(context, max_length, stop, **options)

    def _loglikelihood_tokens(self, requests: list[Any], **options: Any) -> Any:
        return self.score_tokens(requests, **options)

    def _model_call(self, inps: torch.Tensor, **options: Any) -> Any:
        return self.forward_pass(inps, **options)

    def _model_generate(self, context: torch.Tensor, max_length: int, stop: list[str], **options: Any) -> Any:
        return self.generate_tokens(context, max_length, stop, **options)


def filters(task: Any, name: str) -> list[Any]:
    """The task's `FilterEnsemble`s of that name."""
    return [ensemble for ensemble in task._filters if ensemble.name == name]


@contextmanager
def no_progress_bars() -> Iterator[None]:
    """The harness shows no bars while it builds requests."""
    bar = lm_eval.api.task.tqdm
    lm_eval.api.task.tqdm = functools.partial(bar, disable=True)
    try:
        yield
    finally:
        lm_eval.api.task.tqdm = bar


@contextmanager
def templates_compiled_once() -> Iterator[None]:
    """The harness compiles its Jinja templates anew for every item, several times: a third of a small evaluation."""
    environment: Any = lm_eval.utils.env
    compile_template: Callable[[str], Any] = environment.from_string
    environment.from_string = functools.cache(compile_template)
    try:
        yield
    finally:
        del environment.from_string
