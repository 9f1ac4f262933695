"""`make run` on a machine whose Python is too old."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_an_old_python_is_told_which_one_is_needed(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c 'import sys; sys.version_info = (3, 10, 4); exec(sys.argv[1])' \"$2\"\n"
    )
    old.chmod(0o755)
    target = tmp_path / "venv" / ".run"
    done = subprocess.run(
        ["make", f"PYTHON={old}", f"VENV={target.parent}", str(target)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode != 0
    assert f"Python 3.11 or newer is needed, {old} is 3.10. Name one: make run PYTHON=python3.12" in done.stderr
    assert not target.parent.exists()
