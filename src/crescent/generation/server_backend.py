"""Generation by OpenAI-compatible servers (vLLM, SGLang, llama.cpp, TGI, transformers serve).

Every sample is a request of its own with its own seed, so it is the same whatever else is asked and whoever answers, as
far as the servers' kernels allow. What fails for a reason that passes is asked again; of several servers one that dies
is left out, and what it owes is asked of the others; what was finished is on disk, shard by shard.
"""

import asyncio
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING

from crescent.config.schema import Backend as Settings
from crescent.config.schema import Sampling
from crescent.errors import StageError
from crescent.generation.asking import OFFER, OPTIONAL, Asking, Sample, samples
from crescent.generation.backend import Backend, Completed, Report
from crescent.generation.endpoint import Endpoint, Reached, reach_all, reason, too_long
from crescent.generation.reply import UnreadableError, thoughts_alone
from crescent.generation.request import Shard
from crescent.generation.server import REFUSED, LeftOutError, Server
from crescent.records import Completion

if TYPE_CHECKING:
    import httpx
    from transformers import PreTrainedTokenizerBase

CONCURRENCY = 64
RETURN_SECONDS = 30.0
"""Between two looks at a server that was left out."""

Tell = Callable[[str], None]
"""Hears, in a line, of servers that are left out or come back."""


class ServerBackend(Backend):
    """Sends each sample as a request, `batch_size` at a time to each server. `tokenizer` is needed for
    `endpoint: completions`.

    `find` is asked before each stream for the servers; `ended` says why a server of our own has come to its end.
    """

    decoder = "server"

    def __init__(
        self,
        settings: Settings,
        tokenizer: "PreTrainedTokenizerBase | None" = None,
        *,
        find: Callable[[], Reached] | None = None,
        ended: Callable[[], str | None] = lambda: None,
        tell: Tell = lambda line: None,
    ) -> None:
        self.settings, self.tokenizer = settings, tokenizer
        self.find = find or (lambda: reach_all(settings))
        self.ended, self.tell = ended, tell

    def stream(self, shards: Sequence[Shard], sampling: Sampling, seed: int, report: Report) -> "Generator[Completed]":
        """See `Backend.stream`.

        Raises:
            ModelError: no server answers, or they serve another model.
            StageError: they refuse the requests, or keep failing; what is finished is kept.
        """
        reached = self.find()
        with asyncio.Runner() as runner:
            work = _Work(self, shards, sampling, seed, report)
            try:
                runner.run(work.begin(reached))
                for _ in shards:
                    yield runner.run(work.next_shard())
            finally:
                runner.run(work.end())


