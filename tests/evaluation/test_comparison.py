import pytest

from crescent.errors import DataError
from crescent.evaluation.comparison import compare
from crescent.evaluation.results import Item


def items(*right: int, first: int = 0) -> list[Item]:
    return [
        Item(id=f"t/{first + i}", correct=bool(value), score=float(value), output="", target="1")
        for i, value in enumerate(right)
    ]


def test_matched_by_id_not_by_place() -> None:
    now, before = items(1, 1, 1, 0, 0, 1), items(0, 0, 1, 1, 0, 1)
    gain = compare(now, before[::-1])
    assert gain == compare(now, before)
    assert gain["difference"] == pytest.approx(1 / 6)
    assert (gain["newly_right"], gain["newly_wrong"], gain["mcnemar_p"]) == (2, 1, 1.0)
    assert gain["low"] <= gain["difference"] <= gain["high"]
    assert list(gain) == ["difference", "low", "high", "newly_right", "newly_wrong", "mcnemar_p"]


@pytest.mark.parametrize("other", [items(1, 1), items(1, 1, 1, first=1), items(1, 1, 1, 1)])
def test_different_items_are_refused(other: list[Item]) -> None:
    with pytest.raises(DataError, match="missing from the"):
        compare(items(1, 0, 1), other)


def test_changed_targets_are_refused() -> None:
    changed = items(1, 0)
    changed[1].target = "2"
    with pytest.raises(DataError, match="item t/1 has the target"):
        compare(items(1, 0), changed)


@pytest.mark.parametrize("bad", [[], items(1) + items(1)])
def test_no_items_and_repeated_ids_are_refused(bad: list[Item]) -> None:
    with pytest.raises(DataError, match="different ids"):
        compare(bad, bad)
