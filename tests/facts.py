"""Facts of stages for tests that care about some of their fields: the others are empty."""

from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


def blank(kind: type[T], **fields: Any) -> T:
    """A struct with these fields, and zero, no text, nothing in a list or None for the others."""
    return kind(**{name: _empty(hint) for name, hint in get_type_hints(kind).items()} | fields)


def plain(kind: type[msgspec.Struct], **fields: Any) -> dict[str, Any]:
    """The same as a manifest keeps it."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(blank(kind, **fields)))
    return found


def _empty(hint: Any) -> Any:
    if get_origin(hint) is UnionType or hint is NoneType:
        return None if NoneType in (hint, *get_args(hint)) else _empty(get_args(hint)[0])
    made = get_origin(hint) or hint
    return blank(made) if issubclass(made, msgspec.Struct) else made()
