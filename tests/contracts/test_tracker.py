"""What every tracker promises, wherever it writes."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from crescent.reporting.tracking.entries import Artifact, Entry, Figures, Table, Tracker
from crescent.reporting.tracking.open import CsvTracker, follower
from tests.conftest import tiny

Written = dict[int, dict[str, float]]
"""Step -> figures, as someone who looks at the tracker's files sees them."""


class Csv:
    def open(self, place: Path, step: int) -> Tracker:
        return CsvTracker(place / "figures.csv", step)

    def read(self, place: Path) -> Written:
        found: Written = {}
        for line in (place / "figures.csv").read_text().splitlines()[1:]:
            step, _, name, value = line.split(",")
            assert name not in found.setdefault(int(step), {}), "a figure twice"
            found[int(step)][name] = float(value)
        return found


class TensorBoard:
    def open(self, place: Path, step: int) -> Tracker:
        pytest.importorskip("tensorboard")
        from crescent.reporting.tracking.open import TensorBoardTracker

        return TensorBoardTracker(place, step)

    def read(self, place: Path) -> Written:
        """As TensorBoard itself loads it, what a restart voids left out."""
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        events = EventAccumulator(str(place), {"scalars": 0}).Reload()
        found: Written = {}
        for name in events.Tags()["scalars"]:
            for event in events.Scalars(name):
                assert name not in found.setdefault(event.step, {}), "a figure twice"
                found[event.step][name] = event.value
        return found


class Wandb:
    def open(self, place: Path, step: int) -> Tracker:
        pytest.importorskip("wandb")
        from crescent.reporting.tracking.to_wandb import WandbTracker, run_id

        return WandbTracker(
            place, tiny(), {}, id=run_id(place), name="n", job="all", wait=20.0, pid=os.getpid(), mode="offline",
            say=print,
        )  # fmt: skip

    def read(self, place: Path) -> Written:
        """A later start's rows win over an earlier one's of the same step, as on W&B's server."""
        from tests.reporting.tracking.recorded import history, logs

        rows = [row for log in logs(place) for row in history(log)]
        names = ("a", "b/c", "loss")
        return {row["_step"]: {n: row[n] for n in names if n in row} for row in rows if set(names) & set(row)}


TRACKERS = [Csv(), TensorBoard(), Wandb()]
ENTRIES: list[tuple[str, Entry]] = [
    ("base", Figures({"a": 0.5, "b/c": 3.0})),
    ("samples", Table("samples", ["question", "votes"], [["a | b\nc, \"d\"", "1: 2"], ["<script>", "none: 1"]])),
    ("round-01/loss", Figures({"loss": 0.25})),
    ("round-02/loss", Figures({"loss": 0.125})),
]  # fmt: skip
EXPECTED: Written = {0: {"a": 0.5, "b/c": 3.0}, 2: {"loss": 0.25}, 3: {"loss": 0.125}}


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("WANDB_")]:
        monkeypatch.delenv(name)
    for name in ("WANDB_DATA_DIR", "WANDB_CACHE_DIR", "WANDB_SILENT"):
        monkeypatch.setenv(name, str(tmp_path) if name != "WANDB_SILENT" else "true")
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def artifact(tmp_path: Path) -> Artifact:
    (tmp_path / "stage").mkdir()
    (tmp_path / "stage" / "train.jsonl").write_text("{}\n")
    return Artifact("run-round-01-dataset", "dataset", tmp_path / "stage", {"train.jsonl": "0" * 64}, {"new": 3})


@pytest.mark.parametrize("tracker", TRACKERS, ids=lambda tracker: type(tracker).__name__.lower())
class TestTracker:
    def test_figures_are_written_and_other_kinds_taken(
        self, tracker: Wandb, tmp_path: Path, artifact: Artifact
    ) -> None:
        opened = tracker.open(tmp_path / "t", 0)
        for step, (key, entry) in enumerate(ENTRIES):
            opened.log(step, key, entry)
        opened.log(4, "dataset", artifact)
        opened.close("complete")
        assert tracker.read(tmp_path / "t") == EXPECTED

    @pytest.mark.parametrize("again", [1, 2, 3])
    def test_what_is_logged_again_after_a_kill_counts_once(self, tracker: Wandb, tmp_path: Path, again: int) -> None:
        """The first start logged everything, but its ledger has only the first `again` entries."""
        place = tmp_path / "t"
        first = tracker.open(place, 0)
        for step, (key, entry) in enumerate(ENTRIES):
            first.log(step, key, entry)
        first.close("killed")
        second = tracker.open(place, again)
        for step, (key, entry) in list(enumerate(ENTRIES))[again:]:
            second.log(step, key, entry)
        second.close("complete")
        assert tracker.read(place) == EXPECTED

    def test_opened_and_closed_with_nothing_between(self, tracker: Wandb, tmp_path: Path) -> None:
        tracker.open(tmp_path / "t", 0).close("interrupted")
        assert tracker.read(tmp_path / "t") == {}


def test_none_is_no_tracker_at_all(finished_run: Path, tmp_path: Path) -> None:
    said: list[str] = []
    followed = follower(finished_run, tiny(), tmp_path, None, pid=os.getpid(), say=said.append)
    followed.update()
    followed.close("complete")
    assert (said, list(tmp_path.iterdir())) == ([], [])


def test_all_of_them_are_given_the_same(finished_run: Path, tmp_path: Path) -> None:
    for package in ("wandb", "tensorboard"):
        pytest.importorskip(package)
    config = tiny()
    config.tracking.csv = config.tracking.tensorboard = True
    config.tracking.wandb.mode = "offline"
    followed = follower(finished_run, config, tmp_path, None, pid=os.getpid(), say=print)
    followed.update()
    followed.close("complete")
    ledgers = [path.read_text() for path in sorted(tmp_path.glob("*.logged"))]
    assert len(ledgers) == 3
    assert len(set(ledgers)) == 1
    read: Callable[[Path], Written] = TensorBoard().read
    csv = Csv().read(tmp_path)
    assert {step: pytest.approx(values) for step, values in csv.items()} == read(tmp_path / "tensorboard")


def test_a_csv_line_torn_by_a_kill_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    CsvTracker(file, 0).log(0, "k", Figures({"a": 1.0}))
    file.write_text(file.read_text() + "1,k2,b")
    CsvTracker(file, 1)
    assert file.read_text().splitlines() == ["step,key,metric,value", "0,k,a,1"]
