"""A harness task with its problems from a local folder: same prompt, filters and metrics, other data source.

The harness knows no overrides by name (a dict with `task: gsm8k` is a new task to it), so a YAML file is written that
includes the task's own file by absolute path and replaces the data source.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jinja2
import jinja2.meta
import yaml

from crescent.errors import DataError
from crescent.evaluation.task_file import Function

SUFFIXES = (".jsonl", ".json", ".csv")
COLUMN_KEYS = ("doc_to_text", "doc_to_target", "doc_to_choice")


def check_folder(name: str, config: Mapping[str, Any], folder: Path, num_fewshot: int | None) -> Iterator[str]:
    """Everything wrong with `evaluation.local_data.NAME`, one line each: absent files, bad rows, missing columns."""
    key = f"evaluation.local_data.{name}"
    if not folder.is_dir():
        yield f"{key}: no such folder: {folder}"
        return
    files = split_files(config, folder)
    for split in _needed(config, num_fewshot):
        if split not in files:
            yield f"{key}: {folder} has no {split}.jsonl, {split}.json or {split}.csv, which the task reads"
    for file in dict.fromkeys(files.values()):
        try:
            rows = read_rows(file)
        except DataError as error:
            yield f"{key}: {error}"
            continue
        yield from (f"{key}: {problem}" for problem in _missing_columns(name, config, file, rows))


def split_files(config: Mapping[str, Any], folder: Path) -> dict[str, Path]:
    """The file of each split that the task names: SPLIT.jsonl, .json or .csv; a folder's only data file is the test."""
    files = {
        split: path
        for split in _splits(config)
        for suffix in reversed(SUFFIXES)
        if (path := folder / f"{split}{suffix}").is_file()
    }
    test = _test_split(config)
    alone = [path for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES]
    if test not in files and len(alone) == 1:
        files[test] = alone[0]
    return files


def write_task(name: str, original: Path, config: Mapping[str, Any], folder: Path, into: Path) -> Path:
    """Write the YAML file of the task with the data of `folder` into the folder `into`; its path."""
    files = split_files(config, folder)
    lines: dict[str, Any] = {
        "include": str(original),
        "task": name,
        "dataset_kwargs": {"files": {split: str(path.resolve()) for split, path in files.items()}},
    }
    # A split without a file is taken out, or the harness looks for it even when no worked example is drawn from it.
    lines |= {key: None for key in _SPLIT_KEYS if config.get(key) and config[key] not in files}
    target = into / f"{name}.yaml"
    loader = f"custom_dataset: !function {__name__}.load\n"
    target.write_text(yaml.safe_dump(lines, sort_keys=False) + loader, encoding="utf-8")
    return target


def load(files: Mapping[str, str], **_metadata: Any) -> dict[str, Any]:
    """What the harness calls for the data (`custom_dataset`): a dataset in memory per split, no cache is written."""
    from datasets import Dataset

    loaded = {}
    for split, file in files.items():
        try:
            loaded[split] = Dataset.from_list(read_rows(Path(file)))
        except (TypeError, ValueError) as error:  # pyarrow's errors are ValueErrors and TypeErrors.
            raise DataError(f"{file}: the rows have different types in one column: {error}") from error
    return loaded


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file, a JSON list or a CSV file with a header. Raises DataError with file and row."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
        if path.suffix == ".csv":
            rows: Any = list(csv.DictReader(io.StringIO(text, newline="")))
        elif path.suffix == ".json":
            rows = json.loads(text)
        else:
            rows = [json.loads(line) for line in _lines(text) if line.strip()]
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise DataError(f"{path}, {_place(path, number)}: not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise DataError(f"{path}, {_row(path, text, error)}: not valid JSON ({error.msg})") from None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise DataError(f"{path} must hold at least one row, and every row must be a mapping of columns")
    return rows


_SPLIT_KEYS = ("test_split", "validation_split", "fewshot_split", "training_split")


def _splits(config: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(str(config[key]) for key in _SPLIT_KEYS if config.get(key)))


def _test_split(config: Mapping[str, Any]) -> str:
    return str(config.get("test_split") or config.get("validation_split"))


def _needed(config: Mapping[str, Any], num_fewshot: int | None) -> list[str]:
    """The splits a run cannot do without: the problems, and the worked examples if any are shown."""
    own = config.get("num_fewshot") or 0
    shots = own if num_fewshot is None or config.get("num_fewshot") == 0 else num_fewshot
    examples = config.get("fewshot_split") or config.get("training_split") or config.get("validation_split")
    given = isinstance(config.get("fewshot_config"), dict) and "samples" in config["fewshot_config"]
    return list(dict.fromkeys([_test_split(config), *([str(examples)] if shots and examples and not given else [])]))


def _missing_columns(name: str, config: Mapping[str, Any], file: Path, rows: list[dict[str, Any]]) -> Iterator[str]:
    columns: set[str] = set((config.get("metadata") or {}).get("columns", []))  # Those that our tasks' code reads.
    for column in sorted(columns - rows[0].keys()):
        yield _absent(name, file, column, rows[0])
        return
    for key in COLUMN_KEYS if "process_docs" not in config else ():  # Its code makes columns of its own.
        template = config.get(key)
        if isinstance(template, Function) or not isinstance(template, str):
            continue
        needed, absent = _read_columns(template, rows[0])
        columns |= needed
        if absent is not None:
            yield _absent(name, file, absent, rows[0])
            return
    for number, row in enumerate(rows, start=1):
        for column in sorted(columns):
            if row.get(column) is None:
                yield f"{file}, row {number}: column `{column}`, which the task {name} reads, is missing or null"
                return


def _absent(name: str, file: Path, column: str, row: Mapping[str, Any]) -> str:
    return f"{file}, row 1 has no column `{column}`, which the task {name} reads; it has {', '.join(sorted(row))}"


def _read_columns(template: str, row: Mapping[str, Any]) -> tuple[set[str], str | None]:
    """The columns a template takes from a row, and one that it needs and the row has not."""
    if template.isidentifier():
        return ({template}, None) if template in row else (set(), template)
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    environment.filters["regex_replace"] = lambda string, *_args, **_kwargs: string
    try:
        environment.from_string(template).render(**row)
    except jinja2.UndefinedError as error:
        absent = str(error).partition("'")[2].partition("'")[0]
        return set(), absent
    except Exception:  # A template that needs more than columns is the harness's to judge.
        return set(), None
    return jinja2.meta.find_undeclared_variables(environment.parse(template)) & row.keys(), None


def _row(path: Path, text: str, error: json.JSONDecodeError) -> str:
    if path.suffix == ".json":
        return _place(path, error.lineno)
    return _place(path, next(n for n, line in enumerate(_lines(text), 1) if line.strip() and not _parses(line)))


def _place(path: Path, number: int) -> str:
    return f"{'line' if path.suffix == '.json' else 'row'} {number}"


def _lines(text: str) -> list[str]:
    """The lines, cut at line feeds alone: a JSON text may hold what else `splitlines` cuts at, such as U+2028."""
    return text.split("\n")


def _parses(line: str) -> bool:
    try:
        json.loads(line)
    except json.JSONDecodeError:
        return False
    return True
