"""The arms of a claim as configurations of their own."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from functools import reduce
from typing import Any

from crescent.config.check import Mistake, read
from crescent.config.overrides import Overrides
from crescent.config.rules import broken_rules
from crescent.config.schema import Audit, Config
from crescent.config.schema.commands import Budget
from crescent.config.slots import SLOTS, choosing
from crescent.config.tree import Tree, merged, whole_tree

DECIDED = ("name", "seed", "stage", "claim", "output_dir", "run_dir", "store")
"""Keys that the claim itself gives to the run of an arm."""
NO_CHOICE = ("experiment", "claim")
"""Groups whose files an arm cannot choose: they say what is compared, and with what."""


def arms(config: Config) -> tuple[dict[str, Config], list[Mistake]]:
    """The configuration of every arm that has one, by name and in order, and what is wrong with the others."""
    found: dict[str, Config] = {}
    mistakes: list[Mistake] = []
    for name, text in (config.claim.arms if config.claim else {}).items():
        alone = replace(config, name=name, stage="all", claim=None, audit=Audit(), run_dir=None)
        arm, wrong = _arm(alone, text, config.claim.budget if config.claim else Budget())
        key = f"claim.arms.{name}"
        mistakes += [Mistake((key, "claim.arms"), f"{key}: {mistake}") for mistake in wrong]
        if not wrong:
            found[name] = arm
    return found, mistakes


def _arm(config: Config, text: str, budget: Budget) -> tuple[Config, list[str]]:
    try:
        words = [each for word in shlex.split(text) for each in choosing(word)]
    except ValueError as error:
        return config, [f"{text}: not understood ({error})"]
    tree = whole_tree()
    groups = {group: names for group, names in tree.groups().items() if not group.startswith("hydra/")}
    overrides = Overrides(words, groups, multirun=False)
    if overrides.mistakes:
        return config, [mistake.text for mistake in overrides.mistakes]
    [job] = overrides.jobs()
    values = asdict(config)
    wrong = [*_choose_all(values, job.composed, tree), *_set_all(values, job.values)]
    _allot(values, config.rounds, budget)
    arm, mistakes = read(values)
    mistakes = mistakes or broken_rules(arm)
    return arm, wrong + [mistake.text for mistake in mistakes]


def _allot(values: dict[str, Any], rounds: int, budget: Budget) -> None:
    """Give an arm its budget: that of as many rounds as the claim has, also where it has another number of them."""
    own = values["rounds"] if isinstance(values["rounds"], int) and values["rounds"] > 0 else rounds
    if budget.tokens is not None:
        values["voting"]["max_tokens"] = budget.tokens * rounds // own
    if budget.steps is not None and "steps" in values["training"]:
        values["training"]["steps"] = max(1, budget.steps * rounds // own)


def _choose_all(values: dict[str, Any], choices: list[str], tree: Tree) -> Iterator[str]:
    """Lay what the chosen files say over the values; files that have a slot's section replace it whole."""
    slots = {slot.key for slot in SLOTS.values()}
    for choice in choices:
        group, _, name = choice.partition("=")
        if group.lstrip("+") in NO_CHOICE:
            yield f"{choice}: an arm chooses no {group.lstrip('+')}; name the settings in which it differs"
            continue
        said: dict[str, Any] = {}
        for package, content in tree.parts(f"{group}/{name}"):
            keys = package.split(".") if package else []
            said = merged(said, reduce(lambda inside, key: {key: inside}, reversed(keys), content))
        values.update(_laid_over(values, said, slots, ""))


def _laid_over(values: Mapping[str, Any], others: Mapping[str, Any], slots: set[str], prefix: str) -> dict[str, Any]:
    """Nested values, with those of `others` in place of what they name; a slot's section is not mixed."""
    both = dict(values)
    for name, value in others.items():
        key, there = f"{prefix}{name}", both.get(name)
        if isinstance(value, Mapping) and isinstance(there, Mapping) and key not in slots:
            both[name] = _laid_over(there, value, slots, f"{key}.")
        else:
            both[name] = value
    return both


def _set_all(values: dict[str, Any], changes: dict[str, Any]) -> Iterator[str]:
    for key, value in changes.items():
        *above, last = key.split(".")
        if key.split(".")[0] in DECIDED:
            yield f"{key}: the claim decides it; leave it out of an arm"
            continue
        section: Any = values
        for name in above:
            section = section[name]
            if section is None:
                yield f"{key}: {name} is null here"
                break
        else:
            section[last] = value
