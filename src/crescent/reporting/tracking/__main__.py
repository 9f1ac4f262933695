"""`python -m crescent.reporting.tracking`: the process that follows a run folder until its standard input ends.

The first line of its input is the job, as `session.tracked` writes it. Its input also ends when the run is killed.
"""

import fcntl
import json
import os
import select
import signal
import sys
from pathlib import Path
from types import FrameType

from crescent.config.load import to_config
from crescent.console.output import outlast
from crescent.reporting.tracking.follower import Follower
from crescent.reporting.tracking.open import follower
from crescent.runs.folder import read_json

SECONDS = 2.0
"""Between two looks at the folder."""


def main() -> None:
    """Follow the run that the first line names."""
    outlast()
    # wandb turns "stop" on its website into an interrupt of this process; it is meant for the run.
    signal.signal(signal.SIGINT, _interrupt_the_run)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # meant for the run; when that has ended, so does this
    line = sys.stdin.buffer.readline()
    if not line:
        return
    job = json.loads(line)
    folder = Path(job["folder"])
    vote = Path(job["vote"]) if job["vote"] else None
    place = vote.with_suffix("") / "tracking" if vote else folder / "tracking"
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("a") as file:
        # The follower of a run that was killed may still be at work; its end is bounded by `tracking.wait`.
        fcntl.flock(file, fcntl.LOCK_EX)
        followed = follower(folder, to_config(job["config"]), place, vote, pid=os.getppid(), say=_say)
        if vote is None:
            _follow(followed, folder)
        else:
            followed.update()
            followed.close("complete")


def _follow(followed: Follower, folder: Path) -> None:
    state = None
    ended = False
    while not ended:
        ended = bool(select.select([sys.stdin.buffer], [], [], 0.0 if state is None else SECONDS)[0])
        state = (read_json(folder / "status.json") or {}).get("state", "running")
        if state == "running" and not ended:
            followed.open()
        followed.update()
    followed.close("killed" if state == "running" else str(state))


def _interrupt_the_run(number: int, frame: FrameType | None) -> None:
    if os.getppid() != 1:
        os.kill(os.getppid(), signal.SIGINT)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
