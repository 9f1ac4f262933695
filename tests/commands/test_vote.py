"""`stage=vote`: other rules on stored solutions. Most runs here are written by hand, so that every vote is known."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

import crescent
from crescent.commands.table import start
from crescent.commands.vote import revote
from crescent.config.schema import Config, Voting
from crescent.errors import RunFolderError
from crescent.records import Consensus, Question, Solution
from crescent.runs import rows
from crescent.runs.folder import Run
from crescent.runs.lock import locked
from crescent.runs.manifest import Facts
from crescent.runs.shards import ShardFolder
from crescent.voting.ballots import decide
from tests.conftest import tiny

VOTES = {
    "q1": ["4", "4", "4", "5"],
    "q2": ["7", "7", "8", "8"],
    "q3": ["1", "2", "3", None],
    "q4": [None, None, None, None],
    "q5": ["9", "9", "2", None],
}
TRUTH = {"q1": "4", "q2": "7"}
"""Of the questions that the nano world can solve."""
TEXTS = {
    "q1": "Ann has 2 apples. Ann gets 2 more apples. How many apples does Ann have now?",
    "q2": "Ann has 5 apples. Ann gets 2 more apples. How many apples does Ann have now?",
}


def configuration(**voting: Any) -> Config:
    config = Config(name="by-hand", stage="vote")
    config.voting = Voting(**{"samples": 4, "min_agreement": 0.5, "prompt": "{question}", "symbolic": False} | voting)
    return config


def written_by_hand(folder: Path, config: Config, votes: dict[str, list[str | None]] = VOTES) -> Path:
    """A run folder with one voted round."""
    folder.mkdir()
    (folder / "config.yaml").write_text(yaml.safe_dump(asdict(config)))
    run = Run(folder, config)
    questions = run.stage("round-01/questions", 1, {}, {})
    questions.begin()
    accepted = [Question(id=id, round=1, wave=1, text=TEXTS.get(id, "What?")) for id in votes]
    questions.shards("accepted").write(0, accepted)
    questions.finish(Facts())
    answers = run.stage("round-01/answers", 1, {}, {})
    answers.begin()
    solutions = {id: [solution(id, sample, a) for sample, a in enumerate(given)] for id, given in votes.items()}
    answers.shards("solutions/00").write(0, [row for given in solutions.values() for row in given])
    answers.shards("consensus").write(0, [decide(id, given, config.voting) for id, given in solutions.items()])
    answers.finish(Facts())
    return folder


def solution(question: str, sample: int, answer: str | None) -> Solution:
    text = f"Of 50 pens. The answer is {answer}." if answer else "Hm."
    match = "phrase" if answer else None
    return Solution(
        question=question, sample=sample, text=text, answer=answer, match=match, stop="stop", tokens=1, logprob=-1.0
    )


def figures(folder: Path, name: str = "round-01") -> dict[str, Any]:
    [file] = (folder / "revotes").glob("*.json")
    found: dict[str, Any] = json.loads(file.read_text())["rounds"][name]
    return found


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a run folder but the votes that came afterwards."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {name: path.read_bytes() for path in found if not (name := str(path.relative_to(folder))).startswith("revo")}


def test_other_rules_change_the_outcome(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = written_by_hand(tmp_path / "run", configuration())
    assert revote(configuration(min_agreement=0.6, reject_ties=False), folder) == 0
    found = figures(folder)
    assert (found["before"]["accepted"], found["now"]["accepted"]) == (2, 1)
    assert found["before"]["drops"] == {"no-answer": 1, "tie": 2}
    assert found["now"]["drops"] == {"agreement-low": 2, "few-votes": 1, "no-answer": 1}
    out = capsys.readouterr().out
    assert "voting.min_agreement: 0.5 there, 0.6 now; voting.reject_ties: True there, False now" in out
    assert "accepted               2 -> 1" in out
    assert "agreement-low          0 -> 2" in out


def test_label_accuracy_where_the_truth_is_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = configuration()
    config.evaluation.audit = "nano"
    folder = written_by_hand(tmp_path / "run", config)
    lenient = configuration(reject_ties=False, min_votes=1, min_agreement=0.0)
    lenient.evaluation.audit = "nano"
    revote(lenient, folder)
    found = figures(folder)
    assert (found["before"]["known"], found["before"]["label_accuracy"]) == (1, 1.0)
    assert (found["now"]["known"], found["now"]["label_accuracy"]) == (2, 1.0)
    assert "label accuracy  100.0 % of 1 -> 100.0 % of 2" in capsys.readouterr().out


def test_the_rows_are_written_beside_the_figures(tmp_path: Path) -> None:
    folder = written_by_hand(tmp_path / "run", configuration())
    lenient = configuration(reject_ties=False, min_votes=1, min_agreement=0.25)
    revote(lenient, folder)
    [path] = (folder / "revotes").glob("*/round-01.jsonl")
    outcome = {row.question: row for row in rows.read(path, Consensus)}
    assert {id: row.answer for id, row in outcome.items()} == {"q1": "4", "q2": "7", "q3": "1", "q4": None, "q5": "9"}
    assert json.loads(path.parent.with_suffix(".json").read_text())["voting"] == asdict(lenient.voting)


def test_every_set_of_rules_has_files_of_its_own(tmp_path: Path) -> None:
    folder = written_by_hand(tmp_path / "run", configuration())
    for threshold in (0.6, 0.8, 0.6):
        revote(configuration(min_agreement=threshold), folder)
    assert len(list((folder / "revotes").glob("*.json"))) == 2


def test_the_runs_own_rules_give_the_runs_own_outcome(copied_run: Path) -> None:
    before = files(copied_run)
    config = replace(tiny(), stage="vote")
    with locked(copied_run):
        assert start(config, copied_run) == 0
    for path in (copied_run / "revotes").glob("*/round-*.jsonl"):
        own = list(ShardFolder(copied_run / path.stem / "answers" / "consensus").stream(Consensus))
        assert rows.read(path, Consensus) == own
    numbers = figures(copied_run)
    assert numbers["before"] | {"unsettled": 0} == numbers["now"]
    assert {k: v for k, v in files(copied_run).items() if k != "run.lock"} == {
        k: v for k, v in before.items() if k != "run.lock"
    }


def test_another_marker_reads_the_answers_again(tmp_path: Path) -> None:
    folder = written_by_hand(tmp_path / "run", configuration())
    revote(configuration(marker="Of"), folder)
    [path] = (folder / "revotes").glob("*/round-01.jsonl")
    assert {row.question: row.answer for row in rows.read(path, Consensus)}["q1"] == "50"


def test_outcomes_that_saved_samples_could_change_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three of three is settled under the run's own rules; a band that ends below 1 could still go either way."""
    config = configuration(adaptive="lossless", step=3)
    folder = written_by_hand(tmp_path / "run", config, {"q1": ["4", "4", "4"], "q2": ["7", "7", "8", "8"]})
    revote(config, folder)
    assert figures(folder)["now"]["unsettled"] == 0
    revote(configuration(adaptive="lossless", step=3, max_agreement=0.75), folder)
    assert "1 outcome could change with the samples that adaptive sampling saved" in capsys.readouterr().out


