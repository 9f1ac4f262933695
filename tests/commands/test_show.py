"""`python -m crescent show`: a question's history as a person reads it."""

import subprocess
import sys
from pathlib import Path

import pytest

from crescent.loop.stages.rows import solutions
from crescent.records import Consensus, Drop, Pair, Question, Solution
from crescent.reporting.history import read_histories
from crescent.runs import rows
from crescent.runs.shards import ShardFolder

pytestmark = pytest.mark.slow
HEAVY = "{'torch', 'transformers', 'pytorch_lightning', 'lm_eval'} & sys.modules.keys()"


def show(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "crescent", "show", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_rewritten_question_tells_what_it_collided_with_and_what_became_of_it(finished_run: Path) -> None:
    folder = finished_run / "round-01/questions"
    collision = next(iter(ShardFolder(folder / "collisions").stream(Drop)))
    accepted = {question.id: question for question in ShardFolder(folder / "accepted").stream(Question)}
    id = collision.id.partition("-v")[0]
    done = show(str(finished_run), "--id", id)
    assert done.returncode == 0, done.stderr
    assert f"    {collision.text}\ncollided with {collision.other}" in done.stdout
    assert f"    {accepted[collision.other or ''].text}\n" in done.stdout
    if id in accepted:
        assert f"    {accepted[id].text}\n" in done.stdout
        assert f"accepted into the pool after {accepted[id].rewrites} rewrite" in done.stdout


def test_a_pair_is_followed_into_the_training_that_used_it(finished_run: Path) -> None:
    pair = rows.read(finished_run / "round-01/dataset/train.jsonl", Pair)[0]
    done = show(str(finished_run), "--find", pair.question.upper())
    assert done.returncode == 0, done.stderr
    assert f"training pair {pair.id} in round 1\n" in done.stdout
    assert "trained on in round 1" in done.stdout
    answers = finished_run / "round-01/answers"
    outcome = next(row for row in ShardFolder(answers / "consensus").stream(Consensus) if row.question == pair.id)
    sampled: list[Solution] = [row for row in solutions(answers) if row.question == pair.id]
    assert done.stdout.count("\nsolution ") == len(sampled) == outcome.samples
    assert f"consensus {outcome.answer}, {outcome.votes} of {outcome.samples} votes" in done.stdout
    assert f"solution {outcome.solution}, answer {outcome.answer}, stands for the consensus" in done.stdout


def test_every_question_of_the_run_has_one_end(finished_run: Path) -> None:
    """Rows in = rows out + drops, over the whole loop: nothing is left at a state from which it should have gone on."""
    ends = {history.state.partition(":")[0] for history in read_histories(finished_run).values()}
    assert ends <= {"trained on", "dropped"}


def test_several_questions_are_listed_with_their_ids(finished_run: Path) -> None:
    done = show(str(finished_run), "--find", "how many")
    assert done.returncode == 0
    assert "one of them whole: --id ID\n  r01-w001-q0" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--id", "r01-w001-q0000"], 1, "no question has the id r01-w001-q0000. The nearest ids: r01-w001-q000"),
        (["--find", "unicorns"], 1, "has 'unicorns' in any version of its text."),
        (["--find", "a", "--id", "b"], 2, "not allowed with argument"),
    ],
)
def test_what_is_not_there_is_said_in_a_line(finished_run: Path, arguments: list[str], code: int, said: str) -> None:
    done = show(str(finished_run), *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == code


def test_a_wrong_folder_names_the_nearest_run(finished_run: Path) -> None:
    done = show(str(finished_run)[:-1])
    assert done.returncode == 1
    assert done.stderr == f"{str(finished_run)[:-1]}: no such folder. The nearest runs: {finished_run}\n"


def test_it_starts_without_a_model_library(finished_run: Path) -> None:
    code = f"import sys; from crescent.cli import main; main(['show', sys.argv[1]]); sys.exit(str({HEAVY} or '') or 0)"
    done = subprocess.run([sys.executable, "-c", code, str(finished_run)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
