"""The overrides of a command line, read with Hydra's own grammar and checked against the groups and the schema."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from crescent.config.check import Mistake, did_you_mean, hint, unknown_key
from crescent.config.keys import find, is_entry, plain
from crescent.config.slots import PLACE, SLOTS
from crescent.private.hydra_internals import elements, override_parser

if TYPE_CHECKING:
    from crescent.private.hydra_internals import Override

MOST_JOBS = 200
"""Sweeps of more jobs are checked value by value instead of combination by combination."""


@dataclass
class Job:
    """One job of the command: what Hydra composes first, and the values that are then set on top."""

    composed: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)


@dataclass
class Axis:
    """One good override with the values it takes: one, or several in a sweep."""

    override: "Override"
    is_group: bool
    values: list[Any]


def parsed(text: str) -> "Override":
    """`key=value` as Hydra reads it.

    Raises:
        HydraException: it is no override.
    """
    override: Override = override_parser().parse_override(text)
    return override


class Overrides:
    """All overrides of one command. `mistakes` has what is wrong with them, `jobs` what is left to run."""

    def __init__(self, texts: Sequence[str], groups: dict[str, list[str]], multirun: bool) -> None:
        from hydra.errors import HydraException

        self.groups = groups
        self.multirun = multirun
        self.draws = any(text.startswith("hydra/sweeper=") for text in texts)
        self.mistakes: list[Mistake] = []
        self.axes: list[Axis] = []
        for text in texts:
            try:
                override = parsed(text)
            except HydraException as error:
                self._add(text, text, _grammar(text, error))
                continue
            self._take(text, override)

    def jobs(self) -> list[Job]:
        """Every combination of the sweeps' values; where that is too many, each value at least once."""
        choices = [axis.values for axis in self.axes]
        if prod(map(len, choices)) <= MOST_JOBS:
            rows = list(product(*choices))
        else:
            longest = max(map(len, choices))
            rows = [tuple(values[i % len(values)] for values in choices) for i in range(longest)]
        return [self._job(row) for row in rows]

    def fixed(self) -> list[str]:
        """What Hydra composes first without the values of a sweep: it takes the launcher from there."""
        fixed = [axis for axis in self.axes if not axis.override.is_sweep_override()]
        return [text for axis in fixed for text in self._composed(axis, axis.values[0])]

    def _job(self, row: Sequence[Any]) -> Job:
        job = Job()
        for axis, value in zip(self.axes, row, strict=True):
            job.composed += self._composed(axis, value)
            if not axis.is_group and not axis.override.is_hydra_override():
                job.values[axis.override.key_or_group] = value
        return job

    def _composed(self, axis: Axis, value: Any) -> list[str]:
        if axis.is_group:
            return [f"{axis.override.get_key_element()}={_choice_text(value)}"]
        return [str(axis.override.input_line)] if axis.override.is_hydra_override() else []

    def _add(self, key: str, shown: str, text: str) -> None:
        self.mistakes.append(Mistake((key,), f"{shown}: {text}"))

    def _take(self, text: str, override: "Override") -> None:
        key = override.key_or_group
        if override.is_hydra_override() and key not in self.groups:
            if key == "hydra.searchpath":
                self._add(key, text, "give folders of your own with --config-dir")
            elif not override.is_sweep_override():
                self.axes.append(Axis(override, False, [None]))
            return
        is_group = key in self.groups
        problem = self._wrong_group_use(override) if is_group else self._wrong_key_use(override)
        if problem is None and override.is_sweep_override() and not self.multirun:
            problem = "a comma or a sweep function stands for several runs: add -m to run them all"
            found = find(key)
            if found is not None and plain(found[0]) is str:
                problem += f", or quote one text: '{key}=\"{text.partition('=')[2]}\"'"
        if problem is None and override.is_interval_sweep() and not self.draws:
            problem = "interval(...) has no fixed list of values: use choice(...) or range(...)"
        if problem is not None:
            self._add(key, text, problem)
            return
        good = []
        for value in self._elements(override):
            wrong = self._unknown_choice(key, value) if is_group else None
            if wrong is None:
                good.append(value)
            else:
                self._add(key, f"{key}={_choice_text(value)}", wrong)
        if not good and override.is_sweep_override():
            self._add(key, text, "stands for no value at all")
        if good:
            self.axes.append(Axis(override, is_group, good))

    def _wrong_group_use(self, override: "Override") -> str | None:
        group = override.key_or_group
        if override.is_delete():
            return f"a group cannot be removed; choose one of {', '.join(self.groups[group])}"
        if group == "experiment" and not override.is_add():
            return "an experiment is added to the defaults: write +experiment=NAME"
        if group != "experiment" and (override.is_add() or override.is_force_add()):
            return f"{group} has a choice already: write it without the +"
        return None

    def _wrong_key_use(self, override: "Override") -> str | None:
        key = override.key_or_group
        if find(key) is None:
            near = get_close_matches(key, self.groups, 1, 0.75) if hint(key) is None else []
            plus = "+" if near == ["experiment"] else ""
            return f"unknown key; did you mean {plus}{near[0]}=...?" if near else unknown_key(key)
        if override.is_delete():
            return "a key cannot be removed; give it a value, or null where that is allowed"
        if override.is_add() and not is_entry(key):
            return "the key exists: write it without the +"
        return None

    def _unknown_choice(self, group: str, value: Any) -> str | None:
        names = self.groups[group] + (["basic"] if group.startswith("hydra/") else [])  # Hydra's own
        names += [*SLOTS[group].declared(), PLACE] if group in SLOTS else []
        for name in value if isinstance(value, list) else [value]:
            if name not in names and not (name is None and group.startswith("hydra/")):
                return f"no such choice; {group} takes {', '.join(names)}{did_you_mean(str(name), names)}"
        return None

    def _elements(self, override: "Override") -> list[Any]:
        return elements(override, self.groups.get(override.key_or_group, []), most=100_000)


def for_hydra(text: str) -> str:
    """The override as Hydra takes it: an entry of a mapping, which no default has, is one that it has to add."""
    key = text.partition("=")[0].lstrip("+")
    return f"++{text.lstrip('+')}" if is_entry(key) else text


def _choice_text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(str, value))}]"
    return "null" if value is None else str(value)


def _grammar(text: str, error: Exception) -> str:
    if "=" not in text and not text.startswith("~"):
        return "not understood; an override is written key=value"
    reason = str(error).splitlines()[0].rstrip(".")
    key = text.partition("=")[0]
    return f"not understood ({reason}); quote texts with special characters: '{key}=\"...\"'"
