"""What evidence takes: to check it (`verify` recomputes every figure of a run), and to sample it.

    python benchmarks/evidence.py --json                 a run of nano_quick, made first
    python benchmarks/evidence.py --folder FOLDER        a run or a claim that is there

`verify_seconds` is the whole command, its start included. It fails where page and rows do not agree. The figures of
`avg_at_8` are those of `sampled_replies.py`: eight sampled replies to each problem against a greedy one.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from report_line import emit
from sampled_replies import avg_at_8


def main() -> None:
    """Measure, then print one line or a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON line")
    parser.add_argument("--folder", type=Path, help="the folder of a run or a claim (default: a run that is made)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or made(Path(temporary))
        figures = {"verify_seconds": verify_seconds(folder), **avg_at_8()}
        emit("evidence", figures, options.json, ("torch", "numpy"))


def made(output: Path) -> Path:
    """A finished run of nano_quick below `output`."""
    command = [sys.executable, "-m", "crescent", "+experiment=nano_quick", f"output_dir={output}"]
    subprocess.run(command, check=True, stdout=sys.stderr)
    [folder] = [path for path in output.iterdir() if path.is_dir()]
    return folder


def verify_seconds(folder: Path) -> float:
    """How long `verify` takes. Raises CalledProcessError where something disagrees."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "crescent", "verify", str(folder)], check=True, stdout=sys.stderr)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
