import re
from pathlib import Path

import pytest

from crescent.commands.claim.figures import Average, Claim, Vote
from crescent.commands.claim.page import render
from tests.commands.claim.example import claim
from tests.reporting.report import browser


def distillation() -> Claim:
    made = claim(parts=[], student="small", compare="last")
    for run in made.runs:
        run.teacher = {"nano_math": 0.467}
    return made


def test_it_asks_the_network_for_nothing_and_runs_nothing() -> None:
    page = render(claim())
    assert "default-src 'none'" in page
    assert not re.search(r"https?://|<script|<link rel=.stylesheet|@import|url\(", page)


def test_text_is_escaped_wherever_it_comes_from() -> None:
    bad = "<script>alert(1)</script>"
    made = claim(name=bad, model=bad, student=bad, unequal=[bad], parts=[])
    made.arms = dict.fromkeys(made.arms, bad)
    made.runs[0].folder = bad
    made.runs[0].state, made.runs[0].note = bad, bad
    assert "<script" not in render(made)


def test_every_part_of_the_gain_is_there_with_its_seeds() -> None:
    page = render(claim())
    table = page[page.index('id="over"') : page.index("</table>", page.index('id="over"'))]
    for figure in ("+45.0", "+40.0", "−42.7", "+42.3", "42.0 to 48.0"):
        assert figure in table
    assert "gain of method" in table
    assert "from the same number of pairs in the same number of steps" in page


def test_unequal_effort_is_a_warning() -> None:
    page = render(claim(unequal=["Seed 1: unvoted learned from 900 pairs."]))
    assert "Not the same effort" in page
    assert "from the same number of pairs in the same number of steps" not in page


def test_a_distillation_has_student_arms_and_teacher_side_by_side() -> None:
    page = render(distillation())
    models = page[page.index('<section id="models">') : page.index('<section id="others">')]
    assert [name for name in ("small, before training", "method", "nano, the teacher") if name in models] == [
        "small, before training", "method", "nano, the teacher",
    ]  # fmt: skip
    assert "over unvoted" in page
    assert "What the gain is made of" not in page


def test_arms_without_a_round_are_not_measured() -> None:
    made = claim(seeds=2)
    made.run("unvoted", 2).rounds = []
    made.differences = [each for each in made.differences if (each.arm, each.seed) != ("unvoted", 2)]
    page = render(made)
    assert "no such round" in page
    assert "not measured" in page


@pytest.mark.slow
@pytest.mark.skipif(browser.executable() is None, reason="no Chromium on the path")
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_page_fits_the_screen(tmp_path: Path, width: int, dark: bool) -> None:
    made = claim(seeds=5, rounds=5)
    made.arms["method"] = "w" * 500
    path = tmp_path / "claim.html"
    path.write_text(render(made), encoding="utf-8")
    found = browser.measure(path, width, dark)
    assert found["width"] == found["inner"] == width
    assert found["sticking"] == []
    assert found["dark"] is dark
    assert found["smallest"] >= 10


def test_the_vote_alone_stands_beside_the_gains_of_sampled_replies() -> None:
    assert "the vote alone" not in render(claim())
    made = claim()
    for run in made.runs:
        gain = {"method": 0.3, "unvoted": -0.02, "shuffled": -0.4}[run.arm] + 0.01 * run.seed
        vote = {"samples": 8, "average": 0.52, "majority": 0.63, "difference": 0.11, "low": 0.08, "high": 0.14}
        run.votes = {"nano_math": Vote(**vote)}
        for figures in run.rounds:
            found = Average(value=0.52 + gain, difference=gain, low=gain - 0.03, high=gain + 0.03)
            figures.averages = {"nano_math": found}
    page = render(made)
    table = page[page.index("nano_math, avg@8") : page.index("Sampled replies: the gain")]
    rows = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", line) for line in table.split("<tr>") if 'scope="row"' in line]
    assert [row[0] for row in rows] == ["method", "unvoted", "shuffled", "the vote alone, no training"]
    assert [row[1] for row in rows] == ["<b>+32.0</b>", "<b>0.0</b>", "<b>\N{MINUS SIGN}38.0</b>", "<b>+11.0</b>"]
    assert rows[0][3] == "+31.0 <small>28.0 to 34.0</small>"
    assert rows[3][2:4] == ["all seeds alike", "+11.0 <small>8.0 to 14.0</small>"]


def test_an_arm_that_stays_with_the_base_model_has_gained_nothing() -> None:
    made = claim(seeds=1, compare="last")
    vote = {"samples": 8, "average": 0.52, "majority": 0.63, "difference": 0.11, "low": 0.08, "high": 0.14}
    for run in made.runs:
        run.votes = {"nano_math": Vote(**vote)}
        run.rounds[-1].in_force = 0
    page = render(made)
    table = page[page.index("nano_math, avg@8") : page.index("Sampled replies: the gain")]
    assert table.count("<b>0.0</b>") == 3
