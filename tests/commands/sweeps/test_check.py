from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from crescent import cli
from crescent.commands.sweeps.check import check, check_sweep
from crescent.commands.sweeps.values import arrives
from crescent.errors import ConfigError

GOOD: dict[str, Any] = {
    "program": "crescent",
    "method": "grid",
    "metric": {"name": "dev/best", "goal": "maximize"},
    "command": ["${interpreter}", "-m", "crescent", "+experiment=nano", "tracking=wandb", "${args_no_hyphens}"],
    "parameters": {"voting.samples": {"values": [4, 8]}},
}


def mistakes(tmp_path: Path, parameters: dict[str, Any] | None = None, **changed: Any) -> list[str]:
    content = GOOD | ({"parameters": parameters} if parameters is not None else {}) | changed
    file = tmp_path / "sweep.yaml"
    file.write_text(yaml.safe_dump({key: value for key, value in content.items() if value is not ...}))
    return check(file).mistakes


def test_a_good_file_says_how_many_runs_and_shows_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(GOOD))
    assert check_sweep([str(tmp_path / "a.yaml")]) == 0
    assert cli.main(["check-sweep", str(tmp_path / "a.yaml")]) == 0
    message = capsys.readouterr().out
    assert "good, 2 combinations" in message
    assert "python -m crescent +experiment=nano tracking=wandb voting.samples=4" in message


@pytest.mark.parametrize(
    ("parameters", "line"),
    [
        ({"voting.sampels": {"values": [1]}}, "voting.sampels=1: unknown key; did you mean voting.samples?"),
        ({"voting.sampels": {"values": [None]}}, "voting.sampels: unknown key; did you mean voting.samples?"),
        ({"voting.samples": {"values": [0, 8]}}, "voting.samples=0: must be a whole number from 1 to 4096"),
        ({"voting.samples": {"min": 0.5, "max": 8.5}}, "takes whole numbers and uniform draws fractions"),
        ({"voting.samples": {"min": 0, "max": 8}}, "voting.samples=0: must be a whole number from 1"),
        ({"voting.samples": {"distribution": "normal", "mu": 1}}, "distribution normal is not checked here"),
        ({"voting.min_agreement": {"distribution": "log_uniform", "min": -2, "max": -1}}, "takes exponents of e"),
        ({"training.max_pairs": {"values": [None]}}, "null arrives as the text None"),
        ({"questions.bait": {"values": ["a, b"]}}, "a comma makes it a sweep of Hydra's inside of one run"),
        ({"dedup.minhash": {"values": [{"size": 2}]}}, "a dict arrives in Python's notation"),
        ({"voting": {"parameters": {"samples": {"values": [3]}}}}, "write the dotted key voting.samples"),
        ({"questions.bait": {"values": ["a (b"]}}, "Hydra cannot read it"),
        ({"label": {"values": ["majorty"]}}, "label=majorty: no such choice"),
        ({"dedup": {"values": ["exact", "minhsh"]}}, "dedup=minhsh: no such choice"),
        ({"experiment": {"values": ["nano"]}}, "belongs into the command, as +experiment=NAME"),
        ({"voting.samples": 3}, "must be a mapping with values, value, or min and max"),
        ({"voting.samples": {"values": []}}, "values must be a list of at least one value"),
        ({"voting.samples": {"min": 8, "max": 2}}, "min must be below max"),
        ({}, "parameters: must be a mapping of dotted keys to values"),
    ],
)
def test_parameters(tmp_path: Path, parameters: dict[str, Any], line: str) -> None:
    assert any(line in mistake for mistake in mistakes(tmp_path, parameters)), mistakes(tmp_path, parameters)


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"program": ...}, "program: missing"),
        ({"method": "gird"}, "method: must be one of grid, random, bayes"),
        ({"metric": {"name": "dev_best", "goal": "maximize"}}, "metric: no run logs dev_best"),
        ({"metric": {"name": "dev/best", "goal": "max"}}, "metric: goal must be maximize or minimize"),
        ({"metric": ..., "method": "bayes"}, "metric: missing; bayes and early_terminate need name and goal"),
        ({"early_terminate": {"type": "median"}}, "early_terminate: type must be hyperband"),
        ({"command": ["python", "-m", "crescent", "tracking=wandb", "${args}"]}, "${args} is not of use here"),
        ({"command": "python -m crescent"}, "command: must be a list of texts"),
        ({"command": ["crescent", "-m", "tracking=wandb", "${args_no_hyphens}"]}, "--multirun does not go"),
        ({"command": ["python", "-m", "crescent", "${args_no_hyphens}"]}, "tracking=wandb is missing"),
        ({"command": ["crescent", "+experiment=nan", "tracking=wandb", "${args_no_hyphens}"]}, "no such choice"),
    ],
)  # fmt: skip
def test_the_rest_of_the_file(tmp_path: Path, changed: dict[str, Any], line: str) -> None:
    assert any(line in mistake for mistake in mistakes(tmp_path, **changed)), mistakes(tmp_path, **changed)


def test_all_mistakes_of_all_files_at_once(tmp_path: Path) -> None:
    bad = GOOD | {"method": "x", "parameters": {"voting.samples": {"values": [0, None]}, "rouds": {"values": [1]}}}
    (tmp_path / "bad.yaml").write_text(yaml.safe_dump(bad))
    (tmp_path / "torn.yaml").write_text("a: [1\n")
    (tmp_path / "list.yaml").write_text("- 1\n")
    names = [str(tmp_path / name) for name in ("bad.yaml", "torn.yaml", "list.yaml", "absent.yaml")]
    with pytest.raises(ConfigError) as caught:
        check_sweep(names)
    message = str(caught.value)
    for line in (
        "method: must be",
        "null arrives",
        "rouds=1: unknown key; did you mean rounds?",
        "torn.yaml: not valid YAML",
        "list.yaml: not a mapping",
        "absent.yaml: No such file",
    ):
        assert line in message
    assert cli.main(["check-sweep", *names]) == 2
    with pytest.raises(ConfigError, match="name at least one"):
        check_sweep([])


def test_what_two_keys_make_of_each_other_is_found(tmp_path: Path) -> None:
    found = mistakes(tmp_path, {"voting.samples": {"values": [2, 8]}, "voting.min_votes": {"values": [2, 4]}})
    assert found == ["voting.min_votes=4 is more than voting.samples=2"]


def test_the_ends_of_a_range_are_checked(tmp_path: Path) -> None:
    [mistake] = mistakes(tmp_path, {"voting.min_agreement": {"min": 0.5, "max": 1.5}}, method="random")
    assert mistake.startswith("voting.min_agreement=1.5: must be a number from 0 to 1")


@pytest.mark.parametrize("value", [1, 0.5, 1e-05, True, False, "nano", "org/model-1.0", [1, 2], "'a, b'", "null", -3])
def test_values_that_arrive(value: Any) -> None:
    assert list(arrives("voting.samples", value)) == []


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans()))
def test_every_scalar_arrives_as_it_is(value: Any) -> None:
    assert list(arrives("voting.samples", value)) == []
