"""One step of the half hour in a process of its own: `python -m crescent.commands.half_hour.measure STEP FOLDER cuda`.

So its memory is given back, and a path that crashes costs one step. The configuration is read from FOLDER; the figures
are printed as the last line, in JSON. An error that a person can do something about is one line, with exit code 3, a
package that is missing one with exit code 4.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from crescent.config.load import to_config
from crescent.errors import CrescentError, MissingEngineError, MissingExtraError
from crescent.loop.environment import set_up
from crescent.runs.folder import stored_config

EXPECTED = 3
MISSING = 4


def main(step: str, folder: Path, device: str) -> int:
    """Measure, print the figures, return the exit code."""
    config = to_config(stored_config(folder) or {})
    set_up(config)
    from crescent.commands.half_hour import learning, writing

    measure = {"decoding": writing.decoding, "vllm": writing.vllm, **learning.STEPS}[step]
    try:
        with TemporaryDirectory(dir=folder) as scratch:
            figures = measure(replace(config, stage="all"), device, Path(scratch))
    except ModuleNotFoundError as error:
        print(f"{error.name} is not installed", file=sys.stderr)
        return MISSING
    except CrescentError as error:
        print(error, file=sys.stderr)
        return MISSING if isinstance(error, MissingExtraError | MissingEngineError) else EXPECTED
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