class _Work:
    """One stream: workers that take samples from a common iterator, and the shards that they fill."""

    def __init__(
        self, backend: ServerBackend, shards: Sequence[Shard], sampling: Sampling, seed: int, report: Report
    ) -> None:
        self.backend, self.report = backend, report
        self.asking = Asking(backend.settings, backend.tokenizer, sampling)
        self.fresh = samples(shards, seed)
        self.returned: asyncio.Queue[Sample] = asyncio.Queue()
        """What servers owed that were left out."""
        self.results: dict[int, list[Completion | None]] = {
            index: [None] * sum(request.samples for request in requests) for index, requests in shards
        }
        self.missing = {index: len(rows) for index, rows in self.results.items()}
        self.finished: asyncio.Queue[int | BaseException] = asyncio.Queue()
        self.servers: list[Server] = []
        self.watches: list[asyncio.Task[None]] = []
        self.silent: dict[str, int] = {}
        """Replies without text, by the field that has the thoughts which are all there is."""

    async def begin(self, reached: Reached) -> None:
        """Find out which optional fields all servers take, and start the workers."""
        for index, missing in self.missing.items():
            if not missing:
                self.finished.put_nowait(index)
        if not any(self.missing.values()):
            return
        self.servers = [self._server(endpoint) for endpoint in reached.endpoints]
        for endpoint, problem in reached.missing:
            self.servers.append(self._server(endpoint))
            self._leave_out(self.servers[-1], LeftOutError(problem, problem))
        for server in self._there():
            try:
                await self._learn_what_is_offered(server)
            except LeftOutError as error:
                self._leave_out(server, error)
        for server in self._there():
            self._put_to_work(server)

    async def next_shard(self) -> tuple[int, list[Completion]]:
        """The next shard that is complete."""
        index = await self.finished.get()
        if isinstance(index, BaseException):
            raise index
        return index, [row for row in self.results.pop(index) if row is not None]

    async def end(self) -> None:
        """Stop what is under way and close the connections."""
        tasks = [*self.watches, *(task for server in self.servers for task in server.tasks)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for server in self.servers:
            await server.client.aclose()
        for where, number in self.silent.items():
            have = "reply has" if number == 1 else "replies have"
            self.backend.tell(
                f"{number:,} {have} thoughts ({where}) and no text: raise max_new_tokens, or turn thoughts off"
            )

    def _server(self, endpoint: Endpoint) -> Server:
        settings, backend = self.backend.settings, self.backend
        return Server(endpoint, settings, settings.batch_size or CONCURRENCY, self._others, backend.ended)

    def _others(self, server: Server) -> bool:
        return any(other is not server for other in self._there())

    def _there(self) -> list[Server]:
        return [server for server in self.servers if not server.left_out]

    def _put_to_work(self, server: Server) -> None:
        count = min(self.backend.settings.batch_size or CONCURRENCY, sum(self.missing.values()))
        server.tasks += [asyncio.create_task(self._worker(server)) for _ in range(count)]

    async def _worker(self, server: Server) -> None:
        try:
            while True:
                sample = await self._take()
                try:
                    completion = await self._ask(server, sample)
                except BaseException:
                    # Also when cancelled because the server was left out: then somebody else has to ask.
                    self.returned.put_nowait(sample)
                    raise
                self._keep(sample, completion)
        except LeftOutError as error:
            self._leave_out(server, error)
        except Exception as error:
            self.finished.put_nowait(error)

    async def _take(self) -> Sample:
        """The next sample to ask for; waits for what comes back from others when there is no fresh one."""
        if self.returned.empty() and (sample := next(self.fresh, None)) is not None:
            return sample
        return await self.returned.get()

    def _keep(self, sample: Sample, completion: Completion) -> None:
        self.results[sample.shard][sample.place] = completion
        self.missing[sample.shard] -= 1
        self.report(1, completion.tokens)
        if self.missing[sample.shard] == 0:
            self.finished.put_nowait(sample.shard)

    def _leave_out(self, server: Server, error: LeftOutError) -> None:
        """Ask it no more; what it owes goes to the others. Without others that is the end."""
        if server.left_out:
            return
        server.left_out = True
        rest = len(self._there())
        if not rest:
            self.finished.put_nowait(StageError(str(error)))
            return
        for task in server.tasks:
            if task is not asyncio.current_task():
                task.cancel()
        left = "the other goes on" if rest == 1 else f"the other {rest} go on"
        self.backend.tell(f"server {server.endpoint.url} is left out: {error.problem}; {left}")
        self.watches.append(asyncio.create_task(self._watch(server)))

    async def _watch(self, server: Server) -> None:
        """Give a server work again when it is back, with the same model and all that is asked of it."""
        while True:
            await asyncio.sleep(RETURN_SECONDS)
            try:
                if await server.answers() and (await self._offer(server)).status_code == 200:
                    break
            except (LeftOutError, StageError):
                continue
        server.left_out = False
        self.backend.tell(f"server {server.endpoint.url} is back")
        self._put_to_work(server)

    async def _learn_what_is_offered(self, server: Server) -> None:
        """Ask for a single token with every optional field, and without those that make the server refuse it."""
        for field in (*[field for field in OPTIONAL if field in self.asking.offered], None):
            reply = await self._offer(server)
            if reply.status_code == 200:
                return
            if field is None or reply.status_code not in REFUSED:
                raise StageError(f"backend.url {server.endpoint.url} refuses a plain request: {reason(reply)}")
            self.asking.offered.discard(field)

    async def _offer(self, server: Server) -> "httpx.Response":
        body = self.asking.body(server.endpoint.model, OFFER, limit=1)
        return await server.reply(self.asking.path, body, OFFER.seed)

    async def _ask(self, server: Server, sample: Sample) -> Completion:
        body = self.asking.body(server.endpoint.model, sample)
        reply = await server.reply(self.asking.path, body, sample.seed)
        if reply.status_code == 200:
            content = reply.json()
            try:
                completion = self.asking.completion(sample, content)
                if where := thoughts_alone(content["choices"][0]):
                    self.silent[where] = self.silent.get(where, 0) + 1
            except UnreadableError as error:
                raise StageError(f"backend.url {server.endpoint.url}: a reply cannot be read: {error}") from None
            return completion
        message = reason(reply)
        if reply.status_code in REFUSED | {413} and too_long(message):
            return self.asking.no_room(sample)
        raise StageError(f"backend.url {server.endpoint.url} refuses a request: {message}")
