"""Stands in for vLLM where there is no GPU: the parts of its interface that the engine's process uses, on the CPU.

The names and the order of arguments are those of vLLM 0.33.0 (`vllm_signatures.json`). A request whose prompt holds the
token 3 only makes it fail, as an engine that runs into a fault does.
"""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from vllm.inputs import TokensPrompt


@dataclass
class SamplingParams:
    n: int = 1
    temperature: float = 1.0
    top_p: float = 1.0
    seed: int | None = None
    stop_token_ids: list[int] = field(default_factory=list)
    max_tokens: int | None = 16
    logprobs: int | None = None
    detokenize: bool = True


class LLM:
    def __init__(self, model: str, *, dtype: str, max_model_len: int, **arguments: Any) -> None:
        from crescent.config.schema import Model
        from crescent.models.load import load

        print("loading", model)
        self.llm_engine = LLMEngine(load(Model(path=model, dtype=dtype)), max_model_len)


class LLMEngine:
    def __init__(self, loaded: Any, context: int) -> None:
        self.loaded, self.context = loaded, context
        self.waiting: list[tuple[str, TokensPrompt, SamplingParams]] = []

    def has_unfinished_requests(self) -> bool:
        return bool(self.waiting)

    def add_request(self, request_id: str, prompt: TokensPrompt, params: SamplingParams) -> str:
        self.waiting.append((request_id, prompt, params))
        return request_id

    def step(self) -> list[Any]:
        """Finishes the request that came last, its outputs out of order; the others have not finished."""
        from crescent.config.schema import Sampling
        from crescent.generation.decode import Decoder, Prompt

        request_id, prompt, params = self.waiting.pop()
        ids = prompt["prompt_token_ids"]
        if set(ids) == {3}:
            raise RuntimeError("the engine core died\nwith much to say about it")
        decoder = Decoder(self.loaded.model, params.stop_token_ids, 64, self.context)
        assert params.seed is not None and params.max_tokens is not None
        assert params.logprobs == 0 and not params.detokenize
        seeds = [params.seed + index for index in range(params.n)]
        sampling = Sampling(params.temperature, params.top_p, params.max_tokens)
        [found] = decoder.run([Prompt(ids, seeds)], sampling)
        outputs = [
            SimpleNamespace(
                index=index,
                token_ids=decoded.tokens,
                cumulative_logprob=decoded.logprob * len(decoded.tokens),
                finish_reason="stop" if decoded.stopped else "length",
            )
            for index, decoded in enumerate(found)
        ]
        unfinished = [SimpleNamespace(request_id=name, outputs=[], finished=False) for name, _, _ in self.waiting]
        return [*unfinished, SimpleNamespace(request_id=request_id, outputs=outputs[::-1], finished=True)]
