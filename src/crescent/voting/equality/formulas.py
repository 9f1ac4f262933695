"""When two canonical texts are the same formula or equation.

What `equality.expressions` understands is decided by its values (`equality.identity`); inequalities in
several letters and the like are left to math-verify (optional), in a process with limits (`crescent.voting.symbolic`).
What neither decides counts as different, and is counted in `undecided`.
"""

import re

from crescent.voting.equality.expressions import MAX_LENGTH, AmbiguousError
from crescent.voting.equality.forms import is_rational
from crescent.voting.equality.identity import identical
from crescent.voting.equality.tokens import NotAFormulaError
from crescent.voting.symbolic import comparer

_FORMULA = re.compile(r"[\\^_<>+*/|∪∩∞π±√{}()\[\]\d!=]|^-?[A-Za-z]$")
_PROSE = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{2,} [a-zA-Z]{2,}")
_EQUALS = re.compile(r"(?<![<>!])=")
_NAME = re.compile(r"(?P<name>[A-Za-z]'*)(?:\((?P<of>\w)\))?=")
_FOR_MATH_VERIFY = re.compile(r"[∈<>±∞≠]|!=|\\(?:setminus|mathbb)(?![a-zA-Z])")
_MISTAKEN = re.compile(r"[∪∩]|^\\?\{.*[:|]|\\(?:sum|prod|int|lim)(?![a-zA-Z])")
"""What math-verify takes for equal though it differs: unions, conditions, sums, limits."""
_LATEX = str.maketrans({"π": r"\pi ", "∞": r"\infty ", "∪": r"\cup ", "∩": r"\cap ", "±": r"\pm ", "∅": r"\emptyset "})


class Undecided:
    """Counts the comparisons of formulas that could not be decided, in this process."""

    def __init__(self) -> None:
        self.here = 0

    @property
    def total(self) -> int:
        """Undecided by value, and given up by math-verify's process."""
        return self.here + comparer.given_up


undecided = Undecided()


def same_formula(one: str, other: str) -> bool:
    """Whether two different canonical texts are the same formula. `y = 2x + 3` is `2x + 3`, and is not `z = 2x + 3`."""
    if (is_rational(one) and is_rational(other)) or not (_is_formula(one) and _is_formula(other)):
        return False
    bare = _unnamed(one, other)
    if bare is None:
        return False
    one, other = bare
    if one == other:
        return True
    if bool(_EQUALS.search(one)) != bool(_EQUALS.search(other)):
        return False
    if max(len(one), len(other)) > MAX_LENGTH:
        undecided.here += 1
        return False
    try:
        decided = identical(one, other)
    except NotAFormulaError:
        return _by_math_verify(one, other)
    except AmbiguousError:
        decided = None
    undecided.here += decided is None
    return decided is True


def _is_formula(key: str) -> bool:
    return bool(_FORMULA.search(key)) and not _PROSE.search(key) and not key.endswith(("%", " am", " pm"))


def _unnamed(one: str, other: str) -> tuple[str, str] | None:
    """Both without the name of a function's value where that is the same, or where one has none.

    The graph `y = ...` is that of `f(x) = ...`. None where they name different functions: `g(x) = ...`, `f'(x) = ...`.
    """
    left, right = _NAME.match(one), _NAME.match(other)
    if left and right:
        graph = "y=" in (left[0], right[0]) and "x" in (left["of"], right["of"]) and "'" not in left[0] + right[0]
        if graph or left[0] == right[0]:
            return one[left.end() :], other[right.end() :]
        return None if left["of"] or right["of"] else (one, other)
    if left and not _EQUALS.search(other):
        return one[left.end() :], other
    if right and not _EQUALS.search(one):
        return one, other[right.end() :]
    return one, other


def _by_math_verify(one: str, other: str) -> bool:
    """Sets, inequalities and what else the library knows; alike in being plain numbers and in brackets."""
    if _MISTAKEN.search(one) or _MISTAKEN.search(other):
        undecided.here += 1
        return False
    if not (_FOR_MATH_VERIFY.search(one) and _FOR_MATH_VERIFY.search(other)):
        return False
    if {one[0], other[0]} in ({"{", "("}, {"{", "["}):
        return False
    return comparer.same(_latex(one), _latex(other))


def _latex(key: str) -> str:
    text = key.translate(_LATEX)
    if text.startswith("{") and text.endswith("}"):
        text = r"\{" + text[1:-1] + r"\}"
    return text
