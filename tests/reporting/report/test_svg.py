from hypothesis import given
from hypothesis import strategies as st

from crescent.reporting.report.svg import HEIGHT, WIDTH, Frame, element, ticks


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
def test_ticks_hold_the_data_and_are_few(low: float, span: float) -> None:
    marks = ticks(low, low + span)
    slack = 1e-6 * (marks[-1] - marks[0])
    assert marks[0] <= low + slack
    assert marks[-1] >= low + span - slack
    assert 2 <= len(marks) <= 8
    assert marks == sorted(set(marks))


def test_ticks_are_round_numbers() -> None:
    assert ticks(0, 254, 4) == [0, 100, 200, 300]
    assert [round(mark, 9) for mark in ticks(0.38, 0.73)] == [0.3, 0.4, 0.5, 0.6, 0.7, 0.8]


def test_text_and_attributes_are_escaped() -> None:
    assert element("text", "<b>&", class_='"x') == '<text class="&#34;x">&lt;b&gt;&amp;</text>'


def test_the_frame_maps_its_corners_into_the_picture() -> None:
    frame = Frame(1, 5, 10, 20)
    assert (frame.x(1), frame.x(5)) == (frame.left, WIDTH - frame.right)
    assert (frame.y(10), frame.y(20)) == (HEIGHT - frame.bottom, frame.top)
