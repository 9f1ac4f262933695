"""`datasets.load_dataset` on several folders called `dataset`, with the one cache that a user has."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crescent.commands.table import start
from crescent.records import Pair
from crescent.runs import rows
from tests.conftest import tiny

LOAD = """
import json, sys
from datasets import load_dataset
for folder in sys.argv[1:]:
    print(json.dumps(load_dataset(folder, split="train").to_list()))
"""


def exported(run: Path, kind: str, number: int, place: Path) -> Path:
    config = tiny()
    config.stage, config.export.file, config.export.round, config.export.folder = "export", kind, number, str(place)
    assert start(config, run) == 0
    return place / "dataset"


def test_every_folder_gives_its_own_rows(finished_run: Path, tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    first, second = tmp_path / "a" / "run", tmp_path / "b" / "run"
    for run in (first, second):
        shutil.copytree(finished_run, run)
    pairs = [list(rows.read(first / f"round-0{number}" / "dataset" / "train.jsonl", Pair)) for number in (1, 2)]
    other = second / "round-01" / "dataset" / "train.jsonl"
    rows_of_other = [json.loads(line) | {"solution": "another run's"} for line in other.read_text().splitlines()]
    other.write_text("".join(json.dumps(row) + "\n" for row in rows_of_other))
    raw = [[_raw(pair) for pair in listed] for listed in pairs]
    messages = [[pair.solution for pair in listed] for listed in pairs]
    wanted: list[tuple[Path, Any]] = [
        (first / "round-01" / "dataset", raw[0]),
        (first / "round-02" / "dataset", raw[1]),
        (second / "round-01" / "dataset", rows_of_other),
        (exported(first, "jsonl", 1, tmp_path / "out" / "1"), messages[0]),
        (exported(first, "jsonl", 2, tmp_path / "out" / "2"), messages[1]),
        (exported(first, "parquet", 1, tmp_path / "out" / "3"), messages[0]),
        (exported(first, "parquet", 2, tmp_path / "out" / "4"), messages[1]),
        (first / "round-01" / "dataset", raw[0]),
    ]
    found = loaded([folder for folder, _ in wanted], tmp_path / "cache")
    for (folder, expected), given in zip(wanted, found, strict=True):
        shown = [row["messages"][1]["content"] for row in given] if "messages" in given[0] else given
        assert shown == expected, folder
    # The same folder with another round in it, later and in the same cache.
    again = exported(first, "jsonl", 2, tmp_path / "out" / "1")
    [given] = loaded([again], tmp_path / "cache")
    assert [row["messages"][1]["content"] for row in given] == messages[1]


def _raw(pair: Pair) -> dict[str, Any]:
    return {name: getattr(pair, name) for name in pair.__struct_fields__}


def loaded(folders: list[Path], cache: Path) -> list[list[dict[str, Any]]]:
    environment = os.environ | {"HF_DATASETS_CACHE": str(cache), "HF_HOME": str(cache), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-c", LOAD, *map(str, folders)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]
