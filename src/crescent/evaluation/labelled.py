"""Questions whose true answer is known, from a local file (`stage=audit`): GSM8K, SVAMP, or columns by name."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from crescent.config.check import did_you_mean
from crescent.config.schema import Audit
from crescent.errors import ConfigError, DataError
from crescent.evaluation.local_data import SUFFIXES, read_rows
from crescent.records import Question, Row

Rows = Sequence[Mapping[str, Any]]


class Truth(Row):
    """The true answer of a question, in canonical form."""

    question: str
    answer: str


def data_file(data: str | None) -> Path:
    """The file that `audit.data` names; of a folder its `test.*`, or its only data file.

    Raises:
        ConfigError: none is given, or there is no such file.
    """
    if data is None:
        raise ConfigError(["audit.data is null: name a file of questions with known answers, as audit.data=FILE"])
    path = Path(data)
    if path.is_dir():
        files = [file for file in sorted(path.iterdir()) if file.suffix in SUFFIXES]
        test = [file for suffix in SUFFIXES for file in files if file.name == f"test{suffix}"]
        if not test and len(files) != 1:
            raise ConfigError([f"audit.data={data}: the folder has no test.jsonl, test.json or test.csv: name a file"])
        return (test or files)[0]
    if not path.is_file():
        raise ConfigError([f"audit.data={data}: no such file"])
    if path.suffix not in SUFFIXES:
        raise ConfigError([f"audit.data={data}: not a {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]} file"])
    return path


def read_labelled(
    path: Path, config: Audit, true_answer: Callable[[Any], str | None]
) -> tuple[list[Question], list[Truth]]:
    """The questions and their truths, in the order of the file. `row-000012` is the question of row 12.

    `true_answer` reads the canonical answer of a value in the answer's column; None where there is none.

    Raises:
        ConfigError: a column is not there.
        DataError: the file cannot be read, or a row of it; names the row.
    """
    rows = read_rows(path)[: config.limit]
    asked, answer = _columns(path, rows[0], config)
    questions, truths = [], []
    for number, row in enumerate(rows, start=1):
        for column in (*asked, answer):
            if row.get(column) in (None, ""):
                raise DataError(f"{path}, row {number}: column `{column}` is missing or empty")
        true = true_answer(row[answer])
        if true is None:
            raise DataError(f"{path}, row {number}: no answer can be read from {answer}={str(row[answer])[-60:]!r}")
        name = f"row-{number:06d}"
        questions.append(Question(id=name, round=0, wave=0, text=_joined([str(row[column]) for column in asked])))
        truths.append(Truth(question=name, answer=true))
    return questions, truths


def _columns(path: Path, row: Mapping[str, Any], config: Audit) -> tuple[list[str], str]:
    """The columns that make the question, and the one of the answer."""
    asked = [config.question] if config.question else ["question"] if "question" in row else ["Body", "Question"]
    answer = config.answer or ("answer" if "answer" in row else "Answer")
    mistakes = []
    for key, given, columns in (("question", config.question, asked), ("answer", config.answer, [answer])):
        absent = [column for column in columns if column not in row]
        if absent and given:
            mistakes.append(f"audit.{key}={given}: {path} has the columns {_listed(row)}{did_you_mean(given, row)}")
        elif absent:
            mistakes.append(f"audit.{key}: name the column with audit.{key}=...; {path} has {_listed(row)}")
    if mistakes:
        raise ConfigError(mistakes)
    return asked, answer


def _listed(row: Mapping[str, Any]) -> str:
    return ", ".join(str(column) for column in row)


def _joined(parts: list[str]) -> str:
    """One text of the parts, each a sentence. SVAMP's bodies often lack their last full stop."""
    *first, last = [part.strip() for part in parts]
    return " ".join([*(part if part.endswith((".", "!", "?")) else f"{part.rstrip(',')}." for part in first), last])
