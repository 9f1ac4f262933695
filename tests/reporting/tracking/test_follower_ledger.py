from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from crescent.reporting.tracking.follower import Ledger


@given(cut=st.integers(0, 40))
def test_a_torn_line_counts_as_not_written(tmp_path_factory, cut: int) -> None:
    path: Path = tmp_path_factory.mktemp("ledger") / "x.logged"
    ledger = Ledger(path)
    keys = ["base/evaluation", "round-01/questions", "ünicode"]
    for key in keys:
        ledger.add(key)
    path.write_bytes(path.read_bytes()[:cut])
    again = Ledger(path)
    whole = path.read_bytes().decode().splitlines()
    assert whole == keys[: len(again)]
    assert all(key in again for key in whole)
    again.add("next")
    assert Ledger(path).__contains__("next")
    assert len(Ledger(path)) == len(again) == len(whole) + 1
