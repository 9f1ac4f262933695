"""The front door for Python: `crescent.run` and `crescent.open`, the same runs in the same folders as the command line.

A run is a process of its own, `python -m crescent` of this interpreter: PyTorch's settings, signal handlers and
`sys.argv` of the program that asks for it stay what they are, and a kernel that dies takes its run with it. What it
says is passed on line by line, so a notebook shows its progress.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from crescent.errors import DataError, RunFolderError, StageError
from crescent.loop.execution.family import die_with_parent
from crescent.loop.stages.rows import solutions
from crescent.records import Consensus, Drop, Pair, Question, Row, Solution
from crescent.reporting.completed import REPORT, summary_of
from crescent.reporting.report.summary import Summary
from crescent.runs import rows
from crescent.runs.folder import CONFIG
from crescent.runs.names import ROUNDS, in_order, round_folder
from crescent.runs.shards import ShardFolder

if TYPE_CHECKING:
    import datasets
    import pandas

R = TypeVar("R", bound=Row)
INTERRUPTED = 130


class Results:
    """What a run has made so far, read from its folder. Rounds count from 1; without one, rows of all rounds."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        """Raises RunFolderError: there is no run."""
        self.folder = Path(folder)
        if not (self.folder / CONFIG).is_file():
            raise RunFolderError(f"{folder} is no run folder: it has no {CONFIG}")

    def __repr__(self) -> str:
        summary = self.summary
        return f"<run {self.folder}: {summary.state if summary else 'at work, or cut short'}>"

    def _repr_html_(self) -> str:
        """A notebook shows the page of the run, shut off from the notebook's own."""
        from html import escape

        page = self.folder / REPORT
        if not page.is_file():
            return f"<pre>{escape(repr(self))}</pre>"
        content = escape(page.read_text(encoding="utf-8"))
        return f'<iframe sandbox srcdoc="{content}" style="width:100%;height:40em;border:0"></iframe>'

    @property
    def summary(self) -> Summary | None:
        """Every figure of the run, as in `summary.json`; None before the run has ended once."""
        return summary_of(self.folder)

    @property
    def rounds(self) -> list[int]:
        """The rounds that have begun."""
        found = sorted(self.folder.glob(ROUNDS), key=in_order)
        return list(range(1, len(found) + 1))

    def questions(self, round: int | None = None) -> list[Question]:
        """The accepted questions."""
        return list(self._rows("questions/accepted", Question, round))

    def solutions(self, round: int | None = None) -> list[Solution]:
        """Every sampled solution with the answer read from it."""
        return [each for number in self._asked(round) for each in solutions(self._round(number) / "answers")]

    def consensus(self, round: int | None = None) -> list[Consensus]:
        """What the vote made of each question."""
        return list(self._rows("answers/consensus", Consensus, round))

    def pairs(self, round: int | None = None) -> list[Pair]:
        """What the model learned from in a round, by default in the last one; earlier rounds' pairs are in it."""
        number = round if round is not None else (self.rounds or [0])[-1]
        path = self._round(number) / "dataset" / "train.jsonl"
        return list(rows.read(path, Pair)) if path.is_file() else []

    def drops(self, round: int | None = None) -> list[Drop]:
        """What was dropped on the way to the questions and to the pairs, with the reason."""
        kinds = ("questions/drops", "dataset/drops", "training/drops")
        return [drop for kind in kinds for drop in self._rows(kind, Drop, round)]

    def table(self, kind: str = "questions", round: int | None = None) -> "pandas.DataFrame":
        """The rows of a kind, which is the name of a method above, as a pandas table."""
        import pandas

        return pandas.DataFrame(self._plain(kind, round))

    def dataset(self, kind: str = "pairs", round: int | None = None) -> "datasets.Dataset":
        """The rows of a kind as a `datasets.Dataset`."""
        from datasets import Dataset

        return Dataset.from_list(self._plain(kind, round))

    def _plain(self, kind: str, round: int | None) -> list[dict[str, Any]]:
        import msgspec

        kinds = {
            "questions": self.questions,
            "solutions": self.solutions,
            "consensus": self.consensus,
            "pairs": self.pairs,
            "drops": self.drops,
        }
        if kind not in kinds:
            raise DataError(f"there are no rows called {kind!r}; there are {', '.join(kinds)}")
        found: list[dict[str, Any]] = msgspec.to_builtins(kinds[kind](round))
        return found

    def _rows(self, place: str, kind: type[R], round: int | None) -> Iterator[R]:
        for number in self._asked(round):
            yield from ShardFolder(self._round(number) / place).stream(kind)

    def _asked(self, round: int | None) -> list[int]:
        return self.rounds if round is None else [round]

    def _round(self, number: int) -> Path:
        return self.folder / round_folder(number)


