import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from crescent.reporting.report.untrusted import INVISIBLE, KEPT, cut, visible

ANY_TEXT = st.text(st.characters())


@given(ANY_TEXT)
def test_nothing_invisible_is_left(text: str) -> None:
    shown = visible(text)
    assert all(c in KEPT or unicodedata.category(c) not in INVISIBLE for c in shown)
    assert visible(shown) == shown
    assert shown.encode("utf-8").decode("utf-8") == shown


@given(st.text(st.characters(categories=["L", "N", "P", "S", "M", "Zs"])))
def test_visible_text_is_left_alone(text: str) -> None:
    assert visible(text) == text


def test_each_kind_of_invisible_character_has_its_stand_in() -> None:
    assert visible("a\x00b\x1b[31m\u202ec\u200bd\ud800e\u2028f\x7f") == (
        "a␀b␛[31m⟨U+202E⟩c⟨U+200B⟩d⟨U+D800⟩e⟨U+2028⟩f⟨U+007F⟩"
    )
    assert visible("one\r\ntwo\tthree") == "one\ntwo\tthree"


def test_long_text_is_cut_and_its_length_said() -> None:
    shown = cut("x" * 102_400, 2000)
    assert shown == "x" * 2000 + " … (cut here: 2,000 of 102,400 characters shown)"
    assert cut("x" * 2000, 2000) == "x" * 2000
