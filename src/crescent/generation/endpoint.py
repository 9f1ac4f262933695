"""An OpenAI-compatible API: where it is, which of its models to ask, and whether it answers at all.

The key comes from the environment and goes into a header; it is in no message, no file and no representation.
"""

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crescent.config.schema import Backend
from crescent.errors import MissingExtraError, ModelError

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 10.0
LONGEST_REASON = 200


@dataclass(frozen=True)
class Endpoint:
    """An API that was reached, and the name of the model to ask there."""

    url: str
    model: str
    headers: dict[str, str] = field(repr=False)


def reach(config: Backend) -> Endpoint:
    """Ask the API which models it serves, and choose `config.model` or the only one there is.

    Raises:
        ModelError: nobody answers, the key is refused, or the model is another one. In one line.
        MissingExtraError: httpx is not installed.
    """
    httpx = client_library()
    url, headers = (config.url or "").rstrip("/"), _headers(config)
    try:
        timeout = httpx.Timeout(min(config.timeout, 60.0), connect=CONNECT_SECONDS)
        reply = httpx.get(f"{url}/models", headers=headers, timeout=timeout)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ModelError(
            f"backend.url {url}: no answer ({error or type(error).__name__}). Is the server running, and is this "
            "its address up to /v1?"
        ) from None
    if reply.status_code in (401, 403):
        given = "the key in" if headers else "a request without key: set"
        raise ModelError(f"backend.url {url} refuses {given} the environment variable {config.key_variable}")
    served = _names(reply)
    if served is None and config.model is None:
        raise ModelError(
            f"backend.url {url} does not say which models it serves ({reply.status_code}): is this its address up to "
            "/v1? If so, name the model in backend.model"
        )
    if config.model is not None and served and config.model not in served:
        raise ModelError(f"backend.url {url} serves {_listed(served)}, not backend.model={config.model}")
    if config.model is None and served is not None and len(served) != 1:
        raise ModelError(f"backend.url {url} serves {_listed(served)}: choose one with backend.model=...")
    return Endpoint(url, config.model or (served or [""])[0], headers)


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


def reason(reply: "httpx.Response") -> str:
    """Status and what the server says about it, in one short line."""
    try:
        body = reply.json()
        error = body.get("error", body.get("detail", body.get("message", body)))
        text = str(error.get("message", error) if isinstance(error, dict) else error)
    except (ValueError, AttributeError):
        text = reply.text
    return f"{reply.status_code} {' '.join(text.split())[:LONGEST_REASON]}".strip()


def _headers(config: Backend) -> dict[str, str]:
    key = os.environ.get(config.key_variable, "").strip()
    return {"Authorization": f"Bearer {key}"} if key else {}


def _names(reply: "httpx.Response") -> list[str] | None:
    try:
        return sorted(str(model["id"]) for model in reply.json()["data"])
    except (ValueError, KeyError, TypeError):
        return None


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (" ..." if len(names) > 5 else "") or "no model"