def test_new_samples_are_refused_key_by_key(tmp_path: Path) -> None:
    folder = written_by_hand(tmp_path / "run", configuration())
    config = configuration(samples=8, prompt="Solve {question}", adaptive="lossless", step=3, min_agreement=0.7)
    config.voting.sampling.temperature = 0.5
    with pytest.raises(RunFolderError, match="needs new samples") as refused:
        revote(config, folder)
    for words in ("samples: 4 there, 8 now", "voting.prompt", "voting.adaptive", "voting.step", "temperature: 1.0"):
        assert words in str(refused.value)
    assert "min_agreement" not in str(refused.value)
    assert not (folder / "revotes").exists()


def test_what_is_not_about_voting_is_refused(tmp_path: Path) -> None:
    folder = written_by_hand(tmp_path / "run", configuration())
    config = replace(configuration(), seed=7, rounds=5, name="elsewhere")
    with pytest.raises(RunFolderError, match=r"not about voting \(seed: 1 there, 7 now\)"):
        revote(config, folder)


def test_without_a_run_or_its_solutions_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="no run to vote on"):
        revote(configuration(), tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    folder = written_by_hand(tmp_path / "run", configuration())
    (folder / "round-01" / "answers" / "manifest.json").unlink()
    with pytest.raises(RunFolderError, match="nothing to vote on"):
        revote(configuration(), folder)


@pytest.mark.system
def test_the_command_line_finds_the_run_and_needs_no_torch(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    for name in ("torch", "transformers", "pytorch_lightning", "numpy"):
        (blocked / f"{name}.py").write_text("raise ImportError('not needed here')")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(blocked), str(Path(crescent.__file__).parents[1])])}

    def command(*arguments: str) -> "subprocess.CompletedProcess[str]":
        line = [sys.executable, "-m", "crescent", "stage=vote", "voting.samples=4", "voting.symbolic=false", *arguments]
        return subprocess.run(line, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)

    missing = command()
    assert (missing.returncode, missing.stderr.count("\n")) == (1, 1)
    assert "outputs/nano-seed1,voting.samples=4: there is no run to vote on" in missing.stderr
    shown = command("--cfg", "job", "--resolve")
    stored = yaml.safe_load(shown.stdout)
    voting = Voting(**{**stored["voting"], "sampling": Config().voting.sampling})
    made = Config(name="nano", voting=voting)
    (tmp_path / "outputs").mkdir()
    folder = written_by_hand(tmp_path / "outputs" / "nano-seed1,voting.samples=4", made)
    (folder / "config.yaml").write_text(shown.stdout)
    done = command("voting.min_agreement=0.8")
    assert done.returncode == 0, done.stderr
    assert "accepted               2 -> 0" in done.stdout
    assert list(folder.glob("revotes/*.json"))
