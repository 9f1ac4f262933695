"""The values that a sweep's parameter can take, and whether each arrives as it was meant.

W&B's agent writes `key=str(value)` on the command line, where Hydra's grammar reads it; what looks harmless in YAML
may come out as something else.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from hydra.errors import HydraException

from crescent.config.keys import find, plain
from crescent.config.overrides import parsed

ENDS = ("uniform", "int_uniform", "q_uniform", "log_uniform_values", "q_log_uniform_values", "inv_log_uniform_values")
EXPONENTS = ("log_uniform", "q_log_uniform", "inv_log_uniform")
LISTED = ("categorical", "categorical_w_probabilities")
KINDS = (*ENDS, *LISTED, "constant")


def possible(key: str, parameter: Any) -> tuple[list[Any], list[str]]:
    """The values to check for a parameter, its listed ones or the ends of its range, and what is wrong with them."""
    if not isinstance(parameter, Mapping):
        return [], [f"{key}: must be a mapping with values, value, or min and max"]
    if "parameters" in parameter:
        below = next(iter(parameter["parameters"] or {"name": None}))
        return [], [f"{key}: nested parameters arrive as one Python dict; write the dotted key {key}.{below}"]
    if "values" in parameter or "value" in parameter:
        values = parameter["values"] if "values" in parameter else [parameter["value"]]
        if not isinstance(values, list) or not values:
            return [], [f"{key}: values must be a list of at least one value"]
        wrong = [mistake for value in values for mistake in arrives(key, value)]
        return ([] if wrong else values), wrong
    return _range(key, parameter)


def _range(key: str, parameter: Mapping[str, Any]) -> tuple[list[Any], list[str]]:
    kind = parameter.get("distribution", "uniform")
    if kind in EXPONENTS:
        return [], [f"{key}: {kind} takes exponents of e for min and max; {kind}_values takes the values themselves"]
    if kind not in ENDS:
        return [], [f"{key}: distribution {kind} is not checked here; use one of {', '.join(KINDS)}"]
    ends = [parameter.get("min"), parameter.get("max")]
    if not all(isinstance(end, int | float) and not isinstance(end, bool) for end in ends):
        return [], [f"{key}: needs a number as min and as max"]
    low, high = (float(end) for end in ends if end is not None)
    if not low < high or (kind.startswith(("log", "q_log", "inv")) and low <= 0):
        return [], [f"{key}: min must be below max{', and above 0' if 'log' in kind else ''}"]
    whole = kind == "int_uniform" or ("distribution" not in parameter and all(isinstance(end, int) for end in ends))
    found = find(key)
    if found is not None and plain(found[0]) is int and not whole:
        return [], [f"{key}: takes whole numbers and {kind} draws fractions; use int_uniform with whole min and max"]
    return [int(low), int(high)] if whole else [low, high], []


def arrives(key: str, value: Any) -> Iterator[str]:
    """What is wrong with one value, with the reason; nothing if Hydra reads what was meant."""
    text = f"{key}={value}"
    if value is None:
        yield f"{key}: null arrives as the text None, since W&B writes str(None); give it as a text: 'null'"
    elif isinstance(value, Mapping):
        yield f"{text}: a dict arrives in Python's notation, which Hydra cannot read; sweep its keys one by one"
    elif isinstance(value, str) and "," in value and not value.startswith(("[", "{", "'", '"')):
        yield f"{text}: a comma makes it a sweep of Hydra's inside of one run; quote it: \"'{value}'\""
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{text}: not a finite number"
    else:
        yield from _misread(key, value, text)


def _misread(key: str, value: Any, text: str) -> Iterator[str]:
    try:
        override = parsed(text)
    except HydraException as error:
        reason = str(error).splitlines()[0].rstrip(".")
        yield f"{text}: Hydra cannot read it ({reason}); quote it: \"'{value}'\""
        return
    if override.is_sweep_override():
        yield f"{text}: Hydra reads a sweep of its own; an agent's run has one value per key"
    elif not isinstance(value, str) and override.value() != value:
        yield f"{text}: Hydra reads {override.value()!r} instead of {value!r}"
