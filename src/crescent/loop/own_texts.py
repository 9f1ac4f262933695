"""Texts of a person's own: a column of a file (JSON Lines, JSON, CSV, Parquet) or of a data set of the hub."""

import hashlib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from crescent.errors import DataError
from crescent.evaluation.local_data import read_rows
from crescent.runs.atomic import file_digest

EMBEDDED = {"embedded:nano": "nano/seeds.jsonl", "embedded:nano_questions": "nano/questions.jsonl"}
"""Files of this package by the name that stands for their path: sixteen seed problems, and unlabelled questions."""
TABLES = (".jsonl", ".json", ".csv", ".parquet")


class OwnTexts(msgspec.Struct, frozen=True):
    """The texts in their order, one per row, stripped; an empty one where a row has none.

    `name`: that of the file or data set, without the folder it is in. `digest`: of the content.
    """

    name: str
    texts: list[str]
    digest: str


def own_texts(
    path: str, column: str, *, subset: str | None = None, split: str = "train", revision: str | None = None
) -> OwnTexts:
    """The texts of a column.

    `path`: a file, a name of `EMBEDDED`, or an id of a data set on the hub, which is read by `datasets` from its
    `subset`, `split` and `revision`.

    Raises:
        DataError: there is no such file or data set, it cannot be read, or the column is missing or holds other than
            text; names the first such row.
    """
    file = file_of(path)
    if file is not None:
        rows = _parquet(file) if file.suffix == ".parquet" else read_rows(file)
        return OwnTexts(name_of(path), list(_column(rows, column, str(file))), file_digest(file))
    rows = _data_set(path, subset, split, revision)
    texts = list(_column(rows, column, f"{path}, {split}"))
    return OwnTexts(path, texts, hashlib.sha256(msgspec.json.encode(texts)).hexdigest())


def file_of(path: str) -> Path | None:
    """The file that `path` names, None where it reads like the id of a data set.

    Raises:
        DataError: there is no such file.
    """
    file = Path(str(files("crescent"))) / EMBEDDED[path] if path in EMBEDDED else Path(path)
    if file.is_file():
        return file
    if path.count("/") != 1 or path.startswith((".", "/", "~")) or file.suffix in (*TABLES, ".txt", ".md"):
        raise DataError(f"there is no file {path}; this package has {' and '.join(EMBEDDED)}")
    return None


def name_of(path: str) -> str:
    """What a path is called where nothing is to be said of this machine: a file's name, an id as it is."""
    return path if path in EMBEDDED or not Path(path).is_file() else Path(path).name


def _column(rows: list[dict[str, Any]], column: str, where: str) -> Iterator[str]:
    for number, row in enumerate(rows, start=1):
        if column not in row:
            raise DataError(f"{where}, row {number} has no column `{column}`; it has {', '.join(map(str, row))}")
        text = row[column]
        if text is not None and not isinstance(text, str):
            raise DataError(f"{where}, row {number}: column `{column}` is {type(text).__name__} ({text!r}), not text")
        yield (text or "").strip()


def _parquet(file: Path) -> list[dict[str, Any]]:
    import pyarrow
    from pyarrow import parquet

    try:
        rows: list[dict[str, Any]] = parquet.read_table(file).to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{file}: no Parquet file that can be read ({_first_line(error)})") from None
    if not rows:
        raise DataError(f"{file} must hold at least one row")
    return rows


def _data_set(path: str, subset: str | None, split: str, revision: str | None) -> list[dict[str, Any]]:
    from datasets import load_dataset

    try:
        rows: list[dict[str, Any]] = load_dataset(path, subset, split=split, revision=revision).to_list()
    except Exception as error:  # of the hub, of the network, of the data set's files: one of many kinds
        raise DataError(
            f"there is no file {path}, and no data set of that id can be read ({_first_line(error)})"
        ) from None
    if not rows:
        raise DataError(f"{path}, {split}, has no rows")
    return rows


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