def open(folder: str | os.PathLike[str]) -> Results:
    """The run in a folder, finished or at work.

    Raises:
        RunFolderError: there is none.
    """
    return Results(folder)


def run(experiment: str | None = None, *choices: str, quiet: bool = False, **settings: Any) -> Results:
    """Run an experiment to its end, or go on with it where it stood, and return what it made.

    `crescent.run("nano_quick", seed=2, voting={"samples": 16})` is `python -m crescent +experiment=nano_quick seed=2
    voting.samples=16`, in the same folder. `choices` are further words of the command line, such as "dedup=exact".
    Where it is interrupted (in a notebook: the stop button), what is done is kept, and the same call goes on.

    Args:
        experiment: the name of one; None: the default run.
        quiet: print nothing.
        settings: keys of the configuration, groups as mappings.

    Raises:
        ConfigError: with every mistake of the settings.
        StageError: the run ended early; says why.
        KeyboardInterrupt: it was interrupted.
    """
    words = [*([f"+experiment={experiment}"] if experiment else []), *choices, *_overrides(settings)]
    folder = _checked(words)
    # The folder of somebody's module or notebook is on the path of his classes for slots, as it is on his own.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "crescent", *words, f"run_dir={_quoted(str(folder))}"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, start_new_session=True,
        preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509
    )  # fmt: skip
    said = _passed_on(process, quiet)
    if process.returncode == INTERRUPTED:
        raise KeyboardInterrupt
    if process.returncode != 0:
        raise StageError("\n".join(said[-2:]) or f"the run ended with exit code {process.returncode}")
    return Results(folder)


def _passed_on(process: "subprocess.Popen[str]", quiet: bool) -> list[str]:
    """What the process says, line by line, until its end. An interrupt is passed on to it, and waited for."""
    said: list[str] = []
    while True:
        try:
            for line in process.stdout or ():
                said.append(line.rstrip())
                if not quiet:
                    print(line, end="", flush=True)
            process.wait()
            return said
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)


def _checked(words: list[str]) -> Path:
    """The folder of the run that these words stand for, after everything that can be wrong with them is found."""
    from hydra import compose, initialize_config_dir

    from crescent.config.folder import run_folder
    from crescent.config.load import to_config
    from crescent.config.overrides import for_hydra
    from crescent.config.preflight import Command, preflight
    from crescent.config.slots import choosing
    from crescent.config.tree import conf_dir

    spelled = [each for word in words for each in choosing(word)]
    preflight(Command(spelled))
    given = [for_hydra(word) for word in spelled]
    with initialize_config_dir(str(conf_dir()), version_base="1.3"):
        config = to_config(compose("config", given))
        return run_folder(config, given, lambda chosen: compose("config", chosen))


def _overrides(settings: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Settings as words of the command line."""
    for name, value in settings.items():
        if isinstance(value, Mapping) and value:
            yield from _overrides(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}={_text(value)}"


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_text, value))}]"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{_quoted(str(name))}: {_text(each)}' for name, each in value.items())}}}"
    return _quoted(str(value)) if isinstance(value, str | Path) else str(value)


def _quoted(text: str) -> str:
    """A text as the grammar of overrides takes it: in quotes, its own ones escaped, unless it is a plain word."""
    if re.fullmatch(r"[A-Za-z0-9_./-]+", text) and not _reads_as_other(text):
        return text
    # Backslashes count only before a quote, where each has to be doubled.
    escaped = re.sub(r'(\\*)("|$)', lambda found: 2 * found[1] + ("\\" if found[2] else "") + found[2], text)
    return f'"{escaped}"'


def _reads_as_other(text: str) -> bool:
    """Whether the text alone would be read as a number or a word that is none."""
    try:
        float(text)
    except ValueError:
        return text.lower() in ("null", "true", "false")
    return True
