"""Runs that share a store: an equal run makes nothing, and one that votes otherwise samples nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crescent.commands.run import start
from crescent.config.schema import Config
from crescent.loop.execution.process import ProcessExecutor
from crescent.loop.stages.context import Context
from crescent.records import Solution
from crescent.runs.folder import Run, read_json
from crescent.runs.manifest import check_files
from crescent.runs.shards import ShardFolder
from crescent.runs.store import Store
from tests.conftest import tiny
from tests.system.commandline import contents, differences

pytestmark = pytest.mark.slow


@pytest.fixture
def store(finished_run: Path, tmp_path: Path) -> Path:
    """A store with every stage of `finished_run`."""
    for manifest in Run(finished_run, tiny()).manifests():
        Store(tmp_path / "store").put(finished_run / manifest.spec.stage, manifest)
    return tmp_path / "store"


def sharing(store: Path, name: str = "tiny") -> Config:
    config = tiny(name)
    config.store = str(store)
    return config


def cost(folder: Path) -> dict[str, tuple[float, int, bool]]:
    summary = read_json(folder / "summary.json") or {}
    return {entry["stage"]: (entry["seconds"], entry["tokens"], entry["taken_over"]) for entry in summary["cost"]}


def without_cost(folder: Path) -> dict[str, Any]:
    """Without the pool as well, which follows from the rows and is not needed where nothing is compared with it."""
    found = {name: content for name, content in contents(folder).items() if not name.startswith("pool/")}
    for name in ("config.yaml", "summary.json"):
        found.pop(name)
    for name, content in found.items():
        if name.endswith("/manifest.json"):
            content["content"].pop("tokens", None)
    return found


def test_an_equal_run_makes_nothing(finished_run: Path, store: Path, tmp_path: Path) -> None:
    assert start(sharing(store), tmp_path / "again") == 0
    assert set(cost(tmp_path / "again").values()) == {(0.0, 0, True)}
    assert cost(tmp_path / "again").keys() == cost(finished_run).keys()
    assert differences(without_cost(finished_run), without_cost(tmp_path / "again")) == []


def test_other_rules_of_voting_sample_nothing(finished_run: Path, store: Path, tmp_path: Path) -> None:
    config = sharing(store, "another name")
    config.rounds = 1
    config.voting.min_agreement, config.voting.marker, config.voting.representative = 0.75, "", "shortest"
    assert start(config, tmp_path / "other") == 0
    spent = cost(tmp_path / "other")
    for shared in ("base/evaluation", "round-01/questions"):
        assert spent[shared] == (0.0, 0, True)
    assert spent["round-01/answers"][1:] == (0, True)
    assert spent["round-01/training"][1] > 0 and not spent["round-01/training"][2]
    place = "round-01/answers/solutions/00"
    here, there = (list(ShardFolder(run / place).stream(Solution)) for run in (tmp_path / "other", finished_run))
    assert [row.text for row in here] == [row.text for row in there]
    for run in (finished_run, tmp_path / "other"):  # no run has written into what the other one has, too
        for manifest in Run(run, tiny()).manifests():
            check_files(run / manifest.spec.stage, manifest)


def test_a_stage_in_a_process_of_its_own_finds_the_store_too(
    store: Path, tmp_path: Path, context_of: Callable[..., Context]
) -> None:
    context = context_of(tmp_path / "apart", sharing(store))
    manifest = ProcessExecutor(context)("evaluation", "base", context.base)
    assert (manifest.seconds, manifest.tokens) == (0.0, 0)
    assert context.run.events.taken_over("base/evaluation") == {}
