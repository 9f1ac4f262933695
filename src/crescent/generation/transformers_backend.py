"""Generation in this process with a transformers model."""

from collections.abc import Sequence

from crescent.config.schema import Sampling
from crescent.generation.backend import Report
from crescent.generation.decode import Decoded, Decoder, Prompt
from crescent.generation.request import Request, sample_seed
from crescent.models.chat import prompt_ids
from crescent.models.load import Loaded
from crescent.records import Completion


class TransformersBackend:
    """One loaded model and a decoder that keeps its batch full."""

    def __init__(self, loaded: Loaded, batch_size: int, context: int) -> None:
        self._loaded = loaded
        self._decoder = Decoder(loaded.model, loaded.stops, batch_size, context)

    def generate(self, requests: Sequence[Request], sampling: Sampling, seed: int, report: Report) -> list[Completion]:
        """See `Backend.generate`."""
        tokenizer = self._loaded.tokenizer
        prompts = [
            Prompt(prompt_ids(tokenizer, r.prompt), [sample_seed(seed, r.id, r.first + i) for i in range(r.samples)])
            for r in requests
        ]
        decoded = self._decoder.run(prompts, sampling, report)
        return [
            self._completion(request, prompt, request.first + sample, result)
            for request, prompt, results in zip(requests, prompts, decoded, strict=True)
            for sample, result in enumerate(results)
        ]

    def _completion(self, request: Request, prompt: Prompt, sample: int, result: Decoded) -> Completion:
        # The token that ended the reply is counted but is no part of the text.
        tokens = result.tokens[:-1] if result.stopped else result.tokens
        text = self._loaded.tokenizer.decode(tokens, skip_special_tokens=True)
        return Completion(
            request=request.id,
            sample=sample,
            text=text.strip(),
            stop="stop" if result.stopped else "length",
            prompt_tokens=len(prompt.ids),
            tokens=len(result.tokens),
            logprob=round(result.logprob, 6),
        )
