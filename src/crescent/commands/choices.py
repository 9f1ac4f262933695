"""What may fill a slot, for `--keys`: each choice in a sentence and its settings, from the classes themselves."""

import ast
import inspect
import shutil
import textwrap
from collections.abc import Iterator
from dataclasses import MISSING
from typing import Any

from crescent.config.check import WORDS, allowed, shown
from crescent.config.classes import settings_fields, settings_types
from crescent.config.keys import plain
from crescent.config.slots import PLACE, USE, Slot
from crescent.errors import ConfigError


def choices(slot: Slot) -> Iterator[str]:
    """A line for each short name, and its settings with bounds, defaults and meaning below."""
    yield f"  {slot.key}.{USE} takes, and {slot.group}=... chooses:"
    for name in slot.names():
        try:
            found = slot.find(name)
        except ConfigError as error:
            yield f"    {name}: {error.mistakes[0]}"
            continue
        yield _wrapped(f"{name}: {_sentence(found)}", 4)
        yield from _settings(slot.key, found)
    yield f"    {PLACE}: a class of your own, docs/extending.md"


def meanings(nodes: list[ast.stmt]) -> Iterator[tuple[str, str, ast.AnnAssign]]:
    """Field, the text under it, and its statement, of the body of a class; Python itself drops these texts."""
    for node, after in zip(nodes, [*nodes[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            said = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            yield node.target.id, " ".join(str(after.value.value).split()) if said else "", node  # type: ignore[union-attr]


def _settings(key: str, found: Any) -> Iterator[str]:
    hints, fields = settings_types(found), settings_fields(found)
    said = dict(_said(found))
    for name, parameter in inspect.signature(found).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            continue
        default, field = parameter.default, fields.get(name)
        if field is not None and field.default_factory is not MISSING:
            default = field.default_factory()
        text = f"{key}.{name}" if default is inspect.Parameter.empty else shown(f"{key}.{name}", _flat(default))
        hint = hints.get(name, Any)
        words = allowed(hint, field) if field is not None and plain(hint) in WORDS else WORDS.get(plain(hint), "")
        yield f"      {text}{': ' if words else ''}{words}"
        if said.get(name):
            yield _wrapped(said[name], 10)


def _said(found: Any) -> Iterator[tuple[str, str]]:
    """Setting -> the text under it, of a class and those it is derived from."""
    for kind in reversed(found.__mro__):
        try:
            [node] = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
        except (OSError, TypeError, SyntaxError, ValueError):  # There is no source, as of built-in classes.
            continue
        if isinstance(node, ast.ClassDef):
            yield from ((name, text) for name, text, _ in meanings(node.body) if text)


def _sentence(found: Any) -> str:
    """The first paragraph of the class's docstring."""
    written = found.__doc__ or ""
    return "" if written.startswith(f"{found.__name__}(") else " ".join(written.split("\n\n")[0].split())


def _flat(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def _wrapped(text: str, indent: int) -> str:
    width = max(shutil.get_terminal_size((120, 24)).columns, 60)
    return textwrap.fill(text, width, initial_indent=" " * indent, subsequent_indent=" " * (indent + 4))
