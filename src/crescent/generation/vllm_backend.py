"""Generation by vLLM's offline engine: the stage's requests are one stream, and the engine batches as it sees fit."""

from collections.abc import Generator, Sequence

from transformers import PreTrainedTokenizerBase

from crescent.config.schema import Sampling
from crescent.generation.backend import Backend, Completed, Report
from crescent.generation.request import Continuation, Request, Shard, sample_seed
from crescent.generation.texts import prompt_tokens, written
from crescent.generation.until import Until
from crescent.generation.vllm_child import Order, Output
from crescent.generation.vllm_engine import Engine
from crescent.models.replies import Replies
from crescent.records import Completion


class VllmBackend(Backend):
    """Renders prompts, orders `samples` continuations of each from the engine, and reads what it answers."""

    decoder = "vllm"
    continues = True

    def __init__(self, engine: Engine, tokenizer: PreTrainedTokenizerBase, stops: Sequence[int], context: int) -> None:
        self.engine, self.tokenizer = engine, tokenizer
        self.stops, self.context = list(stops), context
        self.replies = Replies(tokenizer)

    def stream(self, shards: Sequence[Shard], sampling: Sampling, seed: int, report: Report) -> "Generator[Completed]":
        """See `Backend.stream`.

        Raises:
            StageError: the engine's process failed; what is finished is kept.
        """
        asked = [(shard, place) for shard, (_, requests) in enumerate(shards) for place in range(len(requests))]
        results: list[list[list[Completion]]] = [[[] for _ in requests] for _, requests in shards]
        missing = [0] * len(shards)
        lengths: dict[int, int] = {}
        for number, (shard, place) in enumerate(asked):
            request = shards[shard][1][place]
            ids = prompt_tokens(self.tokenizer, request)
            limit = min(self.context - len(ids), sampling.max_new_tokens)
            if isinstance(request, Continuation):
                limit = min(limit, request.limit)
            if limit <= 0 or request.samples == 0:
                nothing = [Output([], None, False)] * request.samples
                results[shard][place] = self._completions(request, len(ids), nothing)
                report(request.samples, 0)
                continue
            missing[shard] += 1
            lengths[number] = len(ids)
            self.engine.order(
                Order(
                    number=number, ids=ids, n=request.samples if sampling.temperature else 1,
                    seed=_first_seed(seed, request), max_tokens=limit, temperature=sampling.temperature,
                    top_p=sampling.top_p, stops=self.stops, top_k=sampling.top_k, min_p=sampling.min_p,
                )
            )  # fmt: skip
        for shard, count in enumerate(missing):
            if not count:
                yield shards[shard][0], [row for rows in results[shard] for row in rows]
        try:
            while lengths:
                result = self.engine.result()
                shard, place = asked[result.number]
                request = shards[shard][1][place]
                outputs = result.outputs if sampling.temperature else result.outputs * request.samples  # greedy: equal
                rows = self._completions(request, lengths.pop(result.number), outputs, sampling.stop)
                results[shard][place] = rows
                report(len(rows), sum(row.tokens for row in rows))
                missing[shard] -= 1
                if not missing[shard]:
                    yield shards[shard][0], [row for rows in results[shard] for row in rows]
                    results[shard] = []
        finally:
            if lengths:  # left in the middle: what it still owes would reach the next one who asks
                self.engine.close()

    def _completions(
        self, request: Request, length: int, outputs: Sequence[Output], stop: Sequence[str] = ()
    ) -> list[Completion]:
        return [
            self._completion(request, request.first + number, length, output, stop)
            for number, output in enumerate(outputs)
        ]

    def _completion(
        self, request: Request, sample: int, length: int, output: Output, stop: Sequence[str]
    ) -> Completion:
        tokens = output.tokens
        ended = bool(output.stopped and tokens and tokens[-1] in self.stops)
        # The engine knows no texts, so a continuation was written to its end; what is behind its stop string goes.
        until = request.until if isinstance(request, Continuation) else ()
        end = Until(self.tokenizer, until).end(tokens) if until else None
        text, found = written(self.replies, request, tokens[:end], ended, stop)
        count = len(tokens)
        mean = 0.0 if not count else None if output.logprob is None else round(output.logprob / count, 6)
        return Completion(
            request=request.id, sample=sample, text=text, prompt_tokens=length, tokens=len(tokens[:end]), logprob=mean,
            stop="stop" if output.stopped or found or end is not None else "length",
        )  # fmt: skip


def _first_seed(seed: int, request: Request) -> int:
    """vLLM gives sample i of a request the seed of the first one + i; so asking in two parts gives the same."""
    return sample_seed(seed, request.id, 0) % 2**62 + request.first
