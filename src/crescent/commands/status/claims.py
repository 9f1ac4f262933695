"""`status --claims`: many claims in one table, a row per arm and model. No figure stands without its interval."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crescent.commands.claim.figures import BASE, Claim, OverSeeds
from crescent.commands.claim.figures import FIGURES as CLAIM
from crescent.commands.claim.headline import shares
from crescent.commands.status.runs import claim_of, find_runs
from crescent.errors import DataError
from crescent.reporting.report import numbers
from crescent.runs.atomic import file_digest, publish
from crescent.runs.folder import read_json

VERIFIED = "verify.json"
"""Where `python -m crescent verify FOLDER --json` may be kept, in the folder of the claim."""
ORDER = (
    "Rows stand in the order of claims and arms, not of gains: where two intervals overlap, nothing shows which of the "
    "two is better. Claims with other models or tasks are not comparable."
)
COLUMNS = (
    "",
    "claim",
    "arm",
    "model",
    "task",
    "gain",
    "95 % interval",
    "over",
    "items too",
    "overlaps",
    "effort",
    "verify",
)


@dataclass
class Standing:
    """An arm of a claim against the model before training, on the main task.

    `low` and `high` are the 95 % interval over what `over` says; `both` is the one over items and seeds together, in
    words. `overlaps` has the numbers of the rows on the same task whose intervals overlap with this one's.
    """

    number: int
    folder: Path
    claim: str
    arm: str
    model: str
    task: str
    share: bool
    gain: float
    low: float
    high: float
    over: str
    both: str
    effort: str
    verified: str
    overlaps: list[int] = field(default_factory=list)

    def cells(self) -> tuple[str, ...]:
        """What the table shows of it, in the order of `COLUMNS`."""
        unit = " points" if self.share else ""
        overlaps = ", ".join(map(str, self.overlaps)) or "none"
        gain = f"{numbers.difference(self.gain, self.share)}{unit}"
        interval = numbers.interval(self.low, self.high, self.share)
        cells = (str(self.number), self.claim, self.arm, self.model, self.task, gain, interval, self.over, self.both)
        return (*map(numbers.plain, cells), overlaps, self.effort, self.verified)


@dataclass
class Leaderboard:
    """The rows, and in sentences what has no row, and why."""

    rows: list[Standing]
    left_out: list[str]


def leaderboard(folders: Sequence[Path]) -> Leaderboard:
    """The claims in `folders`, each the folder of a claim or one with such folders in it.

    Raises:
        DataError: there is no claim.
    """
    claims = [run.folder for run in find_runs(folders) if run.kind == "claim"]
    if not claims:
        raise DataError(f"{', '.join(map(str, folders))}: no claim. `python -m crescent claim ...` makes one.")
    board = Leaderboard([], [])
    for folder in sorted(claims, key=lambda folder: folder.name):
        claim = claim_of(folder)
        if claim is None:
            board.left_out.append(f"{folder.name}: it has no figures yet")
            continue
        for arm in claim.arms:
            found = claim.mean(arm, BASE)
            bounds = _bounds(claim, arm, found) if found else None
            if found is None or bounds is None:
                board.left_out.append(f"{folder.name}, {arm}: nothing measured, or no interval is known")
            else:
                board.rows.append(_standing(len(board.rows) + 1, folder, claim, arm, found, bounds))
    for row in board.rows:
        row.overlaps = [
            other.number
            for other in board.rows
            if other is not row and other.task == row.task and other.low <= row.high and row.low <= other.high
        ]
    return board


def _standing(
    number: int, folder: Path, claim: Claim, arm: str, found: OverSeeds, bounds: tuple[float, float, str]
) -> Standing:
    share = shares(claim, claim.primary_task)
    low, high, over = bounds
    return Standing(
        number=number,
        folder=folder,
        claim=folder.name,
        arm=arm,
        model=f"{claim.student} from {claim.model}" if claim.student else claim.model,
        task=claim.primary_task,
        share=share,
        gain=found.mean,
        low=low,
        high=high,
        over=over,
        both="" if found.both_low is None else numbers.interval(found.both_low, found.both_high, share),
        effort=_effort(claim, arm),
        verified=verified(folder),
    )


def _bounds(claim: Claim, arm: str, found: OverSeeds) -> tuple[float, float, str] | None:
    """The interval over seeds; of seeds that are all alike that with items, of a single one that over items."""
    if found.low is not None and found.high is not None:
        return found.low, found.high, numbers.plural(found.n, "seed")
    if found.both_low is not None and found.both_high is not None:
        return found.both_low, found.both_high, f"{numbers.plural(found.n, 'seed')} and items"
    single = list(claim.by_seed(arm, BASE).values())
    if len(single) == 1 and single[0].low is not None and single[0].high is not None:
        return single[0].low, single[0].high, "items, 1 seed"
    return None


def _effort(claim: Claim, arm: str) -> str:
    """What the compared models learned from: pairs and steps, over the seeds."""
    runs = [(claim.run(arm, seed), claim.number(arm, seed)) for seed in claim.seeds]
    figures = [found for run, number in runs if (found := run.figures(number)) is not None]
    words = [
        _range([getattr(each, name) for each in figures if getattr(each, name) is not None], name)
        for name in ("pairs", "steps")
    ]
    return ", ".join(filter(None, words))


def _range(values: Sequence[int], what: str) -> str:
    if not values:
        return ""
    least, most = min(values), max(values)
    return f"{most:,} {what}" if least == most else f"{least:,} to {most:,} {what}"


def verified(folder: Path) -> str:
    """Whether rows and page of the claim agree, as far as a stored result of `verify` says."""
    found = read_json(folder / VERIFIED)
    if found is None or "agrees" not in found:
        return "not verified"
    if (found.get("digests") or {}).get(CLAIM) != file_digest(folder / CLAIM):
        return "changed since it was verified"
    return "agrees" if found["agrees"] else "disagrees"


def lines(board: Leaderboard) -> Iterator[str]:
    """The table with tabs between its cells, and what belongs to it."""
    for cells in (COLUMNS, *(row.cells() for row in board.rows)):
        yield "\t".join(cells)
    yield from notes(board)


def notes(board: Leaderboard) -> list[str]:
    """What stands below the table."""
    return [*(f"no row: {sentence}" for sentence in board.left_out), ORDER]


def write(board: Leaderboard, path: Path) -> None:
    """Write the page, whole or not at all."""
    publish(path, render(board).encode())


def render(board: Leaderboard) -> str:
    """The page's text."""
    from crescent.reporting.report.page import style_sheet, templates

    shown: dict[str, Any] = {"css": style_sheet(), "columns": COLUMNS, "rows": board.rows, "notes": notes(board)}
    return templates().get_template("claims.html.j2").render(shown)
