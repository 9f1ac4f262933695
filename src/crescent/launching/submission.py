"""One run as it is submitted: its whole configuration and its folder, so that later edits of `conf/` change nothing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crescent.config.folder import run_folder
from crescent.config.load import to_config

if TYPE_CHECKING:
    from omegaconf import DictConfig


@dataclass(frozen=True)
class Submission:
    """`overrides`: what the command line says of this run. `folder`: absolute, the same without Slurm."""

    overrides: list[str]
    config: dict[str, Any]
    folder: str

    @classmethod
    def of(cls, composed: "DictConfig") -> "Submission":
        """The submission of a configuration that Hydra composed for a job.

        Raises:
            ConfigError: it is wrong.
        """
        overrides = list(composed.hydra.overrides.task)
        config = to_config(composed)
        return cls(overrides, asdict(config), str(run_folder(config, overrides).resolve()))


def several_in_one(submissions: Sequence[Submission]) -> list[str]:
    """One line for each folder that two of the submissions would share."""
    folders = [submission.folder for submission in submissions]
    shared = sorted({folder for folder in folders if folders.count(folder) > 1})
    return [f"{Path(folder).name}: several runs of this sweep would share this folder; leave name= and run_dir= out"
            for folder in shared]  # fmt: skip
