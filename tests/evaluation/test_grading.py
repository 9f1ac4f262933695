"""Known right and wrong replies to hand-written problems of our tasks."""

from typing import Any

import pytest

from .own import code_of

boxed, splits, options, bbeh = (
    code_of("boxed", "grading"),
    code_of("boxed", "splits"),
    code_of("choices", "options"),
    code_of("bbeh", "grading"),
)

RIGHT = [
    ("\\frac{1}{2}", "So the share is \\boxed{\\frac12}."),
    ("\\frac{1}{2}", "The answer is 0.5."),
    ("\\left( 3, \\frac{\\pi}{2} \\right)", "\\boxed{(3,\\pi/2)}"),
    ("[2,5)", "The domain is $\\boxed{[2, 5)}$."),
    ("(-\\infty, 2)\\cup(3,\\infty)", "\\boxed{(3,\\infty)\\cup(-\\infty,2)}"),
    ("2\\sqrt{3}", "\\boxed{\\sqrt{12}}"),
    ("\\text{Evelyn}", "She is the fastest, so \\boxed{\\text{Evelyn}}."),
    ("27.0", "\\boxed{27}"),
    ("204", "Hence the sum is\n\n$$\\boxed{204}$$"),
    ("3.83e35", "\\boxed{3.83 \\times 10^{35}}"),
    ("1, -2", "\\boxed{-2, 1}"),
    ("90^\\circ", "\\boxed{90}"),
    ("x^2+2x+1", "\\boxed{(x+1)^2}"),
]
WRONG = [
    ("\\frac{1}{2}", "\\boxed{\\frac{1}{3}}"),
    ("\\frac{1}{2}", "First \\boxed{\\frac{1}{2}}. No, that was wrong. Finally, \\boxed{\\frac{1}{3}}."),
    ("[2,5)", "\\boxed{(2,5)}"),
    ("(1,2)", "\\boxed{(2,1)}"),
    ("2n+1", "\\boxed{2n-1}"),
    ("3.83e35", "\\boxed{3.8 \\times 10^{35}}"),
    ("204", "I cannot solve this."),
    ("204", ""),
    ("1, -2", "\\boxed{1}"),
    ("p - q", "\\boxed{q - p}"),
]


@pytest.mark.parametrize(("answer", "reply"), RIGHT)
def test_right_formulas(answer: str, reply: str) -> None:
    assert boxed.formula({"problem": "?", "answer": answer}, [reply])["equivalent"] == 1


@pytest.mark.parametrize(("answer", "reply"), WRONG)
def test_wrong_formulas(answer: str, reply: str) -> None:
    assert boxed.formula({"Problem": "?", "Answer": answer}, [reply])["equivalent"] == 0


def test_the_harnesss_own_rule_stands_beside() -> None:
    plain, other = (
        boxed.formula({"answer": "\\sqrt{12}"}, [f"\\boxed{{{text}}}"]) for text in ("\\sqrt{12}", "2\\sqrt3")
    )
    assert plain == {"equivalent": 1, "exact_match": 1, "answered": 1}
    assert other == {"equivalent": 1, "exact_match": 0, "answered": 1}


@pytest.mark.parametrize(
    ("final", "error", "reply", "right"),
    [
        (["$(1,8,19), (2,7,13), (4,5,7)$"], None, "\\boxed{(2,7,13), (1,8,19), (4,5,7)}", True),
        (["$(1,8,19), (2,7,13), (4,5,7)$"], None, "\\boxed{(2,7,13), (1,8,19)}", False),
        (["$(1,8,19)$"], None, "\\boxed{(8,1,19)}", False),
        (["$\\frac{1}{2}$, $3$"], None, "\\boxed{3, \\frac{1}{2}}", True),
        (["$\\frac{1}{2}$", "$3$"], None, "\\boxed{3, \\frac{1}{2}}", True),
        (["$\\frac{1}{2}$, $3$"], None, "\\boxed{3}", False),
        (["12"], None, "\\boxed{12 \\text{ cm}}", True),
        (["2.4"], "1e-1", "\\boxed{2.45}", True),
        (["2.4"], "1e-1", "\\boxed{2.6}", False),
        (["2.4"], None, "\\boxed{2.45}", False),
        (["2.4, 7"], "0.1,", "\\boxed{2.45, 7}", False),
        (["2.4, 7"], "0.1,0.5", "\\boxed{2.45, 7.5}", True),
        (["$\\frac{n(n+1)}{2}$"], "1e-1", "\\boxed{\\frac{n^2+n}{2}}", True),
        ("$n$ is even", None, "\\boxed{n \\text{ is even}}", True),
    ],
)
def test_several_answers_units_and_tolerances(final: Any, error: str | None, reply: str, right: bool) -> None:
    doc = {"question": "?", "final_answer": final, "error": error}
    assert boxed.olympiad(doc, [reply])["equivalent"] == right


