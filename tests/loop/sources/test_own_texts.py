"""Every kind of file gives the same texts, in its order."""

import csv
import json
from pathlib import Path

import pytest

from crescent.errors import DataError
from crescent.loop.own_texts import own_texts
from crescent.runs.atomic import file_digest

TEXTS = ["Zwei Äpfel, und drei?", "  Two\nlines? ", "", 'He says "four"?']
WANTED = [text.strip() for text in TEXTS]


def written(folder: Path, suffix: str) -> Path:
    path = folder / f"own{suffix}"
    rows = [{"level": number, "text": text} for number, text in enumerate(TEXTS)]
    if suffix == ".csv":
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, ["level", "text"])
            writer.writeheader()
            writer.writerows(rows)
    elif suffix == ".parquet":
        import pyarrow
        from pyarrow import parquet

        parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    else:
        lines = [json.dumps(row) for row in rows]
        path.write_text(f"[{','.join(lines)}]" if suffix == ".json" else "\n".join(lines))
    return path


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".parquet"])
def test_a_column_of_a_file(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path, suffix)
    found = own_texts(str(path), "text")
    assert (found.name, found.texts, found.digest) == (path.name, WANTED, file_digest(path))


def test_null_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_text('{"text": null}\n{"text": "Two?"}\n')
    assert own_texts(str(tmp_path / "own.jsonl"), "text").texts == ["", "Two?"]


def test_a_column_of_another_type_in_parquet(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"row 1: column `level` is int \(0\), not text"):
        own_texts(str(written(tmp_path, ".parquet")), "level")


def test_a_data_set_by_its_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`datasets` reads a folder of that name as it reads one of the hub."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "someone" / "own").mkdir(parents=True)
    written(tmp_path, ".jsonl").rename(tmp_path / "someone" / "own" / "test.jsonl")
    found = own_texts("someone/own", "text", split="test")
    assert (found.name, found.texts) == ("someone/own", WANTED)
    with pytest.raises(DataError, match="no data set of that id can be read"):
        own_texts("someone/else", "text")
    with pytest.raises(DataError, match="no data set of that id can be read"):
        own_texts("someone/own", "text", split="nowhere")
