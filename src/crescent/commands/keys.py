"""The answer to `--keys`: every key with its default, what it takes and what it means, by section. No Hydra."""

import ast
import shutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from crescent.commands.choices import choices, meanings
from crescent.config import schema
from crescent.config.check import allowed, did_you_mean, shown
from crescent.config.effects import effects, may_change
from crescent.config.keys import all_keys, find, flatten
from crescent.config.slots import SLOTS
from crescent.config.tree import Tree, conf_dir, merged
from crescent.errors import ConfigError


def keys_text(words: Sequence[str] = ()) -> str:
    """What `--keys` prints: the keys with one of the words in their names, or where no name has it in their
    meanings; all without words. A default is that of a run without an experiment.

    Raises:
        ConfigError: no key has anything to do with a word.
    """
    keys = [key for word in words for key in _matching(word)] if words else all_keys()
    chosen = [key for key in all_keys() if key in keys]
    parts = groupby(chosen, key=lambda key: key if key in TOP else key.rpartition(".")[0].partition(".")[0])
    return "\n\n".join("\n".join([f"{part or 'run'}:", *_of_a_section(list(keys))]) for part, keys in parts)


TOP = {slot.key for slot in SLOTS.values() if "." not in slot.key}
"""The slots that are sections of their own."""


def _of_a_section(keys: Sequence[str]) -> Iterator[str]:
    yield from described(keys)
    for slot in SLOTS.values():
        if slot.key in keys:
            yield from choices(slot)


def described(keys: Iterable[str]) -> Iterator[str]:
    """A line for each key, and what it means below."""
    meanings, usual = _meanings(), defaults()
    width = max(shutil.get_terminal_size((120, 24)).columns, 60)
    for key in keys:
        found = find(key)
        if found is None:
            raise KeyError(key)
        value = usual.get(key)
        text = shown(key, " ".join(value.split()) if isinstance(value, str) else value) if key in usual else key
        yield f"  {text}: {allowed(*found)}; {_decided(key)}"
        if key in meanings:
            yield textwrap.fill(meanings[key], width, initial_indent=" " * 6, subsequent_indent=" " * 6)


def defaults() -> dict[str, Any]:
    """Dotted key -> its value in a run without experiment and overrides, from the schema and the files of `conf/`.

    Keys of a section that is null then have none.
    """
    values = merged(asdict(schema.Config()), Tree((conf_dir(),)).usual())
    return {key: value for key, value in flatten(values).items() if key in all_keys()}


def _matching(word: str) -> list[str]:
    if word in SLOTS:
        section = SLOTS[word].key
        return [key for key in all_keys() if word in key.split(".") or key == section]
    named = [key for key in all_keys() if word.lower() in key]
    if named:
        return named
    meanings = _meanings()
    message = [key for key in all_keys() if word.lower() in meanings.get(key, "").lower()]
    if not message:
        raise ConfigError([f"--keys {word}: no key is about that{did_you_mean(word, all_keys())}"])
    return message


def _decided(key: str) -> str:
    """What the key decides, in a few words."""
    if may_change(key):
        return f"may {'grow' if effects(key) else 'change'} while a run goes on"
    return f"decides {', '.join(effects(key))}"


def _meanings() -> dict[str, str]:
    """The text under each field of the schema, by dotted key; Python drops these texts, so the source is read."""
    files = sorted(Path(schema.__file__).parent.glob("*.py"))
    nodes = [node for file in files for node in ast.parse(file.read_text(encoding="utf-8")).body]
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    return dict(_texts(classes, "Config", ""))


def _texts(classes: dict[str, ast.ClassDef], name: str, prefix: str) -> Iterator[tuple[str, str]]:
    for field, text, node in meanings(classes[name].body):
        key = prefix + field
        if text:
            yield key, text
        for part in ast.walk(node.annotation):
            if isinstance(part, ast.Name) and part.id in classes:
                yield from _texts(classes, part.id, f"{key}.")
