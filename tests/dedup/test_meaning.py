"""Short questions that share their framing words are different problems; the same problem with other figures is one."""

import pytest

from crescent.dedup import NearDuplicateIndex, decontaminate, deduplicate
from crescent.dedup.meaning import meaning

CONFIG = {"exact": True, "minhash": {"threshold": 0.6}}
DIFFERENT = [
    ("Expand the product $(x+3)(x-2)$.", "Expand the product $(y-1)^3$."),
    ("Compute $\\sin 30^\\circ$ without a calculator.", "Compute $\\tan 30^\\circ$ without a calculator."),
    ("What is the least common multiple of 6 and 8?", "What is the greatest common factor of 6 and 8?"),
    ("What is the area of a square with sides of 5 cm?", "What is the perimeter of a square with sides of 5 cm?"),
    ("What is the sum of the digits of 482?", "What is the product of the digits of 482?"),
    ("How many positive integers divide 36?", "How many negative integers divide 36?"),
    ("What is $37_{8}$ when expressed in base 2?", "What is $21_3+12_3$ when expressed in base 2?"),
    ("How many more cats than dogs are there if there are 9 cats and 4 dogs?",
     "How many cats and dogs are there if there are 9 cats and 4 dogs?"),
    ("Find the mean of 3, 5, 7 and 9.", "Find the median of 3, 5, 7 and 9."),
    ("Evaluate $\\log_2 8$ and express it as an integer.", "Evaluate $\\sqrt{8}$ and express it as an integer."),
]  # fmt: skip
SAME = [
    ("Expand the product $(x+3)(x-2)$.", "Expand the product $(x+7)(x-12)$."),
    ("What is the sum of the digits of 482?", "What is the sum of the digits of 1,977?"),
    ("What is the area of a square with sides of 5 cm?", "What is the area of a square with sides of 12 cm?"),
    ("Tom pays $5 for pens and $6 for ink. How much does he pay?",
     "Tom pays $15 for pens and $7 for ink. How much does he pay?"),
    ("Evaluate $3^4 - 2^5$ by hand, please.", "Evaluate $5^2 - 3^3$ by hand, please."),
    ("What sum of money does Ann have after earning 5 dollars a day for 3 days?",
     "What sum of money does Ann have after earning 9 dollars a day for 4 days?"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_problems_with_the_same_framing_words_are_kept(one: str, other: str) -> None:
    assert deduplicate([one, other], CONFIG).kept == [0, 1]
    assert decontaminate([other], [one], CONFIG).kept == [0]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_problem_with_other_figures_goes(one: str, other: str) -> None:
    assert deduplicate([one, other], CONFIG).kept == [0]
    assert decontaminate([other], [one], CONFIG).kept == []


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_an_index_decides_as_the_list_does(one: str, other: str) -> None:
    index = NearDuplicateIndex(CONFIG)
    assert index.admit([one], ["0"]) == [None]
    assert index.admit([other], ["1"]) == [None]
    again = index.check([one, other])
    assert [match.other for match in again if match] == ["0", "1"]


def test_currency_is_no_formula() -> None:
    assert meaning("He pays $5 on Monday and $6 or $7 on Friday. How much is that?") == ""
    assert meaning("A shop sells 1/2 for $1/2 and 3 for $4/5. How much is one?") == ""
