"""One of the servers that share the work: asked again for what passes, left out when it does not come back.

A new connection may lead to another process than the last one did, after a restart. So what is served is looked at on
every one, and no reply of another model is taken.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from crescent.config.schema import Backend
from crescent.errors import StageError
from crescent.generation.endpoint import (
    CONNECT_SECONDS,
    Endpoint,
    client_library,
    connection,
    names,
    pause,
    reason,
    serves,
)
from crescent.generation.reply import readable

if TYPE_CHECKING:
    import httpx

PASSING = {408, 409, 425, 429, 500, 502, 503, 504, 529}
"""Statuses that say: later."""
REFUSED = {400, 422}
"""Statuses with which servers turn down a field they do not know, or a prompt that is too long."""
UNREACHED = 3
"""Times in a row that one of several servers may not be reached before the others take over what it was asked."""


class LeftOutError(Exception):
    """The server is asked no more: `problem`, in a few words, and in a sentence for the user the message."""

    def __init__(self, problem: str, sentence: str) -> None:
        super().__init__(sentence)
        self.problem = problem


class Server:
    """A server, `connections` requests at a time.

    `others` says whether other servers can take over; `ended` why a server of our own has come to its end, None while
    it runs.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        settings: Backend,
        connections: int,
        others: Callable[["Server"], bool],
        ended: Callable[[], str | None],
    ) -> None:
        self.endpoint, self.settings, self.others, self.ended = endpoint, settings, others, ended
        self.left_out = False
        self.tasks: list[asyncio.Task[None]] = []
        self._httpx = client_library()
        self._known: WeakSet[Any] = WeakSet()
        self.client: httpx.AsyncClient = self._httpx.AsyncClient(
            headers=endpoint.headers,
            timeout=self._httpx.Timeout(settings.timeout, connect=CONNECT_SECONDS),
            limits=self._httpx.Limits(max_connections=connections),
            **connection(endpoint.url),
        )

    async def reply(self, path: str, body: dict[str, Any], seed: int) -> "httpx.Response":
        """Its final word: a reply that can be read, or a refusal that repeating will not change.

        `seed` spreads the pauses.

        Raises:
            LeftOutError: it failed once more than `backend.retries` times in a row, cannot be reached while others
                can, or serves another model now.
            StageError: it is our own and has ended.
        """
        problem, unreached = "", 0
        for attempt in range(self.settings.retries + 1):
            retry_after = None
            try:
                reply = await self.client.post(f"{self.endpoint.url}/{path}", json=body)
                await self._look_at(reply)
            except self._httpx.RequestError as error:
                problem, unreached = f"{type(error).__name__} {error}".strip(), unreached + 1
                self._own_is_alive()
                if unreached >= UNREACHED and self.others(self):
                    break
            else:
                unreached = 0
                if reply.status_code in PASSING:
                    problem, retry_after = reason(reply), reply.headers.get("retry-after")
                elif reply.status_code != 200 or readable(reply):
                    return reply
                else:
                    problem = "a reply that is no completion"
            if attempt < self.settings.retries:
                await asyncio.sleep(pause(self.settings.pause, attempt, str(seed), retry_after))
        times = f"failed {attempt + 1} times in a row ({problem})"
        raise LeftOutError(
            times,
            f"backend.url {self.endpoint.url}: {times}. What is finished is kept; start the same command again when "
            "the server is well.",
        )

    async def answers(self) -> bool:
        """Whether it is there and serves the model.

        Raises:
            LeftOutError: it serves another one.
        """
        try:
            reply = await self.client.get(f"{self.endpoint.url}/models")
        except self._httpx.RequestError:
            return False
        self._same(reply)
        return reply.status_code == 200

    async def _look_at(self, reply: "httpx.Response") -> None:
        """See, on a connection that is new, that the server still serves the model."""
        connection = reply.extensions.get("network_stream")
        if not self.endpoint.listed or connection in self._known:
            return
        self._same(await self.client.get(f"{self.endpoint.url}/models"))
        self._known.add(connection)

    def _same(self, reply: "httpx.Response") -> None:
        served = names(reply) if reply.status_code == 200 and self.endpoint.listed else None
        if served is not None and self.endpoint.model not in served:
            now = f"now {serves(served)} and no longer {self.endpoint.model}"
            raise LeftOutError(
                now,
                f"backend.url {self.endpoint.url} {now}: its replies are not taken. Start it with that model; the same "
                "command goes on.",
            )

    def _own_is_alive(self) -> None:
        if (why := self.ended()) is not None:
            raise StageError(why)
