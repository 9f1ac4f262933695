"""A round with a budget of tokens answers the same questions whatever the size of shards, and says what is left."""

from pathlib import Path

import pytest

from crescent.commands.run import start
from crescent.records import Consensus
from crescent.runs.folder import read_json
from crescent.runs.shards import ShardFolder
from tests.conftest import tiny

pytestmark = pytest.mark.slow


def test_a_budget_cuts_the_same_questions_off_in_every_arm(finished_run: Path, tmp_path: Path) -> None:
    first = (read_json(finished_run / "summary.json") or {})["rounds"][0]
    budget = first["questions"]["tokens"] + first["answers"]["tokens"] // 2
    outcomes, facts = [], []
    for name, size, pairs in (("small", 3, "consensus"), ("large", 256, "unvoted")):
        config = tiny()
        config.rounds, config.evaluation.gate.enabled, config.voting.max_tokens = 1, False, budget
        config.backend.shard_size, config.training.pairs = size, pairs
        assert start(config, tmp_path / name) == 0
        outcomes.append(list(ShardFolder(tmp_path / name / "round-01/answers/consensus").stream(Consensus)))
        summary = read_json(tmp_path / name / "summary.json") or {}
        facts.append((summary["rounds"][0]["questions"], summary["rounds"][0]["answers"]))
    assert outcomes[0] == outcomes[1]
    beyond = [vote.question for vote in outcomes[0] if vote.reason == "beyond-budget"]
    assert 0 < len(beyond) < len(outcomes[0])
    assert beyond == [vote.question for vote in outcomes[0]][-len(beyond) :]
    for questions, answers in facts:
        assert answers["drops"]["beyond-budget"] == len(beyond)
        assert budget - 200 < questions["tokens"] + answers["tokens"] - answers["overshoot"] <= budget
    assert facts[0][1]["overshoot"] <= facts[1][1]["overshoot"]
