"""From plain values to the typed `Config`, with every mistake on the way: unknown keys, wrong types, broken bounds."""

from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, fields
from difflib import get_close_matches
from typing import Any, get_args, get_origin, get_type_hints

from crescent.config.keys import all_keys, nullable, plain, section_type
from crescent.config.schema import Config

WORDS: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    list[str]: "a list of texts, such as [a,b]",
    list[int]: "a list of whole numbers, such as [1,2]",
    list[float]: "a list of numbers, such as [0.5,0.7]",
    list[dict[str, Any]]: "a list of mappings, such as [{a: 1}]",
    dict[str, str]: "a mapping of texts to texts, such as {a: b}",
    dict[str, int]: "a mapping of names to whole numbers, such as {a: 8}",
    dict[str, Any]: "a mapping of names to values, such as {a: 1}",
}


@dataclass(frozen=True)
class Mistake:
    """One wrong thing: the keys it is about and the line that is shown for it."""

    keys: tuple[str, ...]
    text: str


def read(values: Mapping[Any, Any], kind: Any = Config, prefix: str = "") -> tuple[Any, list[Mistake]]:
    """Build `kind` from `values`, which may leave keys out. What is wrong is reported and takes its default."""
    hints = get_type_hints(kind)
    known = {field.name: field for field in fields(kind)}
    given: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for name, value in values.items():
        key = f"{prefix}{name}"
        if name not in known:
            mistakes.append(Mistake((key,), f"{key}: {unknown_key(key)}"))
            continue
        section = section_type(hints[name])
        if section is not None and isinstance(value, Mapping):
            given[name], found = read(value, section, f"{key}.")
            mistakes += found
        elif (wanted := unfit(value, hints[name], known[name])) is not None:
            is_number = plain(hints[name]) is str and isinstance(value, int | float)
            hint = f"; quote it to make it text: '{key}=\"...\"'" if is_number else ""
            mistakes.append(Mistake((key,), f"{shown(key, value)}: {wanted}{hint}"))
        else:
            given[name] = float(value) if isinstance(value, int) and plain(hints[name]) is float else value
    return kind(**given), mistakes


def unfit(value: Any, hint: Any, field: Field[Any]) -> str | None:
    """Why `value` does not fit the field: what would be allowed. None when it fits."""
    if value is None and nullable(hint):
        return None
    kind = plain(hint)
    if not _has_type(value, kind):
        return f"must be {allowed(hint, field)}"
    low, high, of = (field.metadata.get(name) for name in ("low", "high", "of"))
    of = of or ()
    wrong = [each for each in (value if isinstance(value, list) else [value]) if each not in of] if of else []
    if wrong:
        return f"must be {allowed(hint, field)}{did_you_mean(str(wrong[0]), of)}"
    for each in value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value]:
        if (low is not None and not each >= low) or (high is not None and not each <= high):
            return f"must be {allowed(hint, field)}"
    return None


def allowed(hint: Any, field: Field[Any]) -> str:
    """In words what the field takes: its type and its bounds, or its choice of words."""
    low, high, of = (field.metadata.get(name) for name in ("low", "high", "of"))
    kind = plain(hint)
    if of:
        several = "a list of " if kind == list[str] else "one of " if len(of) > 1 else ""
        words = several + ", ".join(of)
    elif section_type(hint) is not None:
        words = "a group of keys"
    else:
        words = WORDS[plain(hint)]
    if low is not None and high is not None:
        words += f" from {low:g} to {high:.10g}"
    elif low is not None:
        words += f" of at least {low:g}"
    return words + (" or null" if nullable(hint) else "")


def shown(key: str, value: Any) -> str:
    """`key=value` as on the command line, long values cut."""
    words = {True: "true", False: "false", None: "null"}
    text = words[value] if value is None or isinstance(value, bool) else str(value)
    if isinstance(value, list):
        text = f"[{','.join(map(str, value))}]"
    return f"{key}={text}" if len(text) <= 60 else f"{key}={text[:57]}..."


