"""Generation by an OpenAI-compatible server (vLLM, SGLang, llama.cpp, TGI, transformers serve).

Every sample is a request of its own with its own seed, so it is the same whatever else is asked, as far as the server's
kernels allow. What fails for a reason that passes is asked again; what was finished is on disk, shard by shard.
"""

import asyncio
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crescent.config.schema import Backend as Settings
from crescent.config.schema import Sampling
from crescent.errors import StageError
from crescent.generation.backend import Backend, Completed, Report
from crescent.generation.endpoint import (
    CONNECT_SECONDS,
    Endpoint,
    client_library,
    pause,
    reach,
    readable,
    reason,
    token_logprobs,
    too_long,
)
from crescent.generation.request import Request, Shard, sample_seed
from crescent.records import Completion

if TYPE_CHECKING:
    import httpx
    from transformers import PreTrainedTokenizerBase

CONCURRENCY = 64
PASSING = {408, 409, 425, 429, 500, 502, 503, 504, 529}
"""Statuses that say: later."""
REFUSED = {400, 422}
"""Statuses with which servers turn down a field they do not know, or a prompt that is too long."""
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


class ServerBackend(Backend):
    """Sends each sample as a request, `batch_size` at a time. `tokenizer` is needed for `endpoint: completions`."""

    decoder = "server"

    def __init__(self, settings: Settings, tokenizer: "PreTrainedTokenizerBase | None" = None) -> None:
        self.settings = settings
        self.tokenizer = tokenizer

    def stream(self, shards: Sequence[Shard], sampling: Sampling, seed: int, report: Report) -> "Generator[Completed]":
        """See `Backend.stream`.

        Raises:
            ModelError: the endpoint does not answer or serves another model.
            StageError: it refuses the requests, or keeps failing; what is finished is kept.
        """
        endpoint = reach(self.settings)
        with asyncio.Runner() as runner:
            work = _Work(self, endpoint, shards, sampling, seed, report)
            try:
                runner.run(work.begin())
                for _ in shards:
                    yield runner.run(work.next_shard())
            finally:
                runner.run(work.end())


