"""Looking things up in the schema: its dotted keys, and what type stands behind each."""

import types
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from crescent.config.schema import Config


def find(key: str) -> tuple[Any, Field[Any]] | None:
    """Type and field of a dotted key, or None where the schema has no such key.

    Below a mapping, such as `evaluation.local_data`, every name is a key that holds what its values are: a text, or
    (`Any`) whatever there is.
    """
    kind: Any = Config
    found: tuple[Any, Field[Any]] | None = None
    for name in key.split("."):
        if kind is None:
            return (get_args(plain(found[0]))[1], found[1]) if found and is_entry(key) else None
        field = next((field for field in fields(kind) if field.name == name), None)
        if field is None:
            return None
        hint = get_type_hints(kind)[name]
        found, kind = (hint, field), section_type(hint)
    return found


def is_entry(key: str) -> bool:
    """Whether a dotted key is an entry of a mapping that the schema has: `evaluation.local_data.gsm8k`."""
    mapping, _, name = key.rpartition(".")
    found = find(mapping) if mapping and name else None
    return found is not None and get_origin(plain(found[0])) is dict


@cache
def all_keys() -> tuple[str, ...]:
    """Every dotted key of the schema that holds a value, in the schema's order."""
    return tuple(_keys(Config, ""))


def section_type(hint: Any) -> Any:
    """The dataclass behind a field's type, None where the field holds a plain value."""
    kind = plain(hint)
    return kind if is_dataclass(kind) else None


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings as one level of dotted keys."""
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _keys(kind: Any, prefix: str) -> Iterator[str]:
    hints = get_type_hints(kind)
    for field in fields(kind):
        section = section_type(hints[field.name])
        if section is None:
            yield prefix + field.name
        else:
            yield from _keys(section, f"{prefix}{field.name}.")


def nullable(hint: Any) -> bool:
    return get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)


def plain(hint: Any) -> Any:
    if not nullable(hint):
        return hint
    return next(kind for kind in get_args(hint) if kind is not type(None))
