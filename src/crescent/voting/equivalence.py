"""When two answers are the same, and how many answers are sorted into groups.

The rules, cheapest first:

1. Equal canonical texts (`crescent.voting.canonicalization`): exact rationals, so 1/2 is 0.5 and 18.00 is 18.
2. Forms of one value that canonical texts keep apart, because their reading needs the other answer:
   - `50%` is `0.5`, and is `50`, the bare figure a question "what percentage ..." asks for; 0.5 is not 50;
   - a decimal with at least four places is every number that rounds or truncates to it (0.3333 is 1/3);
   - a ratio is its quotient (3:2 is 1.5); 10:30 is 10:30 am, 7 is 7:00 pm, while am is not pm;
   - 2,74 is 2.74 as well as two numbers.
3. Where both name a known unit of one dimension, their amounts decide: 2 hours are 120 minutes, 5 cm are not 5 m.
   Other units, and a unit on one side alone, do not count.
4. math-verify (optional), for formulas, in a process with limits (`crescent.voting.symbolic`).

These rules are not transitive. `group`, which knows canonical texts alone, therefore unites by rule 1, by decimals and
by rule 4, over all pairs, so that no order of the answers matters, and then adds each percent, ratio or clock text to
one group: the largest it fits.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations

from crescent.voting.answer import Answer
from crescent.voting.canonicalization import canonical
from crescent.voting.symbolic import comparer
from crescent.voting.units import quantity

_RATIONAL = re.compile(r"-?\d{1,110}(?:\.\d{1,110}|/\d{1,110})?")
_INTEGER = re.compile(r"-?\d+")
_ENOUGH_PLACES = 4
_DECIMAL_COMMA = re.compile(r"-?(?:[1-9]\d{0,8},\d{1,2}|0,\d{1,9})")
_FORMULA = re.compile(r"[\\^_<>+*/|∪∩∞π±√{}()\[\]\d]|^[A-Za-z]$")
_PROSE = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{2,} [a-zA-Z]{2,}")
_LATEX = str.maketrans({"π": r"\pi ", "∞": r"\infty ", "∪": r"\cup ", "∩": r"\cap ", "±": r"\pm ", "∅": r"\emptyset "})


def equivalent(a: Answer | str | None, b: Answer | str | None, *, symbolic: bool = True) -> bool:
    """Whether two answers say the same. Symmetric; None is equal to nothing, not even to None.

    Strings are answers, not solutions ("18", "$\\frac{1}{2}$", "x = 5"). With `symbolic` false, or without math-verify,
    formulas are the same only if their canonical texts are.
    """
    if a is None or b is None:
        return False
    one, other = (value.value if isinstance(value, Answer) else canonical(value) for value in (a, b))
    if not one or not other:
        return False
    texts = [value.text if isinstance(value, Answer) else value for value in (a, b)]
    quantities = [quantity(text) for text in texts]
    if None not in quantities:
        return quantities[0] == quantities[1]
    if one == decimal_comma(texts[1]) or other == decimal_comma(texts[0]):
        return True
    return one == other or _close(one, other) or fits(one, other) or (symbolic and _same_formula(one, other))


def decimal_comma(text: str) -> str | None:
    """The canonical text of a number whose decimal point is a comma ("2,74"), if `text` may be one."""
    return canonical(text.replace(",", ".")) if _DECIMAL_COMMA.fullmatch(text) else None


def group(values: Sequence[str | None], *, symbolic: bool = True) -> list[int | None]:
    """The group of every canonical answer: groups are numbered by their first member, None has no group.

    Which answers share a group does not depend on their order.
    """
    counts = Counter(value for value in values if value is not None)
    roots = _united(sorted(counts), counts, symbolic)
    numbers: dict[str, int] = {}
    return [None if value is None else numbers.setdefault(roots[value], len(numbers)) for value in values]


def _united(keys: list[str], counts: Counter[str], symbolic: bool) -> dict[str, str]:
    """Key -> the key its group is known by."""
    if len(keys) < 2:
        return {key: key for key in keys}
    loose = [key for key in keys if _is_loose(key)]
    firm = [key for key in keys if not _is_loose(key)]
    parent = {key: key for key in keys}
    for one, other in combinations(firm, 2):
        if _INTEGER.fullmatch(one) and _INTEGER.fullmatch(other):
            continue
        root, child = sorted((_root(parent, one), _root(parent, other)))
        if root != child and (_close(one, other) or (symbolic and _same_formula(one, other))):
            parent[child] = root
    size: Counter[str] = Counter()
    for key in firm:
        size[_root(parent, key)] += counts[key]
    for key in loose:
        fitting = {_root(parent, other) for other in firm if fits(key, other)}
        if fitting:
            parent[key] = min(fitting, key=lambda root: (-size[root], root))
    return {key: _root(parent, key) for key in keys}


def _root(parent: dict[str, str], key: str) -> str:
    while parent[key] != key:
        key = parent[key]
    return key


def _is_loose(key: str) -> bool:
    return key.endswith("%") or (":" in key and key[0].isdigit())


def rational(key: str) -> Fraction | None:
    """The number a canonical text stands for, if it is a plain one."""
    return Fraction(key) if _RATIONAL.fullmatch(key) else None


def _close(one: str, other: str) -> bool:
    """Whether one is the other, rounded or cut to at least four decimal places."""
    if "." not in one + other:
        return False
    exact, near = rational(one), rational(other)
    if exact is None or near is None:
        return False
    for value, key, places in ((exact, other, _places(other)), (near, one, _places(one))):
        if places >= _ENOUGH_PLACES:
            scaled, written = value * 10**places, Fraction(key) * 10**places
            if written in (round(scaled), int(scaled)) or abs(written - scaled) == Fraction(1, 2):
                return True
    return False


def _places(key: str) -> int:
    return len(key) - key.index(".") - 1 if "." in key else 0


def fits(one: str, other: str) -> bool:
    """Whether a percent, ratio or clock text may stand for the other text."""
    return _reads_as(one, other) or _reads_as(other, one)


def _reads_as(key: str, plain: str) -> bool:
    if key.endswith("%"):
        figure, value = rational(key[:-1]), rational(plain)
        if figure is None or value is None:
            return False
        return value in (figure, figure / 100) or _close(key[:-1], plain)
    if key.endswith(("am", "pm")) and ":00 " in key:
        return plain == key[: key.index(":")]
    if ":" in key:
        if plain.startswith(key + " "):
            return plain[len(key) :] in (" am", " pm")
        terms = [rational(term) for term in key.split(":")]
        value = rational(plain)
        if len(terms) == 2 and value is not None and terms[0] is not None and terms[1]:
            return value == terms[0] / terms[1]
    return False


def _same_formula(one: str, other: str) -> bool:
    if not _worth_comparing(one, other):
        return False
    return comparer.same(_for_parser(one), _for_parser(other))


def _worth_comparing(one: str, other: str) -> bool:
    """Whether two different canonical texts may still be the same formula: at least one is more than a number."""
    if _RATIONAL.fullmatch(one) and _RATIONAL.fullmatch(other):
        return False
    if any(not _FORMULA.search(key) or _PROSE.search(key) or key.endswith(("%", "am", "pm")) for key in (one, other)):
        return False
    return ("=" in one) == ("=" in other)


def _for_parser(key: str) -> str:
    text = key.translate(_LATEX)
    if text.startswith("{") and text.endswith("}"):
        text = r"\{" + text[1:-1] + r"\}"
    return text


def most_common(values: Iterable[str]) -> str:
    """The text that stands for a group: the one written most often, then the shortest, then the first by alphabet."""
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], len(value), value))
