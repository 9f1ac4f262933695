import itertools
import math
import re
from importlib import resources
from xml.etree import ElementTree

import pytest

from crescent.loop.stages.facts import Share
from crescent.reporting.report import charts
from crescent.reporting.report.gathered import AgreementBin, Sampling
from crescent.reporting.report.summary import read
from crescent.reporting.report.svg import HEIGHT, WIDTH
from tests.facts import blank

from . import example


def inside(svg: str) -> ElementTree.Element:
    """The parsed picture, after a check that it is named and that nothing is drawn outside of it."""
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.findtext("title")
    assert root.findtext("desc")
    limits = {"x": WIDTH, "x1": WIDTH, "x2": WIDTH, "cx": WIDTH, "y": HEIGHT, "y1": HEIGHT, "y2": HEIGHT, "cy": HEIGHT}
    for node in root.iter():
        for key, limit in limits.items():
            assert 0 <= float(node.get(key, 0)) <= limit, ElementTree.tostring(node)
    return root


def points(rounds: int) -> list[charts.Point]:
    made = [charts.Point("base", 0.381, 0.351, 0.412, "base")]
    for number in range(1, rounds + 1):
        state: charts.State = "accepted" if number < 3 else "rejected"
        value = 0.5 + number / 100
        made.append(charts.Point(str(number), value, value - 0.03, value + 0.03, state, min(number - 1, 2)))
    return made


@pytest.mark.parametrize("rounds", [0, 1, 2, 5, 100])
def test_scores_draw_every_model_with_its_interval(rounds: int) -> None:
    ninth = charts.Point("9", 0.5, 0.3, 0.7, "rejected", 2)
    made = points(min(rounds, 40)) if rounds < 100 else [*points(2), *([ninth] * 98)]
    root = inside(charts.scores("nano_math", made, charts.score_range(made, True), True))
    dots = [node.get("class") for node in root.iter("circle")]
    assert dots == [f"dot {point.state}" for point in made]
    assert len([node for node in root.iter("line") if node.get("class") == "whisker"]) == 3 * len(made)


def test_rejected_rounds_are_marked_in_words_and_in_the_description() -> None:
    made = points(3)
    root = inside(charts.scores("nano_math", made, charts.score_range(made, True), True))
    assert "rejected" in [node.text for node in root.iter("text")]
    assert "3 53.0" in (root.findtext("desc") or "")
    assert "(rejected)" in (root.findtext("desc") or "")


def test_a_model_that_was_not_measured_leaves_a_gap() -> None:
    made = [charts.Point("base", None, None, None, "base"), charts.Point("1", 0.5, None, None, "accepted", 0)]
    root = inside(charts.scores("t", made, charts.score_range(made, True), True))
    assert len(list(root.iter("circle"))) == 1
    assert "not measured" in [node.text for node in root.iter("text")]
    assert "base not known" in (root.findtext("desc") or "")


def test_huge_scores_stay_inside() -> None:
    first = charts.Point("1", -2e12, -3e12, -1e12, "accepted", 0)
    made = [charts.Point("base", 3e250, 2.9e250, 3.1e250, "base"), first]
    root = inside(charts.scores("t", made, charts.score_range(made, False), False))
    assert len(list(root.iter("circle"))) >= len(made)


def test_bars_have_the_height_of_their_counts() -> None:
    answers = read(example.summary(1)).rounds[0].answers
    assert answers is not None
    root = inside(charts.agreement(answers.agreement))
    heights = dict.fromkeys(("correct", "wrong", "unknown"), 0.0)
    for node in root.iter("rect"):
        heights[node.get("class", "")] += float(node.get("height", 0))
    known = sum(entry.known for entry in answers.agreement)
    correct = sum(entry.correct for entry in answers.agreement)
    assert heights["correct"] / sum(heights.values()) == pytest.approx(correct / 1500, rel=1e-2)
    assert heights["unknown"] / sum(heights.values()) == pytest.approx((1500 - known) / 1500, rel=1e-2)


@pytest.mark.parametrize("sizes", [[64], [4, 8]])
def test_many_or_mixed_sample_sizes_are_shown_in_tenths(sizes: list[int]) -> None:
    bins = [AgreementBin(votes=v, samples=s, questions=2, known=1, correct=1) for s in sizes for v in range(s + 1)]
    columns = charts.agreement_columns(bins)
    assert len(columns) == 10
    assert sum(sum(column.stack) for column in columns) == sum(entry.questions for entry in bins)
    inside(charts.agreement(bins))


