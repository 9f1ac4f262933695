"""Whether a server tells how likely its tokens are: a vote that needs it is refused before anything is sampled."""

import time
from typing import TYPE_CHECKING

from crescent.config.schema import Backend, Config
from crescent.config.slots import SLOTS
from crescent.errors import ModelError
from crescent.generation.endpoint import (
    CONNECT_SECONDS,
    Endpoint,
    client_library,
    connection,
    pause,
    reason,
)
from crescent.generation.reply import readable, token_logprobs
from crescent.generation.server import PASSING, REFUSED

if TYPE_CHECKING:
    import httpx


def needed_by(config: Config) -> str | None:
    """The setting that cannot do without log-probabilities, None where there is none."""
    if SLOTS["label"].build(config.label).needs().logprobs:
        return f"label={config.label['use']}"
    return "voting.representative=likeliest" if config.voting.representative == "likeliest" else None


def check_logprobs(endpoint: Endpoint, config: Backend, key: str) -> None:
    """Ask for one token with its log-probability, on behalf of the setting `key`.

    Raises:
        ModelError: it comes without one, or not at all. In one line.
    """
    chat = config.endpoint == "chat"
    asked = (
        {"messages": [{"role": "user", "content": "Hi"}], "logprobs": True} if chat else {"prompt": "Hi", "logprobs": 0}
    )
    reply = _reply(endpoint, config, {"model": endpoint.model, "max_tokens": 1, **asked})
    if reply.status_code in REFUSED:
        why = f"it refuses to: {reason(reply)}"
    elif reply.status_code != 200:
        raise ModelError(f"backend.url {endpoint.url} refuses a plain request: {reason(reply)}")
    elif not readable(reply):
        raise ModelError(f"backend.url {endpoint.url}: a reply that is no completion")
    else:
        if token_logprobs(reply.json()["choices"][0].get("logprobs")):
            return
        why = "a token comes without one"
    raise ModelError(
        f"backend.url {endpoint.url} tells no log-probabilities ({why}), and {key} needs them. Take another rule, or a "
        "server that tells them."
    )


def _reply(endpoint: Endpoint, config: Backend, body: dict[str, object]) -> "httpx.Response":
    """The server's final word; what fails for a reason that passes is asked again, as in a run."""
    client = client_library()
    url = f"{endpoint.url}/{'chat/completions' if config.endpoint == 'chat' else 'completions'}"
    problem = ""
    for attempt in range(config.retries + 1):
        retry_after = None
        try:
            timeout = client.Timeout(config.timeout, connect=CONNECT_SECONDS)
            reply: httpx.Response = client.post(
                url, json=body, headers=endpoint.headers, timeout=timeout, **connection(url)
            )
        except client.RequestError as error:
            problem = f"{type(error).__name__} {error}".strip()
        else:
            if reply.status_code not in PASSING:
                return reply
            problem, retry_after = reason(reply), reply.headers.get("retry-after")
        if attempt < config.retries:
            time.sleep(pause(config.pause, attempt, "logprobs", retry_after))
    raise ModelError(f"backend.url {endpoint.url}: failed {config.retries + 1} times in a row ({problem})")
