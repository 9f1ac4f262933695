"""Replies from the harness's own model class: choices, log-probabilities, and texts that are not written greedily."""

import copy
from collections.abc import Mapping
from typing import Any

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crescent.evaluation.isolation import isolated
from crescent.evaluation.model import HarnessModel, Progress
from crescent.evaluation.results import Reply


class InProcess:
    """A loaded model that replies as HFLM makes it reply, `batch_size` requests at a time."""

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, batch_size: int) -> None:
        self._model, self._tokenizer, self._batch_size = model, copy.deepcopy(tokenizer), batch_size

    def replies(self, requests: Mapping[str, Any], seed: int, progress: Progress | None = None) -> list[Reply]:
        """One for each request of the harness, in their order. Texts that are sampled follow from `seed`."""
        found: dict[str, Reply] = {}
        with isolated(self._model, seed):
            model = HarnessModel(self._model, self._tokenizer, self._batch_size, progress)
            for kind in dict.fromkeys(request.request_type for request in requests.values()):
                asked = {name: request for name, request in requests.items() if request.request_type == kind}
                answers = getattr(model, kind)(list(asked.values()))
                found |= {name: _reply(name, answer) for name, answer in zip(asked, answers, strict=True)}
        return [found[name] for name in requests]


def _reply(name: str, answer: str | float | tuple[float, bool]) -> Reply:
    if isinstance(answer, str):
        return Reply(id=name, text=answer)
    if isinstance(answer, tuple):
        return Reply(id=name, logprob=float(answer[0]), greedy=bool(answer[1]))
    return Reply(id=name, logprob=float(answer))
