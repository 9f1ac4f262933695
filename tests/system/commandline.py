"""The real command line as a subprocess, and run folders compared with their clocks taken out."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

TINY = (
    "+experiment=nano_quick",
    "questions.target=40",
    "questions.wave_size=24",
    "evaluation.limit=12",
    "training.max_pairs=24",
    "training.checkpoint_minutes=0",
    "training.batch_size=8",
    "training.micro_batch_size=8",
    "backend.shard_size=8",
)
"""nano_quick, smaller still, with many small shards and a checkpoint after every step."""

CLOCKS = {"time", "seconds", "cost", "wall_s", "peak_gb", "digest", "summary", "plan"}
"""Keys whose values tell of time or memory, or are digests over such values."""
CLOCK_FILES = {"events.jsonl", "status.json", "run.lock", "report.html", "plan.json"}
"""The page repeats the summary, costs included; what else is in it is compared through the summary."""


def crescent(*arguments: str, output: Path, timeout: float = 280, **options: Any) -> "subprocess.CompletedProcess[str]":
    """Run the command line to its end."""
    command = [sys.executable, "-m", "crescent", *arguments, f"output_dir={output}"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout, **options)


def begin(*arguments: str, output: Path) -> "subprocess.Popen[str]":
    """Start the command line and return at once."""
    command = [sys.executable, "-m", "crescent", *arguments, f"output_dir={output}"]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    )


def run_folder(output: Path) -> Path:
    """The only run folder below `output`."""
    [folder] = [path for path in output.iterdir() if path.is_dir()]
    return folder


def contents(folder: Path) -> dict[str, Any]:
    """Every file of a run, relative name -> content, without clocks and without the places it was written to."""
    found: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or path.name in CLOCK_FILES or "/scratch/" in name or name.startswith("processes/"):
            continue
        if path.name in ("manifest.json", "summary.json"):
            found[name] = without_clocks(json.loads(path.read_text()))
        elif path.name == "config.yaml":
            found[name] = [line for line in path.read_text().splitlines() if not line.startswith("output_dir")]
        else:
            found[name] = path.read_bytes()
    return found


def without_clocks(value: Any) -> Any:
    """The value with every clock removed, and the output folder's name."""
    if isinstance(value, dict):
        return {k: without_clocks(v) for k, v in value.items() if k not in CLOCKS | {"output_dir"}}
    if isinstance(value, list):
        return [without_clocks(item) for item in value]
    return value


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Names of files that are not in both, or not the same."""
    return [name for name in sorted(one.keys() | other.keys()) if one.get(name) != other.get(name)]


def shards(folder: Path) -> dict[Path, tuple[int, int]]:
    """Every published shard with its inode and time: written again, it would have others."""
    found = (path for path in folder.rglob("0*.jsonl") if not path.name.startswith("."))
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in found}


def tail(process: "subprocess.CompletedProcess[str]", lines: int = 12) -> str:
    """The end of what a command printed, for assertion messages."""
    return "\n".join((process.stdout + process.stderr).splitlines()[-lines:])
