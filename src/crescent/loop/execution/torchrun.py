"""`python -m crescent.loop.execution.torchrun` is `python -m torch.distributed.run` without a traceback.

What went wrong in a process of a stage stands in that process's log; torchrun's own report of it says no more.
"""

import logging
import os
import sys

from crescent.loop.execution.family import die_with_parent
from crescent.private.torch_internals import torchrun


def main() -> int:
    """Run torchrun with this process's arguments and return 0, or 1 when a process failed or all were stopped."""
    die_with_parent()
    # One core each, unless the configuration or the user says otherwise: torchrun would warn that it decides so.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    logging.disable(logging.ERROR)
    return 0 if torchrun(sys.argv[1:]) else 1


if __name__ == "__main__":
    sys.exit(main())
