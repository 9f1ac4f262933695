import json
from pathlib import Path

import pytest

from crescent.evaluation.harness import evaluate
from crescent.evaluation.loading import benchmark_questions
from crescent.evaluation.sampled import load_problems
from crescent.evaluation.tasks import check_tasks, own_tasks
from crescent.evaluation.version import task_version
from crescent.fresh import problems
from crescent.models.load import Loaded

FRESH = {"fresh_easy": 300, "fresh_medium": 300, "fresh_hard": 300, "crescent_fresh": 400}


def test_sizes_and_levels_are_those_of_the_first_line() -> None:
    questions = benchmark_questions([*FRESH, "fresh_hard@7"], {})
    assert {name: len(texts) for name, texts in questions.items()} == FRESH | {"fresh_hard@7": 300}
    for name, texts in questions.items():
        assert len(set(texts)) == len(texts)
        comment = own_tasks()[name.partition("@")[0]].read_text().splitlines()[0]
        assert comment.endswith(f": {len(texts)} problems.")
    drawn = {problem.question for level in (6, 7, 8) for problem in problems(7, level, 100)}
    assert set(questions["fresh_hard@7"]) == drawn
    assert set(questions["fresh_hard"]).isdisjoint(drawn)
    assert [problems(0, level, 1)[0].question for level in (1, 2)] == questions["fresh_easy"][:2]


def test_a_seed_goes_through_the_harness_beside_another(nano: Loaded) -> None:
    names = ["fresh_easy@3", "fresh_easy@4", "crescent_fresh"]
    results = evaluate((nano.model, nano.tokenizer), names, max_new_tokens=4, limit=2)
    assert [result.task for result in results] == names
    assert all(result.primary == "equivalent,none" and result.n == 2 for result in results)
    assert len({item.question for result in results for item in result.items}) == 6
    assert results[0].items[0].id == "fresh_easy@3/0"


def test_right_and_wrong_replies() -> None:
    found = load_problems("fresh_medium@9", "equivalent,none", limit=3)
    answer = problems(9, 3, 1)[0].answer
    replies = [f"So it is \\boxed{{{answer}}}.", f"The answer is {answer}", f"\\boxed{{{answer}1}}", "no idea", ""]
    assert found.judge("fresh_medium@9/0", replies) == (
        [True, True, False, False, False],
        [True, True, True, False, False],
    )


def test_each_seed_is_a_version_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert len({task_version(name) for name in ("fresh_hard", "fresh_hard@7", "fresh_hard@8", "fresh_easy@7")}) == 4
    before = task_version("fresh_hard")
    (tmp_path / "fresh").mkdir()
    (tmp_path / "fresh" / "words.py").write_text("THINGS = ['stones']\n")
    monkeypatch.setattr("crescent.evaluation.version.PACKAGE", tmp_path)
    task_version.cache_clear()
    assert task_version("fresh_hard") != before  # What draws the problems is part of what they are.
    task_version.cache_clear()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["fresh_hard@7", "fresh_hard@8", "fresh_hard"], []),
        (["nano_math@7"], ["nano_math@7: the problems of nano_math are not drawn from a seed; name it without @7"]),
        (
            ["fresh_hard", "fresh_hard@0"],
            ["fresh_hard@0: these are the problems of fresh_hard; name another seed, as in fresh_hard@1"],
        ),
        (["fresh_har@7"], ["fresh_har@7: no such benchmark; did you mean fresh_hard?"]),
        (["fresh_hard@x"], ["fresh_hard@x: no such benchmark; did you mean fresh_hard?"]),
    ],
)
def test_what_is_wrong_with_a_seed(names: list[str], said: list[str]) -> None:
    assert [mistake.split(" or ")[0].removesuffix("?") for mistake in check_tasks(names, {})] == [
        line.removesuffix("?") for line in said
    ]


def test_local_rows_take_the_place_of_drawn_ones(tmp_path: Path) -> None:
    (tmp_path / "test.jsonl").write_text(json.dumps({"question": "1 + 1?", "answer": "2"}))
    data = {"fresh_easy": str(tmp_path)}
    assert check_tasks(["fresh_easy"], data) == []
    assert benchmark_questions(["fresh_easy"], data) == {"fresh_easy": ["1 + 1?"]}
    (mistake,) = check_tasks(["fresh_easy@7"], {"fresh_easy@7": str(tmp_path)})
    assert mistake.startswith("evaluation.local_data.fresh_easy@7: what is drawn from a seed has no data")
