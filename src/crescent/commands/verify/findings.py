"""What `verify` looks at and what it finds: checks, each a kind of thing that is recomputed, and disagreements."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TOLERANCE = 1e-9
"""How far two figures may be apart and still be the same: other machines add up in another order."""
NAMES = ("arm", "against", "task", "seed", "round", "stage", "folder", "wave", "name", "id")
"""Fields that say which of several rows one is, for the names of places."""
LONGEST = 120


@dataclass(frozen=True)
class Disagreement:
    """One place that does not say what follows from the rows. `place`: a row or a field; "" is the whole file."""

    file: str
    place: str
    stored: Any
    recomputed: Any

    def line(self) -> str:
        """All of it, in a line."""
        where = f"{self.file}, {self.place}" if self.place else self.file
        return f"{where}: stored {_shown(self.stored)}, recomputed {_shown(self.recomputed)}"


@dataclass
class Check:
    """One kind of check: what `about`, how many things were `compared`, what disagrees, and what was not there."""

    name: str
    about: str
    compared: int = 0
    disagreements: list[Disagreement] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def same(self, file: str, place: str, stored: Any, recomputed: Any) -> bool:
        """Compare a value with what was recomputed, whole trees field by field. Whether they agree."""
        self.compared += _leaves(recomputed)
        found = [Disagreement(file, _joined(place, path), *pair) for path, *pair in differing(stored, recomputed)]
        self.disagreements += found
        return not found

    def wrong(self, file: str, place: str, stored: Any, recomputed: Any) -> None:
        """Note a disagreement that is known already."""
        self.compared += 1
        self.disagreements.append(Disagreement(file, place, stored, recomputed))

    def absent(self, sentence: str) -> None:
        """Say what could not be looked at, and why."""
        self.missing.append(sentence)


CHECKS = {
    "files": "every file is the one that its stage wrote, by its digest",
    "chain": "each stage was given what the stages before it made",
    "proposer": "what the proposer learned to ask, from votes",
    "questions": "the counts of questions, from their rows",
    "votes": "answers read again from the solutions, and the votes on them",
    "pairs": "the training pairs, from votes and solutions",
    "scores": "the scores of benchmarks, from their items",
    "gate": "the verdicts, from the items of the dev task",
    "figures": "summary.json, from all of these rows",
    "page": "report.html, from summary.json",
    "claim": "claim.json, from the runs of the claim",
    "claim page": "claim.html, from claim.json",
}
"""The checks in their order: name and what is compared."""


class Findings:
    """All checks of a folder. `below`: what stands before the names of files, for a run of a claim."""

    def __init__(self, below: str = "") -> None:
        self.below = below
        self.checks: dict[str, Check] = {}

    def of(self, name: str) -> Check:
        """The check of that name, begun where it is not there yet."""
        return self.checks.setdefault(name, Check(name, CHECKS[name]))

    def take(self, other: "Findings") -> None:
        """Add the checks of a run, their files named from this folder."""
        for name, check in other.checks.items():
            mine = self.of(name)
            mine.compared += check.compared
            mine.missing += [f"{other.below}{sentence}" for sentence in check.missing]
            mine.disagreements += [
                Disagreement(f"{other.below}{each.file}", each.place, each.stored, each.recomputed)
                for each in check.disagreements
            ]

    def listed(self) -> list[Check]:
        """The checks in their order."""
        return [self.checks[name] for name in CHECKS if name in self.checks]

    @property
    def disagreements(self) -> list[Disagreement]:
        """Those of all checks."""
        return [each for check in self.listed() for each in check.disagreements]


def differing(stored: Any, recomputed: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(path, stored, recomputed) of every value in which two trees of mappings, sequences and values differ."""
    if isinstance(stored, Mapping) and isinstance(recomputed, Mapping):
        for key in dict.fromkeys([*stored, *recomputed]):
            there, here = stored.get(key, ABSENT), recomputed.get(key, ABSENT)
            yield from differing(there, here, _joined(path, str(key)))
    elif _listed(stored) and _listed(recomputed):
        for index in range(max(len(stored), len(recomputed))):
            there, here = (rows[index] if index < len(rows) else ABSENT for rows in (stored, recomputed))
            yield from differing(there, here, f"{path}[{_name(there, index)}]")
    elif not _equal(stored, recomputed):
        yield path, stored, recomputed


def _leaves(tree: Any) -> int:
    """How many values a tree has, at least one."""
    inner = tree.values() if isinstance(tree, Mapping) else tree if _listed(tree) else ()
    return max(1, sum(map(_leaves, inner)))


class _Absent:
    """Stands for a value that is not there, which is not the same as null."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()


def _listed(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _equal(one: Any, other: Any) -> bool:
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other))
    if numbers and isinstance(one, float) | isinstance(other, float):
        both_nan = math.isnan(one) and math.isnan(other)
        return both_nan or math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _name(row: Any, index: int) -> str:
    """A row of a list by what tells it from others, by its number where nothing does."""
    if not isinstance(row, Mapping):
        return str(index)
    words = [f"{name} {row[name]}" for name in NAMES if isinstance(row.get(name), str | int)]
    return ", ".join(words) or str(index)


def _joined(place: str, path: str) -> str:
    return f"{place}{path}" if not place or path.startswith("[") or not path else f"{place}.{path}"


def _shown(value: Any) -> str:
    text = repr(value) if not isinstance(value, str) else value
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
