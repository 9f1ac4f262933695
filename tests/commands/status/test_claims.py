import json
from pathlib import Path

import msgspec
import pytest

from crescent.commands.status.claims import ORDER, leaderboard, lines, render
from crescent.errors import DataError
from crescent.runs.atomic import file_digest
from tests.commands.claim.example import claim


def claims(output: Path, **seeds: int) -> None:
    for name, count in seeds.items():
        folder = output / name
        folder.mkdir(parents=True)
        (folder / "config.yaml").write_text("stage: claim\nclaim: {arms: {method: ''}, repeats: 1}\n")
        (folder / "claim.json").write_bytes(msgspec.json.encode(claim(seeds=count)))


def test_a_row_per_arm_with_its_interval_in_the_order_of_claims(tmp_path: Path) -> None:
    claims(tmp_path, second=3, first=1)
    board = leaderboard([tmp_path])
    assert [(row.claim, row.arm) for row in board.rows] == [
        (name, arm) for name in ("first", "second") for arm in ("method", "unvoted", "shuffled")
    ]
    assert [row.over for row in board.rows] == ["items, 1 seed"] * 3 + ["3 seeds"] * 3
    assert board.rows[0].overlaps == [4]
    assert board.rows[1].overlaps == [5]
    assert board.rows[0].effort == "2,000 pairs, 126 steps"
    printed = list(lines(board))
    assert printed[-1] == ORDER
    assert "+42.3 points\t39.8 to 44.8\t3 seeds" in printed[4]
    assert "default-src 'none'" in render(board)
    assert "39.8 to 44.8" in render(board)


def test_what_verify_found_counts_as_long_as_the_figures_are_those_it_saw(tmp_path: Path) -> None:
    claims(tmp_path, one=3)
    folder = tmp_path / "one"
    assert {row.verified for row in leaderboard([folder]).rows} == {"not verified"}
    result = {"agrees": True, "digests": {"claim.json": file_digest(folder / "claim.json")}}
    (folder / "verify.json").write_text(json.dumps(result))
    assert {row.verified for row in leaderboard([folder]).rows} == {"agrees"}
    (folder / "verify.json").write_text(json.dumps(result | {"agrees": False}))
    assert {row.verified for row in leaderboard([folder]).rows} == {"disagrees"}
    (folder / "claim.json").write_bytes(msgspec.json.encode(claim(seeds=2)))
    assert {row.verified for row in leaderboard([folder]).rows} == {"changed since it was verified"}


def test_nothing_is_shown_without_an_interval(tmp_path: Path) -> None:
    claims(tmp_path, one=3)
    made = claim(seeds=3)
    for each in made.over_seeds:
        each.low = each.high = None
    (tmp_path / "one" / "claim.json").write_bytes(msgspec.json.encode(made))
    board = leaderboard([tmp_path])
    assert board.rows == []
    assert len(board.left_out) == 3


def test_a_folder_without_claims_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        leaderboard([tmp_path])
