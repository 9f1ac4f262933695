"""Reading what an OpenAI-compatible server answers; servers differ in the details."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx


def readable(reply: "httpx.Response") -> bool:
    """Whether a reply is whole: JSON with a choice in it."""
    try:
        choice = reply.json()["choices"][0]
        return isinstance(choice.get("message", choice), dict)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return False


def token_logprobs(found: Any) -> list[float]:
    """The tokens' log-probabilities: of a chat reply a list of tokens, of a completion a list of numbers."""
    if not isinstance(found, dict):
        return []
    if found.get("content"):
        return [float(token["logprob"]) for token in found["content"]]
    return [float(number) for number in found.get("token_logprobs") or [] if number is not None]


def too_long(told: str) -> bool:
    """Whether an error message says that prompt and reply do not fit the model's context."""
    words = told.casefold()
    return "context" in words or "too long" in words or ("maximum" in words and "token" in words)
