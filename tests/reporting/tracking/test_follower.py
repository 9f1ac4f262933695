"""Following a folder: nothing twice, nothing lost, and no tracker that can end a run."""

from collections.abc import Sequence
from pathlib import Path

from crescent.errors import DamagedError
from crescent.reporting.tracking.entries import Entry, Figures
from crescent.reporting.tracking.follower import Followed, Follower
from crescent.reporting.tracking.journal import Part


class Notes:
    """A tracker that remembers; `broken_at` is the step at which it raises."""

    def __init__(self, taken: list[tuple[int, str]], broken_at: int | None = None) -> None:
        self.taken, self.broken_at, self.state = taken, broken_at, ""

    def log(self, step: int, key: str, entry: Entry) -> None:
        if step == self.broken_at:
            raise RuntimeError("no\nroom")
        self.taken.append((step, key))

    def close(self, state: str) -> None:
        self.state = state


def part(name: str, keys: Sequence[str], closed: bool = True) -> Part:
    return Part(name, closed, lambda: iter([(key, Figures({"x": 1.0})) for key in keys]))


def test_new_entries_only_and_steps_in_a_row(tmp_path: Path) -> None:
    taken: list[tuple[int, str]] = []
    parts = [part("a", ["a/1"], closed=False)]
    follower = Follower(lambda: parts, [Followed("n", tmp_path / "n", lambda step: Notes(taken))], print)
    follower.update()
    parts[:] = [part("a", ["a/1", "a/2"]), part("b", ["b"])]
    follower.update()
    follower.update()
    assert taken == [(0, "a/1"), (1, "a/2"), (2, "b")]


def test_the_next_start_goes_on_with_the_next_step(tmp_path: Path) -> None:
    taken: list[tuple[int, str]] = []
    begun: list[int] = []

    def opener(step: int) -> Notes:
        begun.append(step)
        return Notes(taken)

    for keys in (["a", "b"], ["a", "b"], ["a", "b", "c"]):
        follower = Follower(lambda keys=keys: [part("p", keys)], [Followed("n", tmp_path / "n", opener)], print)
        follower.update()
        follower.close("complete")
    assert taken == [(0, "a"), (1, "b"), (2, "c")]
    assert begun == [0, 2], "a start with nothing new opens nothing"


def test_a_tracker_that_fails_is_named_once_and_the_others_go_on(tmp_path: Path) -> None:
    good: list[tuple[int, str]] = []
    said: list[str] = []
    trackers = [
        Followed("bad", tmp_path / "bad", lambda step: Notes([], broken_at=1)),
        Followed("absent", tmp_path / "absent", lambda step: 1 / 0),  # type: ignore[arg-type, return-value]
        Followed("good", tmp_path / "good", lambda step: Notes(good)),
    ]
    follower = Follower(lambda: [part("p", ["a", "b", "c"])], trackers, said.append)
    follower.update()
    follower.update()
    follower.close("complete")
    assert [key for _, key in good] == ["a", "b", "c"]
    assert said == [
        "tracking by absent ended (division by zero); the run goes on without it",
        "tracking by bad ended (no room); the run goes on without it",
    ]


def test_a_file_that_cannot_be_read_now_is_read_later(tmp_path: Path) -> None:
    taken: list[tuple[int, str]] = []
    answers = iter([DamagedError("cut"), OSError("gone"), [part("p", ["a"])]])

    def journal() -> list[Part]:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    follower = Follower(journal, [Followed("n", tmp_path / "n", lambda step: Notes(taken))], print)
    for _ in range(3):
        follower.update()
    assert taken == [(0, "a")]
