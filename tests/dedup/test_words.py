import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.config.schema import Minhash
from crescent.dedup.shingles import Shingler

NUMBERS = Shingler(Minhash(mask_numbers=True))
NAMES = Shingler(Minhash(mask_numbers=False, mask_names=True))
PLAIN = Shingler(Minhash(mask_numbers=False))

FIGURES = [
    "7",
    "1,200",
    "3.50",
    "1/2",
    "20%",
    "twenty-one",
    "$5",
    "5 dollars",
    "2 hours",
    "120 minutes",
    "5kg",
    "½",
    "３",
]
FIGURES += ["two hundred and five", "twelve hundred", "1200.0", "a half", "one and a half", "2 hours and 30 minutes"]
FIGURES += ["a dozen", "two-thirds", "1 200", "3rd", "twenty percent", "6 feet 2 inches", "-4", "1,234,567.89"]


@pytest.mark.parametrize(
    "figure",
    FIGURES,
)
def test_every_way_of_writing_a_figure_leaves_one_mark(figure: str) -> None:
    assert NUMBERS.mask([f"Ann ate {figure} before noon"]) == ["ann ate # before noon"]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Ann has 3 apples and 4 pears.", "ann has # apples and # pears"),
        ("How many hours are 3 days?", "how many ~ are #"),
        ("What is 3 + 5?", "what is # + #"),
        ("What is 3 * 5?", "what is # * #"),
        ("What is 8 - 5?", "what is # minus #"),
        ("- a bullet -", "a bullet"),
        ("a well-known 5-foot fence", "a well known # fence"),
        ("He and I and an ant", "he and i and an ant"),
        ("", ""),
        ("?!", ""),
        ("a\0b\nc", "a b c"),
        ("りんご3個", "り ん ご # 個"),
        ("Die Straße mißt 5 m²", "die strasse misst # m2"),
    ],
)
def test_masks_of_numbers(text: str, masked: str) -> None:
    assert NUMBERS.mask([text]) == [masked]


def test_names_are_masked_and_common_words_are_not() -> None:
    assert NAMES.mask(["Natalia sold 48 clips. How many did she give to Ben on Monday?"]) == [
        "@ sold 48 clips how many did she give to @ on monday"
    ]


def test_without_masks_words_stay() -> None:
    assert PLAIN.mask(["An Apple costs $5 and a Pear 2 hours"]) == ["an apple costs 5 and a pear 2 hours"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=10))
@settings(deadline=None)
def test_a_mask_does_not_depend_on_the_texts_around_it(texts: list[str]) -> None:
    for shingler in (NUMBERS, NAMES, PLAIN):
        together = shingler.mask(texts)
        assert together == [Shingler(shingler.config).mask([text])[0] for text in texts]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@settings(deadline=None)
def test_masking_twice_changes_only_marks(text: str) -> None:
    [masked] = PLAIN.mask([text])
    assert PLAIN.mask([masked]) == [masked] or not masked.isascii()
