import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crescent.runs.events import EventLog


def test_no_file_is_no_events(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    assert list(log) == []
    assert log.seconds("base/evaluation") == 0.0


def test_events_come_back_in_order_with_their_time(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    log.append("begin", stage="a", text="naïve\nline")
    log.append("finish", stage="a")
    assert [(event["event"], event.get("text")) for event in log] == [("begin", "naïve\nline"), ("finish", None)]
    times = [event["time"] for event in log]
    assert times == sorted(times)


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_torn_last_line_is_closed_and_skipped(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "events.jsonl"
    whole = '{"time": 1.5, "event": "one"}\n{"time": 2.5, "event": "two", "text": "naïve"}\n'.encode()
    first = whole.index(b"\n") + 1
    length = data.draw(st.integers(first, len(whole)))
    path.write_bytes(whole[:length])
    onward = EventLog(path)
    onward.append("three")
    onward.append("four")
    # The line is whole without its newline: then nothing was lost.
    expected = ["one", "two", "three", "four"] if length >= len(whole) - 1 else ["one", "three", "four"]
    assert [event["event"] for event in EventLog(path)] == expected


@pytest.mark.parametrize("garbage", [b"\x00" * 8, b"\xff\xfe{", b"{\n", b"\n\n"])
def test_garbage_left_by_a_power_cut_is_skipped(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "events.jsonl"
    EventLog(path).append("one")
    with path.open("ab") as file:
        file.write(garbage)
    EventLog(path).append("two")
    assert [event["event"] for event in EventLog(path)] == ["one", "two"]


def test_seconds_are_the_sum_of_a_stages_work_over_all_starts(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    for stage, seconds in (("a", 1.5), ("b", 10.0), ("a", 2.25)):
        EventLog(path).append("work", stage=stage, seconds=seconds)
    EventLog(path).append("finish", stage="a", seconds=99.0)
    assert EventLog(path).seconds("a") == 3.75
    assert EventLog(path).seconds("c") == 0.0


def test_the_file_is_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    EventLog(path).append("gate", round=1, text="é")
    [line] = path.read_text(encoding="utf-8").splitlines()
    assert "é" in line
    assert json.loads(line)["round"] == 1
