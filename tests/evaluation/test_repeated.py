"""Which tasks are sampled how often, and which cannot be."""

import pytest

from crescent.config.schema import Config
from crescent.evaluation.repeated import check_repeated, fits, sampled_tasks


def configured(tasks: list[str], sampled: dict[str, int], dev_task: str = "nano_dev") -> Config:
    config = Config()
    config.evaluation.tasks, config.evaluation.dev_task, config.evaluation.sampled = tasks, dev_task, sampled
    return config


def test_a_file_names_its_tasks_that_are_measured_and_a_task_has_its_own_number() -> None:
    config = configured(["aime24_boxed", "math500", "gsm8k"], {"competition": 16, "math500": 4, "nano_dev": 2})
    assert sampled_tasks(config.evaluation) == {"nano_dev": 2, "aime24_boxed": 16, "math500": 4}
    assert check_repeated(config) == []


def test_the_first_of_two_files_counts_and_a_file_takes_what_it_inherits() -> None:
    config = configured(["gsm8k", "svamp", "math500"], {"reasoning_fewshot": 4, "selfplay": 8})
    assert sampled_tasks(config.evaluation) == {"gsm8k": 4, "svamp": 4, "math500": 8}


def test_of_a_file_the_tasks_that_ask_for_no_text_are_left_out() -> None:
    config = configured(["arc_challenge", "ifeval"], {"general": 4})
    assert set(sampled_tasks(config.evaluation)) <= {"ifeval"}
    assert fits("ifeval")


def test_nothing_is_sampled_unless_something_is_named() -> None:
    config = Config()
    assert config.evaluation.sampled is None
    assert sampled_tasks(config.evaluation) == {}
    assert check_repeated(config) == []


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("arc_challenge", "scores given answers and asks for no text"),
        ("mmlu", "scores given answers and asks for no text"),
        ("wikitext", "scores given answers and asks for no text"),
        ("truthfulqa_gen", "no right answer, only a likeness to a text"),
    ],
)
def test_a_task_without_a_right_answer_is_refused(task: str, words: str) -> None:
    (mistake,) = check_repeated(configured([task], {task: 4}))
    assert mistake.startswith(f"evaluation.sampled.{task}: {task} ")
    assert words in mistake


@pytest.mark.parametrize("task", ["gsm8k", "svamp", "mmlu_pro", "bbh_cot_zeroshot", "bbeh_mini", "fresh_easy"])
def test_tasks_of_ours_and_of_the_harness_that_ask_for_text(task: str) -> None:
    assert check_repeated(configured([task], {task: 4})) == []


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    (mistake,) = check_repeated(configured(["nano_math"], {"nano_mat": 4}))
    assert mistake.startswith("evaluation.sampled.nano_mat: no task that is measured, and no file of conf/evaluation; ")
    assert "did you mean nano_math" in mistake
    (mistake,) = check_repeated(configured(["nano_math"], {"zzz": 4}))
    assert mistake.endswith("it takes nano_dev, nano_math")
    (mistake,) = check_repeated(configured(["nano_math"], {"gsm8k": 4}))  # a benchmark, but not a measured one
    assert "evaluation.sampled.gsm8k: no task that is measured" in mistake


def test_a_file_of_which_nothing_is_measured() -> None:
    (mistake,) = check_repeated(configured(["nano_math"], {"competition": 4}))
    assert "no task of it that could be sampled is measured" in mistake


def test_a_server_takes_no_worked_examples() -> None:
    config = configured(["nano_math"], {"nano_math": 4})
    config.backend.name, config.evaluation.num_fewshot = "server", 5
    (mistake,) = check_repeated(config)
    assert "evaluation.num_fewshot=0" in mistake
    config.evaluation.num_fewshot = 0
    assert check_repeated(config) == []
