"""Stored replies in the place of a model of lm-evaluation-harness."""

from collections.abc import Mapping, Sequence
from typing import Any

from lm_eval.models.utils import (
    handle_stop_sequences,
    normalize_gen_kwargs,
    postprocess_generated_text,
    resolve_max_length,
)
from transformers import PretrainedConfig

from crescent.evaluation.results import Reply
from crescent.models.chat import THINK_END
from crescent.private.lm_eval_internals import Reader


def think_end(tokenizer: Any) -> str | None:
    """What ends the thoughts of a reasoning model: its figures read what follows. None: it is no such model."""
    return THINK_END if THINK_END in tokenizer.get_vocab() else None


def longest(config: PretrainedConfig, tokenizer: Any) -> int:
    """The most tokens that the harness gives to a model of this configuration."""
    found: int = resolve_max_length(config, tokenizer, default=2048)
    return found


class Replies(Reader):
    """Gives for each request what `known` has for it: by the id of the Python object, one reply per repetition."""

    def __init__(self, tokenizer: Any, context: int) -> None:
        super().__init__(tokenizer, context, think_end(tokenizer))
        self.known: Mapping[int, Sequence[Reply]] = {}

    def generate_until(self, requests: list[Any], disable_tqdm: bool = True) -> list[str]:
        """The texts, less thoughts and what stands behind the first stop string, as HFLM cuts what it decoded."""
        return [self._cut(request, reply.text or "") for request, reply in self._paired(requests)]

    def loglikelihood(self, requests: list[Any], disable_tqdm: bool = True) -> list[tuple[float, bool]]:
        """(log-probability, is it what greedy decoding gives) of each continuation."""
        return [(_number(reply), bool(reply.greedy)) for _, reply in self._paired(requests)]

    def loglikelihood_rolling(self, requests: list[Any], disable_tqdm: bool = True) -> list[float]:
        """Log-probabilities of whole texts."""
        return [_number(reply) for _, reply in self._paired(requests)]

    def settings(self, request: Any) -> dict[str, Any]:
        """How a text is to be generated: `do_sample`, `max_gen_toks`, `until` and whatever else the task says."""
        found: dict[str, Any] = normalize_gen_kwargs(request.args[1], self.max_gen_toks)
        return found

    def _cut(self, request: Any, text: str) -> str:
        end = self.tok_decode(self.eot_token_id, skip_special_tokens=False)
        stops = handle_stop_sequences(self.settings(request).get("until"), eos=end)
        read: str = postprocess_generated_text(text, stops, self.think_end_token)
        return read

    def _paired(self, requests: list[Any]) -> list[tuple[Any, Reply]]:
        """Each request, which the harness lists once per repetition in a row, with its reply."""
        given: dict[int, int] = {}
        pairs = []
        for request in requests:
            number = given.get(id(request), 0)
            given[id(request)] = number + 1
            pairs.append((request, self.known[id(request)][number]))
        return pairs


def _number(reply: Reply) -> float:
    return float("nan") if reply.logprob is None else reply.logprob
