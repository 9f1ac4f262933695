"""What labels are worth, on votes written by hand."""

from pathlib import Path
from typing import Any

import pytest

from crescent.config.schema import Voting
from crescent.records import Solution
from crescent.reporting.summary.labels import share, worth
from crescent.runs.shards import ShardFolder
from crescent.voting.ballots import decide

VOTING = Voting(samples=4, min_agreement=0.5, symbolic=False)


def figures(
    folder: Path, votes: dict[str, list[str | None]], truths: dict[str, str], voting: Voting, rule: str = "majority"
) -> dict[str, Any]:
    rows = {id: [solution(id, sample, answer) for sample, answer in enumerate(given)] for id, given in votes.items()}
    ShardFolder(folder / "solutions" / "00").write(0, [row for given in rows.values() for row in given])
    ShardFolder(folder / "consensus").write(0, [decide(id, given, voting, rule) for id, given in rows.items()])
    return worth(folder, truths, voting)


def solution(question: str, sample: int, answer: str | None) -> Solution:
    match = "marker" if answer else None
    return Solution(
        question=question, sample=sample, text="", answer=answer, match=match, stop="stop", tokens=1, logprob=-1.0
    )


def test_every_figure(tmp_path: Path) -> None:
    votes = {
        "a": ["4", "4", "4", "5"],  # accepted and right
        "b": ["7", "8", "8", "8"],  # accepted and wrong, one sample right
        "c": ["2", "2", "3", "3"],  # a tie: the majority takes the first, the vote nothing
        "d": [None, None, None, None],
    }
    found = figures(tmp_path, votes, {"a": "4", "b": "7", "c": "2", "d": "1"}, VOTING)
    assert (found["questions"], found["solutions"], found["compared"]) == (4, 16, 4)
    assert found["single_sample"]["value"] == (3 + 1 + 2 + 0) / 16
    assert found["majority"]["value"] == 0.5
    assert (found["accepted"]["value"], found["accepted"]["n"], found["coverage"]) == (0.5, 2, 0.5)
    # One of two samples is right: a: 1, b: 1/2, c: 1 - (2 of 4 choose 2) / 6 = 5/6, d: 0.
    assert found["pass_at_k"]["2"]["value"] == pytest.approx((1 + 1 / 2 + 5 / 6 + 0) / 4)
    assert found["pass_at_k"]["4"]["value"] == 0.75
    bins = {one["high"]: (one["questions"], one["accuracy"]) for one in found["by_agreement"] if one["questions"]}
    assert bins == {0.1: (1, 0.0), 0.5: (1, 1.0), 0.8: (2, 0.5)}
    assert found["calibration_error"] == pytest.approx((1 * 0 + 1 * 0.5 + 2 * 0.25) / 4)
    assert (found["no_answer"], found["matches"]) == (0.25, {"marker": 12})


def test_answers_are_compared_by_meaning(tmp_path: Path) -> None:
    found = figures(tmp_path, {"a": ["0.5", "50%", "1", "2"]}, {"a": "0.5"}, VOTING)
    assert found["single_sample"]["value"] == 0.5
    assert found["accepted"] == {"value": 1.0, "low": pytest.approx(0.025), "high": 1.0, "n": 1}


def test_single_samples_are_compared_on_equally_many_when_sampling_is_adaptive(tmp_path: Path) -> None:
    """The second question was asked twice as often because it is hard; its later samples must not weigh more."""
    adaptive = Voting(samples=4, min_agreement=0.5, symbolic=False, adaptive="lossless", step=2)
    votes: dict[str, list[str | None]] = {"a": ["4", "4"], "b": ["7", "8", "9", "9"]}
    found = figures(tmp_path, votes, {"a": "4", "b": "9"}, adaptive)
    assert (found["compared"], found["solutions"]) == (2, 6)
    assert found["single_sample"]["value"] == 0.5
    assert set(found["pass_at_k"]) == {"1", "2"}


def test_a_rule_without_a_vote_still_has_a_majority_to_compare_with(tmp_path: Path) -> None:
    voting = Voting(samples=3, symbolic=False)
    found = figures(tmp_path, {"a": ["5", "4", "4"]}, {"a": "4"}, voting, "first")
    assert (found["majority"]["value"], found["accepted"]["value"]) == (1.0, 0.0)


def test_share() -> None:
    assert share([]) == {"value": None, "low": None, "high": None, "n": 0}
    found = share([True, False, False, False])
    assert (found["value"], found["n"]) == (0.25, 4)
    assert 0 < found["low"] < 0.25 < found["high"] < 1