def unknown_key(key: str) -> str:
    """`unknown key`, and what may have been meant."""
    meant = hint(key)
    return f"unknown key; {meant}" if meant else f"unknown key{did_you_mean(key, all_keys())}"


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """`; did you mean x?` for the nearest of `names`, or nothing. The last part of a key or its initials are enough."""
    group, _, last = name.rpartition(".")
    ends: dict[str, list[str]] = {}
    for other in names:
        end = other.rpartition(".")[2]
        for word in (end, _initials(end)):
            ends.setdefault(word, []).append(other)
    siblings = {end for end, others in ends.items() if any(other.rpartition(".")[0] == group for other in others)}
    near = get_close_matches(last, ends, 1, 1.0) or get_close_matches(last, siblings, 1, 0.6)
    near = near or get_close_matches(last, [end for end in ends if len(end) > 3], 1, 0.7)
    if not near:
        return ""
    same_section = [other for other in ends[near[0]] if other.partition(".")[0] == name.partition(".")[0]]
    return f"; did you mean {get_close_matches(name, same_section or ends[near[0]], 1, 0.0)[0]}?"


def touches(keys: Iterable[str], others: Iterable[str]) -> bool:
    """Whether one of `keys` is one of `others` or below it."""
    others = list(others)
    return any(key == other or key.startswith(f"{other}.") for key in keys for other in others)


def _has_type(value: Any, kind: Any) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if get_origin(kind) is list:
        item = get_args(kind)[0]
        return kind in WORDS and isinstance(value, list) and all(_has_type(each, item) for each in value)
    if kind == dict[str, str]:
        return isinstance(value, dict) and all(isinstance(text, str) for pair in value.items() for text in pair)
    if kind == dict[str, int]:
        return isinstance(value, dict) and all(isinstance(n, str) and _has_type(v, int) for n, v in value.items())
    if kind == dict[str, Any]:
        return isinstance(value, dict) and all(isinstance(name, str) for name in value)
    return kind in WORDS and isinstance(value, kind)


def _initials(name: str) -> str:
    return "".join(word[:1] for word in name.split("_"))


GOES_ON = "leave it out: the same command goes on by itself where it stood"
DATA = "questions of your own go in with source=file source.path=...; `crescent audit` takes audit.data"
HINTS = {
    "wandb": "W&B is switched on with tracking=wandb",
    "tensorboard": "TensorBoard is switched on with tracking=tensorboard",
    "logger": "trackers are switched on with tracking=wandb, tensorboard or csv",
    "resume": GOES_ON,
    "continue": GOES_ON,
    "resume_from": GOES_ON,
    "resume_from_checkpoint": GOES_ON,
    "ckpt_path": GOES_ON,
    "overwrite": "delete the run's folder, or choose another name=...",
    "force": "delete the run's folder, or choose another name=...",
    "dry_run": "plan=true says what a run will take",
    "seed_problems": "give source=vary source.path=...",
    "dataset": DATA,
    "data": DATA,
    "device": "trainer=gpu or trainer=cpu chooses it",
    "gpus": "give trainer.devices and executor=process",
    "model_name_or_path": "give model=chat model.path=...",
    "model_name": "give model=chat model.path=...",
    "min_gain": "it belongs to the rule: evaluation.gate.rule.min_gain=...",
    "max_steps": "the length of a training is training.steps, or training.epochs",
    "bf16": "give training.precision=bf16-mixed",
    "rule": "the rule of the vote is label=majority, weighted, first, soft, views or models",
    "num_samples": "solutions per question are voting.samples",
}
"""Last part of an unknown key -> what to do."""


def hint(key: str) -> str | None:
    """What to do in place of an unknown key, where it is one that people expect."""
    group, _, last = key.rpartition(".")
    if last in ("_target_", "class_path"):
        choose = f"choose {group}=..." if group else "choose a file of a group"
        return f"classes are not named here; {choose}, see --help"
    return HINTS.get(last)
