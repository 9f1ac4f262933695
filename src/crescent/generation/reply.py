"""Reading a server's reply: servers agree on little more than its outline.

Content is a text, null, or a list of parts. Thoughts stand in the content, in parts of their own, or in a field beside
it. Log-probabilities are there, null, or lack a number here and there.
"""

from math import isfinite
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    import httpx

THOUGHTS = ("reasoning_content", "reasoning", "thinking")
"""Fields of a message in which servers give thoughts: vLLM and llama.cpp, newer vLLM and Ollama, others."""


class UnreadableError(ValueError):
    """A reply is whole, and its content is nothing that a model writes."""


def readable(reply: "httpx.Response") -> bool:
    """Whether a reply is whole: JSON with a choice in it."""
    try:
        choice = reply.json()["choices"][0]
        return isinstance(choice.get("message", choice), dict)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return False


def text_of(choice: dict[str, Any], cut: bool) -> str:
    """What the model wrote, thoughts included and marked as most models mark them: `<think>...</think>text`.

    So a server that takes thoughts out of a reply gives the same text as a backend that does not. `cut`: the reply
    ended at the limit of tokens; where that was within the thoughts, their closing mark is not written.

    Raises:
        UnreadableError: the content is neither text nor parts of text; says what it is.
    """
    message = choice.get("message")
    if message is None:
        return _text(choice.get("text"))
    content, apart = message.get("content"), thoughts_of(message)
    said = _text(content)
    if not apart.strip():
        return said
    return f"<think>{apart}" if cut and not said.strip() else f"<think>{apart}</think>{said}"


def thoughts_of(message: dict[str, Any]) -> str:
    """Thoughts that stand beside the content, "" where there are none."""
    return next((apart for _, apart in _apart(message)), "")


def thoughts_alone(choice: dict[str, Any]) -> str | None:
    """The field that has all that the model wrote, its thoughts, where the content is empty; None otherwise."""
    message = choice.get("message")
    if message is None or _text(message.get("content")).strip():
        return None
    return next((name for name, _ in _apart(message)), None)


def token_logprobs(found: Any) -> list[float]:
    """The tokens' natural-log probabilities: of a chat reply a list of tokens, of a completion a list of numbers.

    Empty where a token comes without one: the mean over the others would be that of another text.
    """
    if not isinstance(found, dict):
        return []
    content = found.get("content")
    numbers = (
        [token.get("logprob") if isinstance(token, dict) else None for token in content]
        if isinstance(content, list) and content
        else found.get("token_logprobs")
    )
    if not isinstance(numbers, list) or not all(_is_number(number) for number in numbers):
        return []
    return [float(number) for number in numbers]


def count(usage: Any, name: str) -> int:
    """A number of tokens from the reply's `usage`, 0 where it is not told."""
    number = usage.get(name) if isinstance(usage, dict) else None
    return int(number) if _is_number(number) and number > 0 else 0


def _apart(message: dict[str, Any]) -> list[tuple[str, str]]:
    """Thoughts beside the text by where they stand: fields of the message first, then parts of the content."""
    found = [(f"`{name}`", _text(message.get(name))) for name in THOUGHTS]
    content = message.get("content")
    parts = "".join(_text(_within(part)) for part in content if _is_thought(part)) if isinstance(content, list) else ""
    return [(name, text) for name, text in (*found, ("parts of the content", parts)) if text.strip()]


def _text(content: Any) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(_text(_within(part)) for part in content if not _is_thought(part))
    raise UnreadableError(f"its content is neither text nor parts of text but of type {type(content).__name__}")


def _is_thought(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") in ("thinking", "reasoning")


def _within(part: Any) -> Any:
    """What a part of a content has in it: a text, or parts again."""
    if not isinstance(part, dict):
        return part
    for name in ("text", part.get("type"), "content"):
        if isinstance(name, str) and part.get(name) is not None:
            return part[name]
    raise UnreadableError(f"a part of its content, of type {part.get('type')}, has no text")


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
