"""Generation in this process with a transformers model."""

from collections.abc import Generator, Sequence
from contextlib import closing

from crescent.config.schema import Sampling
from crescent.generation.backend import Backend, Completed, Report
from crescent.generation.decode import Decoded, Decoder, Prompt
from crescent.generation.plain import PlainDecoder
from crescent.generation.probe import objection
from crescent.generation.request import Continuation, Request, Shard, sample_seed
from crescent.generation.texts import prompt_tokens, written
from crescent.generation.until import Until
from crescent.models.load import Loaded
from crescent.models.replies import Replies
from crescent.records import Completion


class TransformersBackend(Backend):
    """One loaded model and a decoder that keeps its batch full; transformers' own for a model that this does not suit.

    Raises:
        ModelError: the device's memory does not hold the model's sequences.
    """

    def __init__(self, loaded: Loaded, batch_size: int | None, context: int) -> None:
        self._loaded = loaded
        self._replies = Replies(loaded.tokenizer)
        reason = objection(loaded.model, context)
        self.decoder = "slots" if reason is None else f"generate: {reason}"
        self.continues = reason is None
        self._until: dict[tuple[str, ...], Until] = {}
        decoder = Decoder if reason is None else PlainDecoder
        self._decoder = decoder(loaded.model, loaded.stops, batch_size, context)

    def stream(self, shards: Sequence[Shard], sampling: Sampling, seed: int, report: Report) -> "Generator[Completed]":
        """See `Backend.stream`."""
        stop = tuple(sampling.stop)
        groups = [[self._prompt(request, seed, stop) for request in requests] for _, requests in shards]
        with closing(self._decoder.stream(groups, sampling, report)) as stream:
            for number, decoded in stream:
                index, requests = shards[number]
                yield (
                    index,
                    [
                        self._completion(request, prompt, request.first + sample, result, stop)
                        for request, prompt, results in zip(requests, groups[number], decoded, strict=True)
                        for sample, result in enumerate(results)
                    ],
                )

    def _prompt(self, request: Request, seed: int, stop: tuple[str, ...]) -> Prompt:
        seeds = [sample_seed(seed, request.id, request.first + i) for i in range(request.samples)]
        ids = prompt_tokens(self._loaded.tokenizer, request)
        if isinstance(request, Continuation):
            return Prompt(ids, seeds, request.limit, self._watch(request.until))
        return Prompt(ids, seeds, until=self._watch(stop))

    def _watch(self, texts: tuple[str, ...]) -> Until | None:
        """One for all requests that end alike: equal prompts are then computed once."""
        if not texts:
            return None
        return self._until.setdefault(texts, Until(self._loaded.tokenizer, texts))

    def _completion(
        self, request: Request, prompt: Prompt, sample: int, result: Decoded, stop: Sequence[str]
    ) -> Completion:
        ended = bool(result.tokens) and result.tokens[-1] in self._loaded.stops
        text, found = written(self._replies, request, result.tokens, ended, stop)
        return Completion(
            request=request.id,
            sample=sample,
            text=text,
            stop="stop" if result.stopped or found else "length",
            prompt_tokens=len(prompt.ids),
            tokens=len(result.tokens),
            logprob=round(result.logprob, 6),
        )
