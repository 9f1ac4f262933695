"""The arms of a claim as configurations of their own."""

import shlex
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from crescent.config.check import Mistake, read
from crescent.config.overrides import Overrides
from crescent.config.rules import broken_rules
from crescent.config.schema import Audit, Config

DECIDED = ("name", "seed", "stage", "claim", "output_dir", "run_dir")
"""Keys that the claim itself gives to the run of an arm."""


def arms(config: Config) -> tuple[dict[str, Config], list[Mistake]]:
    """The configuration of every arm that has one, by name and in order, and what is wrong with the others."""
    found: dict[str, Config] = {}
    mistakes: list[Mistake] = []
    for name, text in (config.claim.arms if config.claim else {}).items():
        arm, wrong = _arm(replace(config, name=name, stage="all", claim=None, audit=Audit(), run_dir=None), text)
        key = f"claim.arms.{name}"
        mistakes += [Mistake((key, "claim.arms"), f"{key}: {mistake}") for mistake in wrong]
        if not wrong:
            found[name] = arm
    return found, mistakes


def _arm(config: Config, text: str) -> tuple[Config, list[str]]:
    try:
        overrides = Overrides(shlex.split(text), {}, multirun=False)
    except ValueError as error:
        return config, [f"{text}: not understood ({error})"]
    if overrides.mistakes:
        return config, [mistake.text for mistake in overrides.mistakes]
    [job] = overrides.jobs()
    values = asdict(config)
    wrong = list(_set_all(values, job.values))
    arm, mistakes = read(values)
    mistakes = mistakes or broken_rules(arm)
    return arm, wrong + [mistake.text for mistake in mistakes]


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
