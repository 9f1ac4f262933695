"""Hydra: how its command line and its overrides are read, and what its own launcher is called."""

import argparse
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.core.override_parser.types import Override
    from hydra.core.utils import JobReturn

__all__ = ["BASIC_LAUNCHER", "NAMES", "Override", "command_line", "elements", "finished", "override_parser"]

BASIC_LAUNCHER = "hydra._internal.core_plugins.basic_launcher.BasicLauncher"
"""`_target_` of the launcher that runs jobs one after another in this process."""

NAMES = (
    "hydra._internal.core_plugins.basic_launcher:BasicLauncher",
    "hydra._internal.utils:get_args_parser",
    "hydra.core.override_parser.overrides_parser:OverridesParser",
    "hydra.core.override_parser.types:Glob",
    "hydra.core.override_parser.types:IntervalSweep",
    "hydra.core.override_parser.types:Override",
    "hydra.core.override_parser.types:Override._convert_value",
    "hydra.core.override_parser.types:Override.sweep_iterator",
    "hydra.core.utils:JobReturn._return_value",
)


def command_line() -> argparse.ArgumentParser:
    """The parser of Hydra's own options."""
    from hydra._internal.utils import get_args_parser

    return get_args_parser()


def override_parser() -> "OverridesParser":
    """What reads `key=value`."""
    from hydra.core.override_parser.overrides_parser import OverridesParser

    return OverridesParser.create()


def elements(override: "Override", names: Sequence[str], most: int) -> list[Any]:
    """The values that an override gives its key, one after another in a sweep, at most `most`; an interval's two ends.

    `names` are what a glob chooses from.
    """
    from hydra.core.override_parser.types import Glob, IntervalSweep

    if not override.is_sweep_override():
        return [override.value()]
    values = override.value()
    if isinstance(values, IntervalSweep):
        return [values.start, values.end]
    if isinstance(values, Glob):
        return list(values.filter(list(names)))
    swept: Iterator[Any] = islice(override.sweep_iterator(), most)
    return [type(override)._convert_value(value) for value in swept]


def finished(overrides: Sequence[str], value: Any) -> "JobReturn":
    """What a launcher hands back of a job that ended with `value`."""
    from hydra.core.utils import JobReturn, JobStatus

    return JobReturn(overrides=overrides, status=JobStatus.COMPLETED, _return_value=value)
