"""The front door for Python: the command line's own run, and its rows; the program that asks is left as it was."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import crescent
from crescent import api
from crescent.config.overrides import parsed
from crescent.errors import ConfigError, DataError, RunFolderError, StageError
from tests.system.commandline import TINY

KEPT = """
import json, pathlib, signal, sys, threading, time
sys.argv[1:] = ["of", "my", "own"]
before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
import crescent
choices, folder, stop = json.loads(sys.stdin.read())
def interrupt():
    while not list(pathlib.Path(folder).glob("*/*/*/stage.json")):
        time.sleep(0.1)
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
if stop:
    threading.Thread(target=interrupt, daemon=True).start()
try:
    run = crescent.run("nano_quick", *choices, quiet=True, output_dir=folder, name="of mine, \\"quoted\\"")
    print(json.dumps([str(run.folder), run.summary.state]))
except KeyboardInterrupt:
    print("interrupted")
assert before == {number: signal.getsignal(number) for number in before}
assert sys.argv[1:] == ["of", "my", "own"] and "torch" not in sys.modules
"""


def ask(folder: Path, stop: bool = False) -> "subprocess.CompletedProcess[str]":
    said = json.dumps([[word for word in TINY if "experiment" not in word], str(folder), stop])
    return subprocess.run([sys.executable, "-c", KEPT], input=said, capture_output=True, text=True, check=False)


def test_a_run_that_is_interrupted_goes_on_with_the_same_call(tmp_path: Path) -> None:
    first = ask(tmp_path, stop=True)  # once a stage has begun
    assert first.stdout.strip() == "interrupted", first.stderr
    second = ask(tmp_path)
    folder, state = json.loads(second.stdout)
    assert state == "complete" and second.stderr == ""
    assert Path(folder).parent == tmp_path
    events = [json.loads(line) for line in (Path(folder) / "events.jsonl").read_text().splitlines()]
    assert "end" in {event["event"] for event in events}, "the first start saved what it had and said so"


def test_rows_of_a_finished_run(finished_run: Path) -> None:
    run = api.open(finished_run)
    assert run.summary is not None and run.summary.state == "complete"
    assert run.rounds == [1, 2]
    questions = run.questions()
    assert {question.round for question in questions} == {1, 2}
    assert len(run.questions(1)) == run.summary.rounds[0].questions.accepted  # type: ignore[union-attr]
    assert {row.question for row in run.consensus()} == {question.id for question in questions}
    assert {row.question for row in run.solutions(2)} == {question.id for question in run.questions(2)}
    assert [pair.round for pair in run.pairs(1)] == [1] * len(run.pairs(1))
    assert len(run.pairs()) == len(run.pairs(2)) > len(run.pairs(1))
    assert all(drop.reason for drop in run.drops())
    table = run.table("solutions", round=1)
    assert list(table["answer"]) == [solution.answer for solution in run.solutions(1)]
    assert run.dataset().to_list() == msgspec.to_builtins(run.pairs())
    assert "complete" in repr(run) and "<iframe sandbox srcdoc=" in run._repr_html_()
    with pytest.raises(DataError, match="there are questions, solutions, consensus, pairs, drops"):
        run.table("questoins")


def test_everything_that_is_wrong_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        api.run("nano_quick", "dedup=minhsh", voting={"sampls": 4}, rounds=0, output_dir=tmp_path)
    assert len(raised.value.mistakes) == 3
    assert not list(tmp_path.iterdir())
    with pytest.raises(RunFolderError, match="is no run folder"):
        api.open(tmp_path)
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StageError, match="taken"):
        api.run("nano_quick", quiet=True, run_dir=tmp_path / "taken")


@pytest.mark.parametrize(
    "value",
    [
        "plain",
        "with space",
        'quo"ted',
        "a,b",
        "null",
        "1e3",
        "é [x]{y}",
        "back\\slash",
        "ends\\",
        "",
        "$x",
        "it's",
        "a=b",
    ],
)
def test_texts_arrive_as_they_are(value: str) -> None:
    [word] = api._overrides({"questions": {"bait": value}})
    assert parsed(word).value() == value, shlex.quote(word)


def test_other_values_arrive_as_they_are() -> None:
    given = {
        "claim": {"arms": {"a": "seed=2 x"}},
        "rounds": 3,
        "training": {"accumulate": False, "learning_rate": 1e-05},
    }
    words = list(api._overrides({**given, "evaluation": {"tasks": ["a b", "c"], "limit": None, "local_data": {}}}))
    assert {word.partition("=")[0]: parsed(word).value() for word in words} == {
        "claim.arms.a": "seed=2 x", "rounds": 3, "training.accumulate": False, "training.learning_rate": 1e-05,
        "evaluation.tasks": ["a b", "c"], "evaluation.limit": None, "evaluation.local_data": {},
    }  # fmt: skip


def test_the_package_has_both() -> None:
    assert crescent.open.__doc__ and crescent.run.__doc__
