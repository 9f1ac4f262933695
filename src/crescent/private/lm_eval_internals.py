"""lm-evaluation-harness: its model class in steps and without a model, filters of a task, progress bars, templates."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import lm_eval.api.task
import lm_eval.utils
import torch
from lm_eval.api.model import TemplateLM
from lm_eval.models.huggingface import HFLM
from lm_eval.models.utils import configure_pad_token

NAMES = (
    "lm_eval.api.task:ConfigurableTask#_filters",
    "lm_eval.api.task:tqdm",
    "lm_eval.models.huggingface:HFLM#_max_length",
    "lm_eval.models.huggingface:HFLM#_rank",
    "lm_eval.models.huggingface:HFLM#_world_size",
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


class Reader(HFLM):  # type: ignore[misc]
    """HFLM without a model, for all that it does to a text before and after: templates, tokens, truncation.

    It is what HFLM is when it was made with `pretrained=MODEL, tokenizer=tokenizer, think_end_token=think_end` and
    nothing else. `context` is the most tokens that the model takes.
    """

    def __init__(self, tokenizer: Any, context: int, think_end: str | None) -> None:
        TemplateLM.__init__(self)
        self.tokenizer = configure_pad_token(tokenizer)
        self.think_end_token = think_end
        self.chat_template_args: dict[str, Any] = {}
        self.add_bos_token = None
        self.custom_prefix_token_id = None
        self.truncation = False
        self.backend = "causal"
        self._max_length = context
        self._rank, self._world_size = 0, 1


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
