"""A sample as a request to an OpenAI-compatible API, and the reply as a completion."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crescent.config.schema import Backend, Sampling
from crescent.errors import StageError
from crescent.generation.reply import count, text_of, token_logprobs
from crescent.generation.request import Request, Shard, sample_seed
from crescent.models.replies import up_to
from crescent.records import Completion

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

MOST_STOPS = 4
"""Stop strings that an OpenAI-compatible API takes."""
OPTIONAL = ("logprobs", "seed")
"""Fields that not every server takes, the more often missing one first."""


@dataclass(frozen=True)
class Sample:
    """One sample: shard, request and place in the shard's completions."""

    shard: int
    request: Request
    number: int
    place: int
    seed: int


OFFER = Sample(-1, Request("offer", "Hi"), 0, 0, 1)
"""Asked for to find out which optional fields a server takes."""


def samples(shards: Sequence[Shard], seed: int) -> Iterator[Sample]:
    """All samples of `shards` in order. `seed` is that of the stage."""
    for index, requests in shards:
        place = 0
        for request in requests:
            for number in range(request.first, request.first + request.samples):
                # 31 bits: some servers keep seeds in a signed 32-bit number.
                yield Sample(index, request, number, place, sample_seed(seed, request.id, number) % 2**31)
                place += 1


class Asking:
    """How samples are asked for and replies are read. `tokenizer` is needed for `endpoint: completions`.

    `offered` are the `OPTIONAL` fields that every server takes. What one server gives unasked is not read, so that who
    answers changes nothing.
    """

    def __init__(self, settings: Backend, tokenizer: "PreTrainedTokenizerBase | None", sampling: Sampling) -> None:
        self.chat = settings.endpoint == "chat"
        self.path = "chat/completions" if self.chat else "completions"
        self.tokenizer, self.sampling = tokenizer, sampling
        self.offered = set(OPTIONAL)

    def body(self, model: str, sample: Sample, limit: int | None = None) -> dict[str, Any]:
        """The request for one sample of `model`."""
        body: dict[str, Any] = {
            "model": model,
            "max_tokens": limit or self.sampling.max_new_tokens,
            "temperature": self.sampling.temperature,
            "top_p": self.sampling.top_p,
        }
        # Not OpenAI's fields, but those of vLLM, SGLang and llama.cpp; who takes none of them refuses, and says so.
        if self.sampling.top_k is not None:
            body["top_k"] = self.sampling.top_k
        if self.sampling.min_p > 0:
            body["min_p"] = self.sampling.min_p
        if self.chat:
            body["messages"] = [{"role": "user", "content": sample.request.prompt}]
        else:
            body["prompt"] = self._rendered(sample.request.prompt)
        if self.sampling.stop:
            body["stop"] = list(self.sampling.stop)[:MOST_STOPS]  # what it is not told of is cut off afterwards
        if "seed" in self.offered:
            body["seed"] = sample.seed
        if "logprobs" in self.offered:
            body["logprobs"] = True if self.chat else 0
        return body

    def completion(self, sample: Sample, reply: dict[str, Any]) -> Completion:
        """The completion that a reply holds.

        Raises:
            UnreadableError: its content is nothing that a model writes.
        """
        choice = reply["choices"][0]
        logprobs = token_logprobs(choice.get("logprobs")) if "logprobs" in self.offered else []
        cut = choice.get("finish_reason") in ("length", "content_filter")
        text = text_of(choice, cut)
        said = up_to(text, self.sampling.stop)  # it was told of some, and may not have listened
        return Completion(
            request=sample.request.id,
            sample=sample.number,
            text=said.strip(),
            stop="length" if cut and said == text else "stop",
            prompt_tokens=count(reply.get("usage"), "prompt_tokens"),
            tokens=count(reply.get("usage"), "completion_tokens") or len(logprobs),
            logprob=round(sum(logprobs) / len(logprobs), 6) if logprobs else None,
        )

    def no_room(self, sample: Sample) -> Completion:
        """What a prompt gets that leaves no room for a reply, as in the other backends: an empty text that was cut."""
        return Completion(
            request=sample.request.id, sample=sample.number, text="", stop="length", prompt_tokens=0, tokens=0,
            logprob=0.0,
        )  # fmt: skip

    def _rendered(self, prompt: str) -> str:
        """The prompt in the model's chat template, less the first token that servers put in front themselves."""
        if self.tokenizer is None:
            raise StageError("backend.endpoint=completions needs the tokenizer of the model, and was given none")
        from crescent.models.chat import rendered

        return rendered(self.tokenizer, prompt).removeprefix(self.tokenizer.bos_token or "")
