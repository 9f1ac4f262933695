"""Waiting for what another process writes: the run folder is all that the processes of a stage share."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
SLOWEST = 0.25
"""Longest pause between two looks, in seconds."""


def wait_for(look: Callable[[], T | None]) -> T:
    """Call `look` until it returns something true, and return that.

    There is no time limit: a process that can no longer come ends all processes of its stage (torchrun, srun).
    """
    pause = 0.005
    while not (found := look()):
        time.sleep(pause)
        pause = min(pause * 1.5, SLOWEST)
    return found
