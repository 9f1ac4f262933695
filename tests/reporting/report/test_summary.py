import pytest

from crescent.errors import DamagedError
from crescent.reporting.report.pool import vendi
from crescent.reporting.report.summary import read

from . import example


def test_a_null_and_a_missing_key_mean_the_same() -> None:
    raw = example.summary(1)
    raw["rounds"][0]["answers"]["audit"] = None
    raw["rounds"][0]["gate"] = None
    found = read(raw)
    assert found.rounds[0].answers is not None
    assert found.rounds[0].answers.audit is None
    assert found.rounds[0].gate is None


def test_nulls_of_the_configuration_are_kept() -> None:
    assert read(example.summary(1)).config["run_dir"] is None


def test_a_wrong_type_is_named_with_its_place() -> None:
    raw = example.summary(1)
    raw["rounds"][0]["questions"]["written"] = "many"
    with pytest.raises(
        DamagedError, match=r"Expected `int \| null`, got `str` - at `\$.rounds\[0\].questions.written`"
    ):
        read(raw)


def test_whole_numbers_of_the_diversity_may_come_as_floats() -> None:
    raw = example.summary(1)
    raw["rounds"][0]["questions"]["waves"][0]["diversity"] |= {"templates": 702.0, "vendi_sample": 256.0}
    assert (found := read(raw).rounds[0].questions) is not None
    assert found.waves[0].diversity is not None
    assert vendi(found.waves[0].diversity) == "130.2 of 256"


def test_unknown_keys_of_a_newer_version_are_passed_over() -> None:
    assert read(example.summary(1, colour="blue")).name == "nano"


def test_tasks_come_in_the_order_of_the_configuration_with_the_dev_task_last() -> None:
    raw = example.summary(1, tasks=["nano_skills", "nano_math"])
    assert read(raw).measured_tasks() == ["nano_skills", "nano_math", "nano_hard", "nano_dev"]


def test_options_are_read_by_dotted_path() -> None:
    found = read(example.summary(1))
    assert found.option("voting.min_agreement") == 0.4
    assert found.option("voting.none.such") is None
