import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from crescent.evaluation.tasks import check_tasks, find_task, harness_tasks, own_tasks

from .conftest import SHARED


def test_ours_and_the_harnesss_are_found() -> None:
    assert "svamp" in own_tasks()
    path = find_task("gsm8k")
    assert path is not None and path.name == "gsm8k.yaml"
    assert {"mmlu", "arc_challenge", "asdiv_cot_llama", "truthfulqa_mc2"} <= harness_tasks().keys()
    assert find_task("no_such_benchmark") is None


def test_own_tasks_are_free_of_mistakes() -> None:
    assert check_tasks([name for name in own_tasks() if name.startswith("nano_")], {}) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gsmk8", "gsmk8: no such benchmark; did you mean gsm8k?"),
        ("humaneval", "executes code that the model writes"),
        ("cruxeval_input", "executes code that the model writes"),
        ("nowhere/my.yaml", "no such task file"),
    ],
)
def test_a_task_that_cannot_run_is_named_with_its_reason(name: str, words: str) -> None:
    (mistake,) = check_tasks([name], {})
    assert words in mistake


def test_hub_data_that_are_not_here(tmp_path: Path) -> None:
    code = "from crescent.evaluation.tasks import check_tasks; print(*check_tasks(['gsm8k', 'mmlu'], {}), sep='\\n')"
    environment = {
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
    }
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.splitlines() == [
        "gsm8k: its data openai/gsm8k is not on this machine, and HF_HUB_OFFLINE forbids to load it; "
        "for your own copy set evaluation.local_data.gsm8k to its folder",
        "mmlu: its data cais/mmlu is not on this machine, and HF_HUB_OFFLINE forbids to load it",
    ]


def test_the_check_imports_no_torch() -> None:
    code = (
        "import sys; from crescent.evaluation.tasks import check_tasks; check_tasks(['nano_math', 'gsmk8'], {});"
        "sys.exit(bool({'torch', 'transformers', 'lm_eval', 'datasets', 'numpy'} & sys.modules.keys()))"
    )
    subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(Path(__file__).parents[2] / "src")}, check=True)


def test_local_data_of_a_task_that_is_not_evaluated() -> None:
    assert check_tasks([], {"gsm8k": "/x"}) == ["evaluation.local_data.gsm8k: the task gsm8k is not evaluated"]


def test_local_data_of_a_group() -> None:
    (mistake,) = check_tasks(["mmlu"], {"mmlu": "/x"})
    assert "name its members as tasks" in mistake


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the benchmark data in ../shared/data")
def test_shared_data_are_usable() -> None:
    folders = {"gsm8k": str(SHARED / "gsm8k"), "svamp": str(SHARED / "svamp")}
    assert check_tasks(["gsm8k", "svamp"], folders, num_fewshot=0) == []
    (mistake,) = check_tasks(["gsm8k", "svamp"], folders, num_fewshot=5)
    assert "svamp has no train.jsonl" in mistake


def test_the_benchmarks_of_the_configuration_exist() -> None:
    for file in (Path(__file__).parents[2] / "conf" / "evaluation").glob("*.yaml"):
        settings = yaml.safe_load(file.read_text(encoding="utf-8"))
        if "tasks" not in settings:  # It takes them from a neighbour.
            continue
        for name in [*settings["tasks"], *([settings["dev_task"]] if "dev_task" in settings else [])]:
            assert find_task(name) is not None, f"{file.name}: {name}"
