from hypothesis import given
from hypothesis import strategies as st

from crescent.generation.prompts import fill

PIECES = st.lists(
    st.sampled_from(["{", "}", "{question}", "{other}", "{{", "}}", "{0}", "x", "\\1", "%s", "\n"]), max_size=8
)
TEXT = PIECES.map("".join)


def test_fields_are_filled() -> None:
    assert fill("Old: {other}\nNew: {question}{question}", question="a", other="b") == "Old: b\nNew: aa"


def test_unknown_fields_and_other_braces_stay() -> None:
    assert fill("{a} {b} {} {c d} {{a}} \\boxed{7}", a="1") == "1 {b} {} {c d} {1} \\boxed{7}"


@given(question=TEXT, other=TEXT)
def test_what_is_filled_in_is_not_filled_again(question: str, other: str) -> None:
    assert fill("<{question}|{other}>", question=question, other=other) == f"<{question}|{other}>"


@given(template=TEXT)
def test_without_fields_nothing_changes(template: str) -> None:
    assert fill(template) == template
