import pytest

from crescent.errors import DamagedError
from crescent.reporting.report.summary import read

from . import example


def test_a_part_that_was_not_reached_is_none_whether_it_is_null_or_missing() -> None:
    raw = example.summary(1)
    raw["rounds"][0]["answers"]["audit"] = None
    raw["rounds"][0]["gate"] = None
    del raw["rounds"][0]["training"]
    found = read(raw)
    assert found.rounds[0].answers is not None
    assert found.rounds[0].answers.audit is None
    assert found.rounds[0].gate is found.rounds[0].training is None


def test_a_part_is_whole_or_not_there() -> None:
    raw = example.summary(1)
    del raw["rounds"][0]["answers"]["solutions"]
    with pytest.raises(DamagedError, match=r"`solutions` - at `\$\.rounds\[0\]\.answers`"):
        read(raw)


def test_nulls_of_the_configuration_are_kept() -> None:
    assert read(example.summary(1)).config["run_dir"] is None


def test_a_wrong_type_is_named_with_its_place() -> None:
    raw = example.summary(1)
    raw["rounds"][0]["questions"]["written"] = "many"
    with pytest.raises(DamagedError, match=r"Expected `int`, got `str` - at `\$.rounds\[0\].questions.written`"):
        read(raw)


def test_unknown_keys_of_a_newer_version_are_passed_over() -> None:
    assert read(example.summary(1, colour="blue")).name == "nano"


def test_tasks_come_in_the_order_of_the_configuration_with_the_dev_task_last() -> None:
    raw = example.summary(1, tasks=["nano_skills", "nano_math"])
    assert read(raw).measured_tasks() == ["nano_skills", "nano_math", "nano_hard", "nano_dev"]


def test_options_are_read_by_dotted_path() -> None:
    found = read(example.summary(1))
    assert found.option("voting.min_agreement") == 0.4
    assert found.option("voting.none.such") is None
