"""Decoding by transformers' own `generate`, for models that cannot be decoded in slots: slower, with the same promises.

Tokens are drawn here all the same, each sample from its own stream of random numbers, so a sample is what the slots
would give but for rounding. On the CPU every sequence is computed alone, for whatever sits beside it would change its
rounding. On a GPU those of one length go together: nothing is padded, which not every kind of model takes well, and no
sequence is stretched by a longer neighbour.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby

import numpy as np
import torch
from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList, PreTrainedModel

from crescent.config.schema import Sampling
from crescent.errors import ModelError
from crescent.generation.sampling import draw, filters, uniforms
from crescent.generation.slots import Decoded
from crescent.generation.waiting import Place, Prompt, Waiting

ROWS = 64
"""Sequences that a GPU computes together where the configuration leaves it open."""


class PlainDecoder:
    """Does what `Decoder` does, shard after shard, by `model.generate`. `batch_size` is for GPUs."""

    def __init__(self, model: PreTrainedModel, stops: Sequence[int], batch_size: int | None, context: int) -> None:
        self.model = model.eval()
        self.stops = sorted(stops)
        self.rows = 1 if model.device.type == "cpu" else batch_size or ROWS
        self.context = context

    def stream(
        self,
        groups: Sequence[Sequence[Prompt]],
        sampling: Sampling,
        report: Callable[[int, int], None] = lambda rows, tokens: None,
    ) -> "Generator[tuple[int, list[list[Decoded]]]]":
        """See `Decoder.stream`.

        Raises:
            ModelError: the device's memory does not even hold one sequence.
        """
        for number, group in enumerate(groups):
            results = [[Decoded([], 0.0, False) for _ in prompt.seeds] for prompt in group]
            waiting = Waiting([group], self.context, sampling.max_new_tokens)
            if without_room := sum(len(prompt.seeds) for prompt in group) - waiting.sequences:
                report(without_room, 0)
            for finished in self._batches(waiting, sampling):
                for (_, prompt, sample), decoded in finished:
                    results[prompt][sample] = decoded
                report(len(finished), sum(len(decoded.tokens) for _, decoded in finished))
            yield number, results

    def _batches(self, waiting: Waiting, sampling: Sampling) -> Iterator[list[tuple[Place, Decoded]]]:
        jobs = waiting.take(waiting.sequences, waiting.sequences, waiting.sequences * self.context)
        for _, equal in groupby(jobs, key=lambda job: len(job.ids)):  # they come sorted by length
            rows = [
                (job.ids, seed, place, job.limit)
                for job in equal
                for seed, place in zip(job.seeds.tolist(), job.places, strict=True)
            ]
            while rows:
                taken = rows[: self.rows]
                ids, seeds, places, limits = zip(*taken, strict=True)
                try:
                    decoded = self._generate(ids, np.array(seeds, dtype=np.uint64), limits[0], sampling)
                except torch.OutOfMemoryError:
                    if len(taken) == 1:
                        raise ModelError(
                            f"the device's memory does not hold one sequence of {len(ids[0]) + limits[0]} tokens: "
                            "lower max_new_tokens or take model.dtype=bfloat16"
                        ) from None
                    self.rows = len(taken) // 2
                    continue
                del rows[: len(taken)]
                yield list(zip(places, decoded, strict=True))

    def _generate(self, ids: Sequence[list[int]], seeds: np.ndarray, limit: int, sampling: Sampling) -> list[Decoded]:
        tokens = torch.tensor(ids, device=self.model.device)
        drawing = Drawing(seeds, sampling, self.stops)
        # Greedy, for the choice is made before: `Drawing` leaves one token possible.
        settings = GenerationConfig(
            do_sample=False, max_new_tokens=limit, eos_token_id=self.stops or None, pad_token_id=0, use_cache=True
        )
        with _nothing_of_its_own(self.model), torch.inference_mode():
            self.model.generate(
                tokens,
                attention_mask=torch.ones_like(tokens),
                generation_config=settings,
                logits_processor=LogitsProcessorList([drawing]),
            )
        return drawing.decoded()


class Drawing(LogitsProcessor):  # type: ignore[misc]  # transformers is untyped to mypy
    """Draws the next token of every row, as the slots do, and forbids all others. Keeps what it drew."""

    def __init__(self, seeds: np.ndarray, sampling: Sampling, stops: Sequence[int]) -> None:
        self.seeds, self.sampling, self.stops = seeds, sampling, stops
        self.tokens: list[np.ndarray] = []
        self.logprobs: list[np.ndarray] = []

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Scores (rows, vocabulary) of the next token; returns 0 for the one that is drawn and -inf for the others."""
        steps = np.full(len(self.seeds), len(self.tokens))
        random = torch.from_numpy(uniforms(self.seeds, steps)).to(scores.device)
        tokens, logprobs = draw(scores, random, *filters(self.sampling))
        self.tokens.append(tokens.cpu().numpy())
        self.logprobs.append(logprobs.double().cpu().numpy())
        return torch.full_like(scores, float("-inf")).scatter_(1, tokens[:, None], 0.0)

    def decoded(self) -> list[Decoded]:
        """The rows, each up to its first stop token; what `generate` went on to write behind it is left out."""
        tokens, logprobs = np.stack(self.tokens, axis=1), np.stack(self.logprobs, axis=1)
        ends = np.isin(tokens, self.stops)
        results = []
        for row, ended in enumerate(ends):
            count = int(ended.argmax()) + 1 if ended.any() else len(ended)
            mean = float(logprobs[row, :count].sum()) / count
            results.append(Decoded(tokens[row, :count].tolist(), mean, bool(ended.any())))
        return results


@contextmanager
def _nothing_of_its_own(model: PreTrainedModel) -> Iterator[None]:
    """Hide the checkpoint's settings for `generate`: they would fill in what is left open, as a repetition penalty."""
    before = model.generation_config
    model.generation_config = GenerationConfig()
    try:
        yield
    finally:
        model.generation_config = before
