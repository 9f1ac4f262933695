"""What each key of the configuration decides. It is said in the schema (`affects=`) and nowhere else.

From it follow: which keys stand in the plan of a stage, which of them a run that has begun may change, what the name of
its folder tells, and which rules `stage=vote` may apply to solutions that are there.
"""

from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import cache
from typing import Any, get_type_hints

from crescent.config.keys import all_keys, find, flatten, section_type
from crescent.config.schema import Config

PARTS = {
    "model": "which model it is, and so everything made with it",
    "proposer": "what the model that writes the questions learns, where it is one of its own",
    "questions": "which questions are written and accepted",
    "answers": "which solutions are sampled",
    "labels": "what the vote makes of the solutions; `stage=vote` applies other rules to those of a run",
    "dataset": "which pairs are learned from",
    "replay": "what is replayed in training",
    "training": "what the student learns, and how",
    "evaluation": "what the benchmarks measure",
    "samples": "which solutions of the dev task are sampled, for pass@k",
    "draws": "which replies to benchmarks are sampled, for avg@K",
    "gate": "which rounds are kept, and when the run ends",
    "report": "figures and names in the report and on cards",
    "audit": "what the audit finds",
    "claim": "what a claim compares",
    "length": "how many rounds or seeds there are, not what is in them: a run that has begun may go on with more",
}
"""The words of `affects=`: stages by their names, and what else a key may decide."""


@cache
def effects(key: str) -> tuple[str, ...]:
    """What a dotted key of the schema decides, in the words of `PARTS`; () where it decides nothing.

    A key that the schema does not have, as in the file of an older run, counts as one of the group it stands in, or as
    one that decides everything.
    """
    kind: Any = Config
    found: tuple[str, ...] = ("model",)
    for name in key.split("."):
        field = next((field for field in fields(kind) if field.name == name), None) if kind is not None else None
        if field is None:
            break
        said = field.metadata.get("affects")
        found = found if said is None else said
        kind = section_type(get_type_hints(kind)[name])
    return found


@cache
def may_change(key: str) -> bool:
    """Whether a run that has begun may go on with another value of the key; of a group: of every key in it."""
    concerned = (key, *(other for other in all_keys() if other.startswith(f"{key}.")))
    return all(set(effects(each)) <= {"length"} for each in concerned)


def is_rule(key: str) -> bool:
    """Whether the key is a rule of voting: one that solutions which are there can be voted on by anew."""
    return "labels" in effects(key) and "answers" not in effects(key)


def settings(config: Config, *parts: str) -> dict[str, Any]:
    """The keys that decide what `parts` are, with their values, nested as in the configuration."""
    return _picked(asdict(config), frozenset(parts), "")


def deciding(values: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted key -> value of all keys that a run which has begun may not change."""
    return {key: value for key, value in flatten(values).items() if not may_change(key)}


def free_keys() -> list[str]:
    """The keys that may change, a whole group as `trainer.*`, in the schema's order."""
    listed = []
    for key in filter(may_change, all_keys()):
        groups = (key.rsplit(".", depth)[0] for depth in range(key.count("."), 0, -1))
        group = next(filter(may_change, groups), None)
        listed.append(f"{group}.*" if group else key)
    return list(dict.fromkeys(listed))


def _picked(values: Mapping[str, Any], parts: frozenset[str], prefix: str) -> dict[str, Any]:
    picked: dict[str, Any] = {}
    for name, value in values.items():
        key = prefix + name
        found = find(key)
        if isinstance(value, Mapping) and found is not None and section_type(found[0]) is not None:
            if inside := _picked(value, parts, f"{key}."):
                picked[name] = inside
        elif parts.intersection(effects(key)):
            picked[name] = value
    return picked