def test_a_histogram_of_nothing_draws_nothing() -> None:
    assert not list(inside(charts.agreement([blank(AgreementBin, samples=8)])).iter("rect"))


def model(name: str, state: charts.State, *values: float) -> charts.Line:
    shares = {str(2**place): blank(Share, value=value) for place, value in enumerate(values)}
    return charts.Line(name, blank(Sampling, pass_at_k=shares), state)


def test_the_names_at_the_ends_stand_in_the_order_of_the_lines() -> None:
    """The base model is drawn first, ends highest but for one, and its name must stand there."""
    models = [
        model("base", "base", 0.58, 0.964),
        model("round 1", "accepted", 0.593, 0.95),
        model("round 2", "rejected", 0.68, 0.947),
        model("round 3", "rejected", 0.69, 0.966),
    ]
    root = inside(charts.at_k("Pass@k", models, "pass_at_k"))
    height = {node.text: float(node.get("y", 0)) for node in root.iter("text") if node.get("class") == "value"}
    assert sorted(height, key=lambda name: height[name]) == ["round 3", "base", "round 1", "round 2"]
    heights = sorted(height.values())
    assert all(after - before >= 12.9 for before, after in itertools.pairwise(heights))


@pytest.mark.parametrize("ends", [[0.9] * 7, [0.0] * 7, [0.1, 0.1, 0.9, 0.9, 0.91, 0.92, 0.93]])
def test_many_names_at_one_place_stay_in_the_picture(ends: list[float]) -> None:
    models = [model(f"round {number}", "accepted", 0.5, end) for number, end in enumerate(ends)]
    root = inside(charts.at_k("Pass@k", models, "pass_at_k"))
    heights = sorted(float(node.get("y", 0)) for node in root.iter("text") if node.get("class") == "value")
    assert all(after - before >= 12.9 for before, after in itertools.pairwise(heights))


def test_dashes_mean_rejected_in_every_chart() -> None:
    css = resources.files("crescent.reporting.report").joinpath("page.css").read_text(encoding="utf-8")
    dashed = set(re.findall(r"\.(\w+) \{[^}]*stroke-dasharray: (?!1 4)", css))
    assert dashed == {"rejected"}
    models = [model("base", "base", 0.5, 0.9), model("round 1", "rejected", 0.4, 0.8)]
    root = inside(charts.at_k("Pass@k", models, "pass_at_k"))
    assert [node.get("class") for node in root.iter("polyline")] == ["curve base", "curve rejected"]


def curve_of(root: ElementTree.Element) -> list[tuple[float, float]]:
    """The corners of the curve, which must lie in the picture and run from left to right."""
    pairs = [pair.split(",") for node in root.iter("polyline") for pair in node.get("points", "").split()]
    corners = [(float(x), float(y)) for x, y in pairs]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in corners)
    assert corners == sorted(corners, key=lambda corner: corner[0])
    return corners


def test_the_loss_curve_is_thinned_but_its_ends_are_told() -> None:
    curve = [(step, 2.0 / step) for step in range(1, 10_001)]
    root = inside(charts.losses(curve))
    assert 100 < len(curve_of(root)) <= charts.MAX_POINTS
    assert root.findtext("desc") == "From 2 at step 1 to 0.0002 at step 10000."


def test_losses_that_are_no_numbers_are_left_out() -> None:
    root = inside(charts.losses([(1, 2.0), (2, math.nan), (3, math.inf), (4, 1.0)]))
    assert len(curve_of(root)) == 2
    assert charts.losses([(1, math.nan)]) == ""


def test_a_single_loss_is_a_dot() -> None:
    assert len(list(inside(charts.losses([(7, 1.5)])).iter("circle"))) == 1


@pytest.mark.parametrize(("start", "end"), [(0.0, 1.0), (0.25, 0.5), (-3.0, 7.0), (0.5, 0.5)])
def test_a_bar_stays_in_its_cell(start: float, end: float) -> None:
    found = re.search(r'x="([\d.]+)" y="0" width="([\d.]+)"', charts.bar(start, end, "kept"))
    assert found
    assert float(found[1]) + float(found[2]) <= 100
