"""When two answers are the same. The rules, cheapest first:

1. Where both name a known unit, their amounts decide (`equality.units`): 2 hours are 120 minutes, 5 cm are not 5 m.
   Other units, and a unit on one side alone, do not count.
2. Equal canonical texts (`crescent.voting.equality.canonicalization`): exact rationals, so 1/2 is 0.5 and 18.00 is 18.
3. Two forms of one value (`crescent.voting.equality.forms`): 50% is 0.5 and is 50, 0.3333 is 1/3, 3:2 is 1.5.
4. Formulas and equations by their values (`equality.identity`); math-verify (optional) for some others, in a process
   with limits (`crescent.voting.symbolic`).
5. Tuples, intervals, matrices and sets agree when their parts do.
"""

import re

from crescent.voting.answer import Answer
from crescent.voting.equality.canonicalization import canonical
from crescent.voting.equality.forms import decimal_comma
from crescent.voting.equality.sameness import same
from crescent.voting.equality.units import quantity
from crescent.voting.extraction import extract_answer

_BARE = re.compile(r"[-\d.,/%:]+")  # no unit, no words: the common case, decided fast
_PLACES = re.compile(r"-?\d{1,20}\.\d{3,20}0")
_SENTENCE = re.compile(
    r"(?<!\\)\b(?!(?:and|or)\b)[a-zA-Z]{2,}[,:]? (?:[a-z]+ ){0,20}[^a-zA-Z]{0,40}(?:\$|\\\(|\\\[|\\boxed)"
    r"|.\\boxed\{|(?:\$|\\\)|\\\]) (?:is|are)\b|(?i:answer(?: is|:))|\b(?:is|are|it's) [^a-zA-Z]{0,40}\d"
)


def equivalent(a: Answer | str | None, b: Answer | str | None, *, symbolic: bool = True) -> bool:
    """Whether two answers say the same. Symmetric; None is equal to nothing, not even to None.

    Strings are answers ("18", "$\\frac{1}{2}$", "x = 5"); of a sentence with a formula or a box the answer is read
    first. With `symbolic` false, or without math-verify, formulas are the same only if their canonical texts are.
    """
    if a is None or b is None:
        return False
    one_key, one_text = _key_and_text(a)
    other_key, other_text = _key_and_text(b)
    if not one_key or not other_key:
        return False
    if one_key == other_key and _BARE.fullmatch(one_text):
        return True
    if not _BARE.fullmatch(one_text) and not _BARE.fullmatch(other_text):
        one_quantity, other_quantity = quantity(one_text), quantity(other_text)
        if one_quantity is not None and other_quantity is not None:
            return one_quantity == other_quantity
    if one_key == other_key:
        return True
    if one_key == decimal_comma(other_text) or other_key == decimal_comma(one_text):
        return True
    return same(_as_written(one_key, one_text), _as_written(other_key, other_text), symbolic)


def _as_written(key: str, text: str) -> str:
    """A decimal with the places it was written with: 0.8660 has four."""
    return text if _PLACES.fullmatch(text) else key


def _key_and_text(answer: Answer | str) -> tuple[str, str]:
    if isinstance(answer, str) and not _BARE.fullmatch(answer) and _SENTENCE.search(answer):
        answer = extract_answer(answer) or answer
    return (canonical(answer), answer) if isinstance(answer, str) else (answer.value, answer.text)
