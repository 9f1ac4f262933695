import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.errors import DamagedError
from crescent.evaluation.alarms import Replies
from crescent.evaluation.gate import Inputs, Verdict
from crescent.evaluation.results import Item, TaskResult
from crescent.records import Completion, Consensus, Drop, Pair, Question, Row, Solution, WaveCount
from crescent.runs import rows

KINDS = [Completion, Question, WaveCount, Drop, Solution, Consensus, Pair, Item, TaskResult, Verdict]
SOURCE = Path("folder/rows.jsonl")

st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


def row_of(kind: type[Row]) -> st.SearchStrategy[Row]:
    """Every field by its type, those with a default too: the default of a struct's list is no value of its own."""
    hints = {name: hint for name, hint in typing.get_type_hints(kind).items() if name in kind.__struct_fields__}
    fields = {
        name: st.lists(row_of(Item), max_size=2) if hint == list[Item] else st.from_type(hint)
        for name, hint in hints.items()
    }
    return st.builds(kind, **fields)


for inner in (Inputs, Replies):
    st.register_type_strategy(inner, row_of(inner))


def rows_of(kind: type[Row]) -> st.SearchStrategy[list[Row]]:
    return st.lists(row_of(kind), min_size=1, max_size=4)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_rows_come_back_as_they_were(kind: type[Row], data: st.DataObject) -> None:
    written = data.draw(rows_of(kind))
    lines = rows.to_lines(written)
    assert rows.from_lines(lines, kind, SOURCE) == written
    assert lines.count(b"\n") == len(written)
    assert rows.to_lines(written) == lines


def question(**changes: Any) -> dict[str, Any]:
    return {"id": "r01-w001-q00000", "round": 1, "wave": 1, "text": "How many?", "rewrites": 0, **changes}


def lines(*content: dict[str, Any]) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in content)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (question(colour="blue"), "colour"),
        (question(round="1"), "round"),
        (question(text=None), "text"),
        ({"id": "r01"}, "missing required field"),
    ],
)
def test_a_wrong_row_is_named_with_file_and_line(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(DamagedError, match=rf"folder/rows\.jsonl, line 3: not a Question row .*{message}"):
        rows.from_lines(lines(question(), question(), bad, question()), Question, SOURCE)


@given(garbage=st.binary(min_size=1, max_size=20))
@settings(max_examples=100, deadline=None)
def test_garbage_is_damage_and_nothing_else(garbage: bytes) -> None:
    with pytest.raises(DamagedError, match="line 2"):
        rows.from_lines(lines(question()) + b"?" + garbage, Question, SOURCE)


def test_files(tmp_path: Path) -> None:
    made = [Question(id=str(i), round=1, wave=1, text="line\u2028break\r\n\x85 é") for i in range(3)]
    for number, part in enumerate((made[:2], made[2:])):
        (tmp_path / str(number)).write_bytes(rows.to_lines(part))
    assert list(rows.stream([tmp_path / "0", tmp_path / "1"], Question)) == made
    with pytest.raises(DamagedError, match="2 is missing"):
        rows.read(tmp_path / "2", Question)
