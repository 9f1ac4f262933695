"""OpenAI-compatible APIs: where they are, which of their models to ask, and whether they answer at all.

The key comes from the environment and goes into a header; it is in no message, no file and no representation.
"""

import os
import random
import time
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crescent.config.schema import Backend
from crescent.errors import MissingExtraError, ModelError

if TYPE_CHECKING:
    import httpx


def too_long(message: str) -> bool:
    """Whether an error message says that prompt and reply do not fit the model's context."""
    words = message.casefold()
    return "context" in words or "too long" in words or ("maximum" in words and "token" in words)


LONGEST = 60.0
"""Seconds between two tries, unless the server asks for more."""
PATIENCE = 600.0
"""The most that a server's Retry-After is followed."""


def pause(first: float, attempt: int, seed: str, retry_after: str | None = None) -> float:
    """Seconds before try `attempt` + 1: `first`, doubling, a random half of it taken off so that clients spread.

    Args:
        attempt: tries that have failed, from 0.
        seed: decides the random part.
        retry_after: the server's header of that name, in seconds or as a date; waited for at least.
    """
    whole = min(LONGEST, first * 2.0 ** min(attempt, 30))
    spread = whole * (0.5 + random.Random(f"{seed}/{attempt}").random() / 2)
    return max(spread, min(PATIENCE, _seconds(retry_after)))


def _seconds(retry_after: str | None) -> float:
    if not retry_after:
        return 0.0
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0


CONNECT_SECONDS = 10.0
LONGEST_REASON = 200


@dataclass(frozen=True)
class Endpoint:
    """An API that was reached, and the name of the model to ask there. `listed`: the API names it among its models."""

    url: str
    model: str
    headers: dict[str, str] = field(repr=False)
    listed: bool = True


@dataclass(frozen=True)
class Reached:
    """The servers that answer, at least one, and those that do not with what is the matter, in a few words."""

    endpoints: list[Endpoint]
    missing: list[tuple[Endpoint, str]] = field(default_factory=list)


class NoAnswerError(ModelError):
    """Nobody answers at an address; `problem` in a few words."""

    def __init__(self, url: str, problem: str) -> None:
        super().__init__(
            f"backend.url {url}: no answer ({problem}). Is the server running, and is this its address up to /v1?"
        )
        self.problem = problem


def addresses(config: Backend) -> list[str]:
    """Where the servers are: `url` and `urls`, each once."""
    given = ([config.url] if config.url else []) + list(config.urls)
    return list(dict.fromkeys(url.rstrip("/") for url in given))


def reach_all(config: Backend) -> Reached:
    """`reach` for every address; one that does not answer is left out as long as another does.

    Raises:
        ModelError: nobody answers, or one of them has another model than the others.
        MissingExtraError: httpx is not installed.
    """
    found: list[Endpoint] = []
    missing: list[tuple[str, NoAnswerError]] = []
    for url in addresses(config):
        try:
            found.append(reach(config, url))
        except NoAnswerError as error:
            missing.append((url, error))
    if not found:
        raise missing[0][1]
    for other in found[1:]:
        if other.model != found[0].model:
            raise ModelError(
                f"backend.urls: {found[0].url} serves {found[0].model} and {other.url} serves {other.model}: servers "
                "that share the work serve one model, under one name"
            )
    return Reached(found, [(replace(found[0], url=url), error.problem) for url, error in missing])


def reach(config: Backend, url: str | None = None) -> Endpoint:
    """Ask the API at `url` (None: the first one) which models it serves, and choose `config.model` or the only one.

    Raises:
        ModelError: nobody answers (`NoAnswerError`), the key is refused, or the model is another one. In one line.
        MissingExtraError: httpx is not installed.
    """
    httpx = client_library()
    url, headers = url or addresses(config)[0], key_headers(config)
    try:
        timeout = httpx.Timeout(min(config.timeout, 60.0), connect=CONNECT_SECONDS)
        reply = httpx.get(f"{url}/models", headers=headers, timeout=timeout, **connection(url))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoAnswerError(url, str(error) or type(error).__name__) from None
    if reply.status_code in (401, 403):
        given = "the key in" if headers else "a request without key: set"
        raise ModelError(f"backend.url {url} refuses {given} the environment variable {config.key_variable}")
    served = names(reply, adapters=config.model is not None)
    if served is None and config.model is None:
        raise ModelError(
            f"backend.url {url} does not say which models it serves ({reply.status_code}): is this its address up to "
            "/v1? If so, name the model in backend.model"
        )
    if config.model is not None and served and config.model not in served:
        raise ModelError(f"backend.url {url} {serves(served)}, not backend.model={config.model}")
    if config.model is None and served is not None and len(served) != 1:
        raise ModelError(f"backend.url {url} {serves(served)}: choose one with backend.model=...")
    return Endpoint(url, config.model or (served or [""])[0], headers, listed=bool(served))


def client_library() -> Any:
    """The module httpx.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import httpx
    except ImportError:
        raise MissingExtraError("httpx", "backend=server", "server") from None
    return httpx


def connection(url: str) -> dict[str, bool]:
    """How httpx connects to a server: without certificates where nothing is encrypted, as to read those of a machine
    takes a third of a second, and past the proxies of the environment where it is on this machine."""
    here = urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")
    return {"verify": not url.startswith("http://"), "trust_env": not here}


def reason(reply: "httpx.Response") -> str:
    """Status and what the server says about it, in one short line."""
    try:
        body = reply.json()
        error = body.get("error", body.get("detail", body.get("message", body)))
        text = str(error.get("message", error) if isinstance(error, dict) else error)
    except (ValueError, AttributeError):
        text = reply.text
    return f"{reply.status_code} {' '.join(text.split())[:LONGEST_REASON]}".strip()


def key_headers(config: Backend) -> dict[str, str]:
    """The header with the key, if there is one."""
    key = os.environ.get(config.key_variable, "").strip()
    return {"Authorization": f"Bearer {key}"} if key else {}


def names(reply: "httpx.Response", adapters: bool = True) -> list[str] | None:
    """The models that a reply to `/models` lists, with or without adapters; None where it is no such list."""
    try:
        listed = reply.json()["data"]
        return sorted(str(model["id"]) for model in listed if adapters or not model.get("parent"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def serves(names: list[str]) -> str:
    """In words."""
    return "serves " + (", ".join(names[:5]) + (" ..." if len(names) > 5 else "") or "no model")
