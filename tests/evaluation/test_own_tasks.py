"""Every task of ours through the real harness, on rows as its data have them."""

import json
from pathlib import Path
from typing import Any

import pytest

from crescent.evaluation.harness import evaluate
from crescent.evaluation.task_file import read_task
from crescent.evaluation.tasks import check_tasks, find_task, own_tasks
from crescent.models.load import Loaded
from tests.test_conf_tree import composed

GPQA = ("Question", "Correct Answer", "Incorrect Answer 1", "Incorrect Answer 2", "Incorrect Answer 3")
OPTIONS = [
    {"question": "a?", "options": ["x", "y", "z"], "answer_letter": "B"},
    {"question": "b?", "options": ["x", "y"], "answer_letter": "A"},
]
ROWS: dict[str, list[dict[str, Any]]] = {
    "aime24_boxed": [{"Problem": "a?", "Answer": 204}, {"Problem": "b?", "Answer": 5}],
    "aime25_boxed": [{"problem": "a?", "answer": "204"}, {"problem": "b?", "answer": "5"}],
    "amc23": [{"question": "a?", "answer": "27.0"}, {"question": "b?", "answer": "5.0"}],
    "bbeh": [{"input": "a?", "target": "(A)"}, {"input": "b?", "target": "1, 2"}],
    "bbeh_mini": [{"input": f"{mini}?", "target": "yes", "mini": mini} for mini in (1, 0, 1)],
    "gpqa_diamond_boxed": [dict(zip(GPQA, (f"{n}?", "a", "b", "c", "d"), strict=True)) for n in range(2)],
    "math500": [{"problem": "a?", "answer": "2"}, {"problem": "b?", "answer": "\\frac{1}{2}"}],
    "math_dev": [{"problem": "a?", "solution": "\\boxed{2}"}, {"problem": "b?", "solution": "\\boxed{\\frac{1}{2}}"}],
    "minerva": [{"question": "a?", "answer": "3.8e35"}, {"question": "b?", "answer": "x^2"}],
    "olympiadbench": [
        {"question": "a?", "final_answer": ["$1$, $2$"], "error": None},
        {"question": "b?", "final_answer": ["2"], "error": "1e-1"},
    ],
    "supergpqa": OPTIONS,
    "supergpqa_1000": OPTIONS,
}
TARGETS = {
    "math_dev": {"2", "\\frac{1}{2}"},
    "olympiadbench": {"$1$, $2$", "2"},
    "supergpqa": {"B", "A"},
    "bbeh_mini": {"yes"},
    "aime24_boxed": {"204", "5"},
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    root = tmp_path_factory.mktemp("data")
    for name, rows in ROWS.items():
        (root / name).mkdir()
        (root / name / "test.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return {name: str(root / name) for name in ROWS}


def test_each_runs_on_two_items_and_asks_for_a_box(nano: Loaded, data: dict[str, str]) -> None:
    assert check_tasks(list(ROWS), data, num_fewshot=0) == []
    results = evaluate((nano.model, nano.tokenizer), list(ROWS), local_data=data, max_new_tokens=4, limit=2)
    assert [result.task for result in results] == list(ROWS)
    for result in results:
        metric, _, _ = result.primary.partition(",")
        assert metric in {"equivalent", "letter", "same_text"}
        assert result.n == 2 and result.shots == 0
        assert result.answered == {"none": result.metrics["answered,none"]}
        assert {item.question for item in result.items} <= {f"{n}?" for n in ("a", "b", 0, 1)}
        assert {item.target for item in result.items} == TARGETS.get(
            result.task, {item.target for item in result.items}
        )


def test_these_are_all_of_ours() -> None:
    drawn_or_embedded = {name for name in own_tasks() if name.startswith(("nano_", "fresh_", "crescent_"))}
    assert own_tasks().keys() - drawn_or_embedded - {"svamp", "gsm8k_dev"} == ROWS.keys()


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_missing_column_is_named_before_the_run(name: str, tmp_path: Path) -> None:
    for column in ROWS[name][0].keys() - {"error", "options"}:
        row = {key: value for key, value in ROWS[name][0].items() if key != column}
        (tmp_path / "test.jsonl").write_text(json.dumps(row))
        (mistake,) = check_tasks([name], {name: str(tmp_path)}, num_fewshot=0)
        assert f"no column `{column}`, which the task {name} reads" in mistake


@pytest.mark.parametrize("name", ["competition", "selfplay", "transfer"])
def test_the_dev_task_is_held_out(name: str) -> None:
    evaluation = composed(f"evaluation={name}").evaluation
    assert evaluation.dev_task == "math_dev" and "math_dev" not in evaluation.tasks
    sources = [read_task(path) for task in evaluation.tasks if (path := find_task(task)) is not None]
    assert len(sources) == len(evaluation.tasks)
    assert "DigitalLearningGmbH/MATH-lighteval" not in {source.get("dataset_path") for source in sources}
