"""How numbers are written: one decimal for percentages, grouped thousands, a real minus, words for what is not known.

Percent signs stand after a no-break space and minus signs are U+2212; `plain` gives the same in ASCII, for terminals.
"""

import math
from collections.abc import Iterable

UNKNOWN = "not known"

_PLAIN = str.maketrans({"\N{MINUS SIGN}": "-", "\N{NO-BREAK SPACE}": " ", "±": "+/-"})


def plain(text: str) -> str:
    """The text with typographic signs replaced by what every terminal and every `grep` knows."""
    return text.translate(_PLAIN)


def finite(value: float | None) -> bool:
    """Whether there is a number to show."""
    return value is not None and math.isfinite(value)


def fixed(value: float | None, decimals: int = 1, *, sign: bool = False) -> str:
    """A number with that many decimals: `1,234.5`, `−0.3`; with `sign` also `+0.3`."""
    if value is None:
        return UNKNOWN
    if not math.isfinite(value):
        return "not a number"
    if abs(value) >= 1e15:
        return f"{value:{'+' if sign else ''}.3g}".replace("-", "\N{MINUS SIGN}")
    text = f"{abs(value):,.{decimals}f}"
    is_zero = not any(digit in "123456789" for digit in text)
    if value < 0 and not is_zero:
        return f"\N{MINUS SIGN}{text}"
    return f"+{text}" if sign and not is_zero else text


def count(value: float | None) -> str:
    """A whole number with grouped thousands."""
    return UNKNOWN if value is None else fixed(value, 0)


def ratio(part: float | None, whole: float | None) -> float | None:
    """`part` / `whole`, None where either is not known or the whole is 0."""
    return part / whole if part is not None and whole else None


def percent(share: float | None) -> str:
    """A fraction of 1 as a percentage: 0.381 is `38.1 %`."""
    return fixed(100 * share) + "\N{NO-BREAK SPACE}%" if share is not None and math.isfinite(share) else fixed(share)


def is_share(values: Iterable[float | None]) -> bool:
    """Whether scores are fractions of 1, to be written as percentages. Accuracies are, a perplexity is not."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    return all(0 <= value <= 1 for value in known)


def score(value: float | None, share: bool) -> str:
    return percent(value) if share else fixed(value, 3)


def difference(value: float | None, share: bool) -> str:
    """A signed difference, in percentage points for shares."""
    if value is None:
        return UNKNOWN
    return fixed(100 * value, sign=True) if share else fixed(value, 3, sign=True)


def interval(low: float | None, high: float | None, share: bool) -> str:
    if low is None or high is None:
        return UNKNOWN
    bounds = (fixed(100 * bound) if share else fixed(bound, 3) for bound in (low, high))
    return " to ".join(bounds)


def brackets(low: float | None, high: float | None, share: bool, between: str = " ") -> str:
    """The interval as it stands behind its figure, ` [38.1, 45.0]`; nothing where there is none."""
    bounds = interval(low, high, share)
    return "" if bounds == UNKNOWN else f"{between}[{bounds.replace(' to ', ', ')}]"


def p_value(value: float | None) -> str:
    return "< 0.001" if value is not None and 0 <= value < 0.0005 else fixed(value, 3)


def duration(seconds: float | None) -> str:
    """Seconds in the units a person would use: `12.3 s`, `3 min 05 s`, `2 h 14 min`."""
    if seconds is None or not math.isfinite(seconds):
        return fixed(seconds)
    if seconds < 60:
        return f"{fixed(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{count(minutes // 60)} h {minutes % 60:02d} min"


def per_second(tokens: float | None, seconds: float | None) -> str:
    """Throughput, or nothing where no tokens were spent."""
    return fixed(tokens / seconds, 0) if tokens and seconds else ""


def plural(number: int | None, singular: str, several: str | None = None) -> str:
    return f"{count(number)} {singular if number == 1 else several or singular + 's'}"


FILTERS = (
    "count",
    "difference",
    "duration",
    "fixed",
    "interval",
    "p_value",
    "per_second",
    "percent",
    "plural",
    "score",
)
"""The functions that the page's template uses as filters."""
