"""What runs inside a Slurm job: one run, put back into the queue when it is asked to stop before its end."""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crescent.config.defaults import job_compose
from crescent.config.folder import run_folder
from crescent.config.load import to_config
from crescent.errors import CrescentError
from crescent.launching.cluster import wanted_still
from crescent.runs.folder import write_json

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
        folder = run_folder(config, overrides, job_compose(composed.hydra))
        return cls(overrides, asdict(config), str(folder.resolve()))


def several_in_one(submissions: Sequence[Submission]) -> list[str]:
    """One line for each folder that two of the submissions would share."""
    folders = [submission.folder for submission in submissions]
    shared = sorted({folder for folder in folders if folders.count(folder) > 1})
    return [
        f"{Path(folder).name}: several runs of this sweep would share this folder: leave name= and run_dir= out, and "
        "do not sweep over what decides no result, or over rounds"
        for folder in shared
    ]


INTERRUPTED = 130


@dataclass
class SlurmJob:
    """Pickled by submitit at submission; `record` is the JSON file that tells the exit code."""

    submission: Submission
    record: str

    def __call__(self) -> int:
        """Run, and end with the run's exit code, so that Slurm counts a failed run as a failed job."""
        from crescent.config.load import to_config
        from crescent.console.signals import listen

        # submitit has put a handler in place that puts the job back, within the number of time limits it may meet.
        put_back = signal.getsignal(signal.SIGUSR2)
        try:
            listen()
            from crescent.commands.table import start

            code = start(to_config(self.submission.config), Path(self.submission.folder))
        except KeyboardInterrupt:
            code = INTERRUPTED
        except Exception as error:
            from crescent.runs.failures import screen_message

            print(screen_message(error), file=sys.stderr)
            code = error.exit_code if isinstance(error, CrescentError) else 1
        # Cancelled jobs are asked to stop by the same signal; those are to stay away.
        if code == INTERRUPTED and callable(put_back) and wanted_still(os.environ["SLURM_JOB_ID"]):
            print("asked to stop before the end: state saved, back into the queue", file=sys.stderr)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # with which Slurm clears the job away
            put_back(signal.SIGUSR2, None)
        write_json(Path(self.record), {"exit_code": code})
        if code:
            sys.exit(code)
        return code

    def checkpoint(self, *arguments: Any, **options: Any) -> Any:
        """What submitit puts back into the queue: the same run, which goes on from its folder."""
        from submitit.helpers import DelayedSubmission

        return DelayedSubmission(self, *arguments, **options)