def test_no_reply_takes_long() -> None:
    """Bombs, loops and rubbish are wrong, without an exception."""
    for reply in ("\\boxed{9^{9^{9^{9}}}}", "\\boxed{" * 5000, "\\boxed{" + "(" * 5000, "1" * 50_000, "\\boxed{1/0}"):
        assert boxed.formula({"answer": "\\frac{1}{7}"}, [reply])["equivalent"] == 0
        assert boxed.olympiad({"final_answer": ["7"], "error": "1e-1"}, [reply])["equivalent"] == 0


@pytest.mark.parametrize(
    ("solution", "expected"),
    [
        ("It is $\\boxed{\\frac{1}{\\sqrt{2}}}$.", "\\frac{1}{\\sqrt{2}}"),
        ("First \\boxed{1}, then \\fbox{2}", "2"),
        ("\\boxed 7$", "7"),
        ("no box", ""),
        ("\\boxed{1", ""),
    ],
)
def test_the_answer_of_a_training_problem(solution: str, expected: str) -> None:
    assert splits.boxed(solution) == expected


GPQA = {
    "Question": "Which planet is hottest?",
    "Correct Answer": "Venus ",
    "Incorrect Answer 1": "Mars",
    "Incorrect Answer 2": "Mercury",
    "Incorrect Answer 3": "Earth",
}


def test_the_order_of_options_is_the_same_each_time_and_not_the_datas() -> None:
    prompts = {options.prompt(GPQA) for _ in range(3)}
    assert len(prompts) == 1
    letters = {options.letter(GPQA | {"Question": f"Question {n}?"}) for n in range(40)}
    assert letters == set("ABCD")
    assert f"{options.letter(GPQA)}. Venus\n" in prompts.pop()


@pytest.mark.parametrize(
    ("reply", "chosen"),
    [
        ("So \\boxed{B}.", "B"),
        ("The answer is \\boxed{\\text{(B)}}", "B"),
        ("The answer is (C).", "C"),
        ("\\boxed{A. Venus}", "A"),
        ("\\boxed{\\text{B) Mars}}", "B"),
        ("\\boxed{Mars}", "B"),
        ("\\boxed{\\text{mars.}}", "B"),
        ("\\boxed{E}", None),
        ("\\boxed{A planet}", None),
        ("\\boxed{Pluto}", None),
        ("I do not know.", None),
        ("", None),
    ],
)
def test_the_letter_of_a_reply(reply: str, chosen: str | None) -> None:
    assert options.choice(reply, ["Venus", "Mars", "Earth"]) == chosen


def test_a_letter_is_right_or_wrong() -> None:
    doc = {"question": "?", "options": ["x", "y", "z"], "answer_letter": "B"}
    said = [options.score(doc, [reply]) for reply in ("\\boxed{B}", "\\boxed{C}", "no idea")]
    assert said == [{"letter": 1, "answered": 1}, {"letter": 0, "answered": 1}, {"letter": 0, "answered": 0}]


@pytest.mark.parametrize(
    ("target", "reply", "right"),
    [
        ("(A)", "\\boxed{A}", True),
        ("A", "The answer is (A).", True),
        ("yes, no, unknown", "\\boxed{\\text{Yes,no, unknown}}", True),
        ("yes, no, unknown", "\\boxed{no, yes, unknown}", False),
        ("1, 2", "\\boxed{2, 1}", False),
        ("4.0", "\\boxed{4}", True),
        ("proved", "\\boxed{\\text{proved}}", True),
        ("proved", "\\boxed{disproved}", False),
        ("12", "I do not know.", False),
    ],
)
def test_texts_of_bbeh(target: str, reply: str, right: bool) -> None:
    assert bbeh.score({"input": "?", "target": target}, [reply])["same_text"] == right
