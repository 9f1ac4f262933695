"""When two canonical texts say the same: numbers, formulas, and what is made of them."""

from crescent.voting.equality.forms import close, fits, same_options, same_time
from crescent.voting.equality.formulas import same_formula
from crescent.voting.equality.latex import split

MAX_PARTS = 20


def same(one: str, other: str, symbolic: bool) -> bool:
    """Whether two canonical texts say the same; `symbolic`: compare formulas with math-verify."""
    return (
        one == other
        or close(one, other)
        or fits(one, other)
        or same_time(one, other)
        or same_options(one, other)
        or _same_parts(one, other, symbolic)
        or (symbolic and same_formula(one, other))
    )


def _same_parts(one: str, other: str, symbolic: bool) -> bool:
    """Whether two lists agree part by part: tuples, intervals and matrices in order, sets and unions in any.

    Named values (`x=1,y=2`) agree with named values of the same names, with the tuple in the order of the names, and
    with the set.
    """
    brackets, parts, names = _parts(one)
    other_brackets, others, other_names = _parts(other)
    if len(parts) != len(others) or not 1 < len(parts) <= MAX_PARTS:
        return False
    if "∪∪" in (brackets, other_brackets):
        return brackets == other_brackets and _same_set(parts, others, symbolic)
    if names and other_names and names != other_names:
        return False
    named = bool(names) != bool(other_names)
    if brackets != other_brackets and not (named and {brackets, other_brackets} in ({"", "()"}, {"", "{}"})):
        return False
    if "{}" in (brackets, other_brackets):
        return _same_set(parts, others, symbolic)
    return all(same(*pair, symbolic) for pair in zip(parts, others, strict=True))


def _parts(text: str) -> tuple[str, list[str], list[str]]:
    """Brackets, parts, and the names of named values; no parts for what is no list."""
    if len(union := split(text, "∪")) > 1:
        return "∪∪", union if all(union) else [], []
    if text[0] in "([{" and text[-1] in ")]}":
        parts = split(text[1:-1], ",")
        return text[0] + text[-1], parts if all(parts) else [], []
    parts = split(text, ",")
    if len(parts) < 2 or not all("=" in part for part in parts):
        return "", [], []
    pairs = [part.partition("=") for part in parts]
    return "", [value for _, _, value in pairs], [name for name, _, _ in pairs]


def _same_set(parts: list[str], others: list[str], symbolic: bool) -> bool:
    left = list(others)
    for part in parts:
        match = next((candidate for candidate in left if same(part, candidate, symbolic)), None)
        if match is None:
            return False
        left.remove(match)
    return True
