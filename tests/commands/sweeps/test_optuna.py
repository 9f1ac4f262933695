"""Hydra's Optuna sweeper: two real runs, and what is said where it cannot work."""

import shutil
from pathlib import Path

import pytest
import yaml

from crescent.commands.sweeps.objective import dev_best
from crescent.config import launcher
from crescent.config.preflight import Command, preflight
from crescent.errors import ConfigError
from crescent.runs.folder import read_json
from tests.system.commandline import TINY, crescent, tail

TPE = "hydra/sweeper=tpe"
FLOOR = "voting.min_agreement=interval(0.3,0.7)"


def mistakes(*overrides: str, multirun: bool = True) -> list[str]:
    try:
        preflight(Command(list(overrides), multirun=multirun))
    except ConfigError as error:
        return error.mistakes
    return []


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "_installed", lambda: True)


@pytest.mark.usefixtures("installed")
def test_both_ends_of_a_range_are_checked() -> None:
    assert mistakes(TPE, FLOOR) == []
    [mistake] = mistakes(TPE, "voting.min_agreement=interval(0.3,1.7)")
    assert mistake == "voting.min_agreement=1.7: must be a number from 0 to 1"
    assert "has no fixed list of values" in mistakes(FLOOR)[0]


@pytest.mark.usefixtures("installed")
def test_what_makes_no_sense() -> None:
    assert any("add -m" in mistake for mistake in mistakes(TPE, multirun=False))
    assert any("nothing to choose from" in mistake for mistake in mistakes(TPE, "rounds=1"))


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "_installed", lambda: False)
    assert mistakes(TPE, FLOOR) == [
        "hydra/sweeper=tpe needs the package `hydra-optuna-sweeper`: pip install 'crescent-lm[optuna]'"
    ]


def test_the_objective_is_the_dev_figure_of_the_best_round(finished_run: Path, tmp_path: Path) -> None:
    summary = read_json(finished_run / "summary.json")
    assert summary is not None
    best = summary["best_round"]
    part = summary["rounds"][best - 1] if best else summary["base"]
    assert dev_best(finished_run) == part["evaluation"]["nano_dev"]["value"]
    assert dev_best(tmp_path) is None


@pytest.mark.system
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_two_trials(tmp_path: Path) -> None:
    pytest.importorskip("hydra_plugins.hydra_optuna_sweeper", reason="extra `optuna`")
    command = ("-m", TPE, "hydra.sweeper.n_trials=2", *TINY, "rounds=1", FLOOR, "voting.samples=3,4")
    done = crescent(*command, output=tmp_path)
    assert done.returncode == 0, tail(done)
    runs = [path for path in tmp_path.glob("nano_quick*") if path.is_dir()]
    assert len(runs) == 2
    result = yaml.safe_load((tmp_path / "multirun/optimization_results.yaml").read_text())
    assert result["best_value"] == max(dev_best(run) or 0.0 for run in runs)
    assert set(result["best_params"]) == {"voting.min_agreement", "voting.samples"}
    shutil.rmtree(tmp_path / "multirun")
    again = crescent(*command, output=tmp_path)
    assert again.stdout.count("This run is complete") == 2, "the same command draws the same values"
    assert yaml.safe_load((tmp_path / "multirun/optimization_results.yaml").read_text()) == result
