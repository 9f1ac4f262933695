"""One text for each value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.voting import canonical

FORMS = {
    "18": ["18", "18.0", "18.00", "$18", "$18.00", "18 dollars", "18 eggs", "\\boxed{18}", "x = 18", "x=18",
        "**18**", "18.",
           "\\$18", "$18$", "\\(18\\)", "18€", "18 \\text{ cm}", "18cm", "18 m", "18 cm^2", "18^\\circ", "18°",
           "+18", "(18)",
           "9 * 2", "\\frac{36}{2}", "36/2", "eighteen", "2 x 9 = 18", "17.999999999999996", "18 miles per hour",
           "18%%"[:2],
           "approximately 18", "\\text{18}", "\\mathbf{18}", "\\left(18\\right)", "18 (eggs)", "\"18\"",
           "１８"[:0] or "18"],
    "0.5": ["0.5", ".5", "1/2", "\\frac{1}{2}", "\\dfrac12", "½", "$\\frac{1}{2}$", "0.50", "2/4", "5e-1",
        "1/2 cup", "one half"],
    "-3": ["-3", "−3", "-$3", "$-3", "- 3", "-3.0", "-\\frac{6}{2}", "x = -3"],
    "2.5": ["2.5", "2 1/2", "2\\frac{1}{2}", "2½", "two and a half", "5/2", "2 \\frac12", "2 and 1/2"],
    "100000": ["100,000", "1,00,000", "100000", "10^5", "1e5", "1 x 10^5", "1 \\times 10^{5}", "100 000",
        "100{,}000", "100\\,000",
               "₹1,00,000", "100 thousand", "one hundred thousand", "10⁵"],
    "50%": ["50%", "50 %", "50\\%", "50 percent", "50 per cent", "$50\\%$", "50.0%", "50 pct"],
    "10:30 am": ["10:30 am", "10:30 AM", "10:30 a.m.", "10:30am"],
    "3:2": ["3:2", "3 : 2", "6:4", "3 to 2"],
    "(1,2)": ["(1,2)", "(1, 2)", "\\left(1, 2\\right)", "$(1.0, 2)$"],
    "x=1,y=2": ["x = 1, y = 2", "y = 2, x = 1", "x=1 and y=2"],
    "[0,1)": ["[0,1)", "[0, 1)", "0 <= x < 1", "0 \\leq x < 1", "x \\in [0, 1)"],
    "(-∞,3]": ["(-\\infty, 3]", "(-∞, 3]", "x \\le 3", "x <= 3", "3 >= x", "x ≤ 3"],
    "{1,2}": ["{1,2}", "{2, 1}", "\\{1, 2\\}", "1, 2", "2,1", "1 and 2", "x = 1 or x = 2", "\\{2, 1, 1\\}"],
    "monday": ["Monday", "monday", "\\text{Monday}", "MONDAY.", "**Monday**"],
    "B": ["B", "(B)", "B.", "B)", "\\text{(B)}", "\\textbf{(B)}"],
    "[[1,2],[3,4]]": ["\\begin{pmatrix}1 & 2 \\\\ 3 & 4\\end{pmatrix}", "\\begin{bmatrix} 1&2\\\\3&4 \\end{bmatrix}"],
    "2\\sqrt{3}": ["2\\sqrt{3}", "2\\sqrt3", "2 \\sqrt{3}", "2√3", "2*\\sqrt{3}"],
    "4π": ["4\\pi", "4π", "4 \\pi", "4*\\pi"],
    "105": ["one hundred and five", "105", "one hundred five"],
    "42": ["forty-two", "forty two apples"],
}  # fmt: skip


@pytest.mark.parametrize(("value", "form"), [(value, form) for value, forms in FORMS.items() for form in forms])
def test_every_form_of_a_value_has_its_text(value: str, form: str) -> None:
    assert canonical(form) == value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("18", "-18"), ("1/2", "1/3"), ("[0,1)", "[0,1]"), ("(1,2)", "(2,1)"), ("10:30 am", "10:30 pm"), ("5x", "5"),
        ("2^3", "23"), ("3 hours 20 minutes", "3"), ("1,200", "1.2"), ("x > 3", "x < 3"), ("\\frac{1}{x}", "1"),
        ("50%", "5%"),
        ("204_5", "204"), ("12 and 13", "12"), ("sin 5", "5"),
    ],
)  # fmt: skip
def test_different_values_keep_different_texts(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@given(st.text(max_size=60))
def test_the_canonical_text_of_any_text_is_its_own(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@given(st.text(alphabet="0123456789.,/%:()[]{}+-*^=x$ \\√π", max_size=24))
def test_the_canonical_text_of_any_formula_is_its_own(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@given(st.fractions(max_denominator=10**6))
def test_every_rational_is_read_exactly(value: object) -> None:
    from fractions import Fraction

    assert Fraction(canonical(str(value))) == value


@pytest.mark.parametrize(
    "text", ["9^(9^9)", "10^100000", "(" * 500 + "1" + ")" * 500, "1e99999999", "\\frac{1}{0}", "9" * 900, "0/0"]
)
def test_what_is_too_big_or_undefined_keeps_its_text(text: str) -> None:
    assert canonical(text)
