from collections import Counter
from pathlib import Path

import pytest

from crescent.loop.stages.rows import solutions
from crescent.records import Consensus, Question, Solution
from crescent.runs.manifest import MANIFEST, Manifest, read_sealed
from crescent.runs.shards import ShardFolder
from crescent.voting.ballots import decide
from crescent.voting.extraction import extract_answer
from tests.conftest import tiny


@pytest.fixture(scope="module")
def folder(finished_run: Path) -> Path:
    return finished_run / "round-01" / "answers"


@pytest.fixture(scope="module")
def outcomes(folder: Path) -> list[Consensus]:
    return list(ShardFolder(folder / "consensus").stream(Consensus))


@pytest.fixture(scope="module")
def by_question(folder: Path) -> dict[str, list[Solution]]:
    found: dict[str, list[Solution]] = {}
    for row in solutions(folder):
        found.setdefault(row.question, []).append(row)
    return found


def manifest_of(run: Path, name: str) -> Manifest:
    found = read_sealed(run / name / MANIFEST, Manifest)
    assert found is not None
    return found


def test_every_accepted_question_has_its_samples_and_one_outcome(
    finished_run: Path, by_question: dict[str, list[Solution]], outcomes: list[Consensus]
) -> None:
    asked = [row.id for row in ShardFolder(finished_run / "round-01/questions/accepted").stream(Question)]
    assert list(by_question) == asked == [row.question for row in outcomes]
    for rows in by_question.values():
        assert [row.sample for row in rows] == [0, 1, 2, 3]


def test_answers_are_those_read_from_the_texts(by_question: dict[str, list[Solution]]) -> None:
    for row in (row for rows in by_question.values() for row in rows):
        found = extract_answer(row.text, "####")
        assert (row.answer, row.match) == ((found.value, found.match) if found else (None, None))


def test_votes_are_those_of_a_new_count(by_question: dict[str, list[Solution]], outcomes: list[Consensus]) -> None:
    for row in outcomes:
        assert decide(row.question, by_question[row.question], tiny().voting) == row
        counts = Counter(s.answer for s in by_question[row.question] if s.answer is not None)
        if row.reason is None:
            assert counts[row.answer] == row.votes
            assert row.agreement == row.votes / 4 >= 0.5


def test_figures_are_those_of_the_rows(
    finished_run: Path, by_question: dict[str, list[Solution]], outcomes: list[Consensus]
) -> None:
    manifest = manifest_of(finished_run, "round-01/answers")
    rows = [row for found in by_question.values() for row in found]
    facts = manifest.facts
    assert (facts["questions"], facts["solutions"]) == (len(outcomes), len(rows))
    assert facts["no_answer"] == sum(row.answer is None for row in rows)
    assert facts["no_answer"] + sum(facts["matches"].values()) == len(rows)
    assert facts["accepted"] == sum(row.reason is None for row in outcomes)
    assert facts["drops"] == dict(sorted(Counter(row.reason for row in outcomes if row.reason).items()))
    assert facts["mean_agreement"] == pytest.approx(sum(row.agreement for row in outcomes) / len(outcomes))
    assert manifest.tokens == sum(row.tokens for row in rows)
