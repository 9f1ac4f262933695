"""What runs inside a Slurm job: one run, put back into the queue when it is told to stop before it has ended."""

import os
import signal
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crescent.errors import CrescentError
from crescent.launching.cluster import wanted_still
from crescent.launching.submission import Submission
from crescent.run.folder import write_json

INTERRUPTED = 130


@dataclass
class SlurmJob:
    """Pickled by submitit at submission; `record` is the JSON file that tells the exit code."""

    submission: Submission
    record: str

    def __call__(self) -> int:
        """Run, and end with the run's exit code, so that Slurm counts a failed run as a failed job."""
        from crescent.config.load import to_config
        from crescent.loop.environment import listen

        # submitit has put a handler in place that puts the job back, within the number of time limits it may meet.
        put_back = signal.getsignal(signal.SIGUSR2)
        try:
            listen()
            from crescent.commands.table import start

            code = start(to_config(self.submission.config), Path(self.submission.folder))
        except CrescentError as error:
            print(error, file=sys.stderr)
            code = error.exit_code
        except KeyboardInterrupt:
            code = INTERRUPTED
        except Exception:
            traceback.print_exc()
            code = 1
        # Cancelled jobs are asked to stop by the same signal; those are to stay away.
        if code == INTERRUPTED and callable(put_back) and wanted_still(os.environ["SLURM_JOB_ID"]):
            print("told to stop before the end: state saved, back into the queue", file=sys.stderr)
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
