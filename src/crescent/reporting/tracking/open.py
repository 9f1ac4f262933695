"""From a configuration to the trackers that are on, each with its ledger."""

from dataclasses import asdict
from pathlib import Path

from crescent.config.schema import Config
from crescent.reporting.tracking.entries import Tracker
from crescent.reporting.tracking.follower import Followed, Follower, Say
from crescent.reporting.tracking.journal import journal, vote_journal
from crescent.reporting.tracking.login import mode, names
from crescent.reporting.tracking.to_csv import CsvTracker
from crescent.run.folder import environment
from crescent.run.redact import redacted


def follower(folder: Path, config: Config, place: Path, vote: Path | None, *, pid: int, say: Say) -> Follower:
    """The follower of a run, or of one vote on its solutions, with its files in `place`."""
    opened = [_followed(name, folder, config, place, vote, pid, say) for name in names(config.tracking)]
    return Follower(lambda: vote_journal(vote) if vote else journal(folder, config), opened, say)


def _followed(name: str, folder: Path, config: Config, place: Path, vote: Path | None, pid: int, say: Say) -> Followed:
    if name == "csv":
        return Followed(name, place / "csv.logged", lambda step: CsvTracker(place / "figures.csv", step))
    if name == "tensorboard":
        return Followed(name, place / "tensorboard.logged", lambda step: _tensorboard(place / "tensorboard", step))
    from crescent.reporting.tracking.to_wandb import WandbTracker, run_id

    id = run_id(place)
    settings = redacted({**asdict(config), "environment": environment(), "folder": folder.name})
    title = folder.name if vote is None else f"{folder.name} vote {vote.stem}"

    def wandb(step: int) -> Tracker:
        return WandbTracker(
            place, config, settings, id=id, name=title, job=config.stage, wait=config.tracking.wait, pid=pid,
            mode=mode(config.tracking), say=say,
        )  # fmt: skip

    # A W&B run of another id, as a sweep's agent gives, has had nothing yet.
    return Followed(name, place / f"wandb-{id}.logged", wandb)


def _tensorboard(folder: Path, step: int) -> Tracker:
    from crescent.reporting.tracking.to_tensorboard import TensorBoardTracker

    return TensorBoardTracker(folder, step)