class _Work:
    """One stream: workers that take samples from a common iterator, and the shards that they fill."""

    def __init__(
        self, backend: ServerBackend, endpoint: Endpoint, shards: Sequence[Shard], sampling: Sampling, seed: int,
        report: Report,
    ) -> None:  # fmt: skip
        self.settings, self.tokenizer = backend.settings, backend.tokenizer
        self.endpoint, self.sampling, self.report = endpoint, sampling, report
        self.httpx = client_library()
        self.samples = _samples(shards, seed)
        self.results: dict[int, list[Completion | None]] = {
            index: [None] * sum(request.samples for request in requests) for index, requests in shards
        }
        self.missing = {index: len(rows) for index, rows in self.results.items()}
        self.finished: asyncio.Queue[int | BaseException] = asyncio.Queue()
        self.offered = set(OPTIONAL)
        self.tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """Find out which optional fields the server takes, and start the workers."""
        count = self.settings.batch_size or CONCURRENCY
        self.client = self.httpx.AsyncClient(
            headers=self.endpoint.headers,
            timeout=self.httpx.Timeout(self.settings.timeout, connect=CONNECT_SECONDS),
            limits=self.httpx.Limits(max_connections=count),
        )
        for index, missing in self.missing.items():
            if not missing:
                self.finished.put_nowait(index)
        if any(self.missing.values()):
            await self._learn_what_is_offered()
        self.tasks = [asyncio.create_task(self._worker()) for _ in range(min(count, sum(self.missing.values())))]

    async def next_shard(self) -> tuple[int, list[Completion]]:
        """The next shard that is complete."""
        index = await self.finished.get()
        if isinstance(index, BaseException):
            raise index
        return index, [row for row in self.results.pop(index) if row is not None]

    async def end(self) -> None:
        """Stop what is under way and close the connections."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        if hasattr(self, "client"):
            await self.client.aclose()

    async def _worker(self) -> None:
        try:
            for sample in self.samples:
                completion = await self._ask(sample)
                self.results[sample.shard][sample.place] = completion
                self.missing[sample.shard] -= 1
                self.report(1, completion.tokens)
                if self.missing[sample.shard] == 0:
                    self.finished.put_nowait(sample.shard)
        except Exception as error:
            self.finished.put_nowait(error)

    async def _learn_what_is_offered(self) -> None:
        """Ask for a single token with every optional field, and without those that make the server refuse it."""
        request = Request("offer", "Hi")
        sample = Sample(-1, request, 0, 0, 1)
        for field in (*OPTIONAL, None):
            reply = await self._reply(sample, limit=1)
            if reply.status_code == 200:
                return
            if field is None or reply.status_code not in REFUSED:
                raise StageError(f"backend.url {self.endpoint.url} refuses a plain request: {reason(reply)}")
            self.offered.discard(field)

    async def _ask(self, sample: Sample) -> Completion:
        reply = await self._reply(sample)
        if reply.status_code == 200:
            return self._completion(sample, reply.json())
        message = reason(reply)
        if reply.status_code in REFUSED | {413} and too_long(message):
            # No room for a reply, as in the other backends: an empty text that was cut.
            return Completion(
                request=sample.request.id, sample=sample.number, text="", stop="length", prompt_tokens=0, tokens=0,
                logprob=0.0,
            )  # fmt: skip
        raise StageError(f"backend.url {self.endpoint.url} refuses a request: {message}")

    async def _reply(self, sample: Sample, limit: int | None = None) -> "httpx.Response":
        """The server's final word on a sample: a reply that can be read, or a refusal that repeating will not change.

        Raises:
            StageError: the server failed once more than `backend.retries` times in a row.
        """
        chat = self.settings.endpoint == "chat"
        url = f"{self.endpoint.url}/{'chat/completions' if chat else 'completions'}"
        body = self._body(sample, limit or self.sampling.max_new_tokens)
        problem = ""
        for attempt in range(self.settings.retries + 1):
            retry_after = None
            try:
                reply = await self.client.post(url, json=body)
            except self.httpx.RequestError as error:
                problem = f"{type(error).__name__} {error}".strip()
            else:
                if reply.status_code in PASSING:
                    problem, retry_after = reason(reply), reply.headers.get("retry-after")
                elif reply.status_code != 200 or readable(reply):
                    return reply  # type: ignore[no-any-return]
                else:
                    problem = "a reply that is no completion"
            if attempt < self.settings.retries:
                await asyncio.sleep(pause(self.settings.pause, attempt, str(sample.seed), retry_after))
        raise StageError(
            f"backend.url {self.endpoint.url}: failed {self.settings.retries + 1} times in a row ({problem}). "
            "What is finished is kept; start the same command again when the server is well."
        )

    def _body(self, sample: Sample, limit: int) -> dict[str, Any]:
        chat = self.settings.endpoint == "chat"
        body: dict[str, Any] = {
            "model": self.endpoint.model,
            "max_tokens": limit,
            "temperature": self.sampling.temperature,
            "top_p": self.sampling.top_p,
        }
        if chat:
            body["messages"] = [{"role": "user", "content": sample.request.prompt}]
        else:
            body["prompt"] = self._rendered(sample.request.prompt)
        if "seed" in self.offered:
            body["seed"] = sample.seed
        if "logprobs" in self.offered:
            body["logprobs"] = True if chat else 0
        return body

    def _rendered(self, prompt: str) -> str:
        """The prompt in the model's chat template, less the first token that servers put in front themselves."""
        if self.tokenizer is None:
            raise StageError("backend.endpoint=completions needs the tokenizer of the model, and was given none")
        from crescent.models.chat import rendered

        return rendered(self.tokenizer, prompt).removeprefix(self.tokenizer.bos_token or "")

    def _completion(self, sample: Sample, reply: dict[str, Any]) -> Completion:
        choice, usage = reply["choices"][0], reply.get("usage") or {}
        chat = self.settings.endpoint == "chat"
        logprobs = token_logprobs(choice.get("logprobs"))
        text = (choice["message"].get("content") if chat else choice["text"]) or ""
        return Completion(
            request=sample.request.id,
            sample=sample.number,
            text=text.strip(),
            stop="length" if choice.get("finish_reason") in ("length", "content_filter") else "stop",
            prompt_tokens=int(usage.get("prompt_tokens") or 0),
            tokens=int(usage.get("completion_tokens") or len(logprobs)),
            logprob=round(sum(logprobs) / len(logprobs), 6) if logprobs else None,
        )


def _samples(shards: Sequence[Shard], seed: int) -> Iterator[Sample]:
    for index, requests in shards:
        place = 0
        for request in requests:
            for number in range(request.first, request.first + request.samples):
                # 31 bits: some servers keep seeds in a signed 32-bit number.
                yield Sample(index, request, number, place, sample_seed(seed, request.id, number) % 2**31)
                place += 1
