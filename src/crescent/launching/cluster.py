"""Questions to Slurm's own commands: what a partition has, where jobs stand, putting a job back."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from crescent.config.check import did_you_mean
from crescent.config.launcher import SlurmSettings
from crescent.errors import ConfigError

SECONDS = 60
"""Longest wait for an answer of the controller."""


@dataclass(frozen=True)
class Partition:
    """A partition of the cluster: its nodes, the most GPUs that one of them has, and the longest job in minutes."""

    name: str
    nodes: int
    gpus: int
    minutes: int | None


def objections(settings: SlurmSettings, gpus_per_node: int) -> list[str]:
    """What this machine and its cluster have to say against `settings`, one line each."""
    if shutil.which("sbatch") is None or shutil.which("srun") is None:
        return ["hydra/launcher=slurm: there is no Slurm on this machine (no command sbatch); log in to a cluster"]
    code, text = ask("sinfo", "--noheader", "--format=%P|%D|%G|%l")
    if code:
        last = text.rsplit("sinfo: ", 1)[-1]
        return [f"hydra/launcher=slurm: Slurm does not answer ({last}); `sinfo` must work on this machine"]
    partitions = _partitions(text)
    name = settings.partition or next((p for p, default in _names(text) if default), None)
    if name not in partitions:
        if settings.partition is None:
            return [f"hydra.launcher.partition: there is no default; choose one of {', '.join(partitions)}"]
        near = did_you_mean(settings.partition, partitions)
        return [f"hydra.launcher.partition={name}: no such partition; there are {', '.join(partitions)}{near}"]
    partition = partitions[name]
    lines = []
    if gpus_per_node > partition.gpus:
        lines.append(f"{gpus_per_node} GPUs per node are more than partition {name} has ({partition.gpus})")
    if settings.nodes > partition.nodes:
        lines.append(f"hydra.launcher.nodes={settings.nodes} is more than partition {name} has ({partition.nodes})")
    if partition.minutes is not None and settings.time_min > partition.minutes:
        lines.append(
            f"hydra.launcher.time_min={settings.time_min} is more than partition {name} allows "
            f"({partition.minutes}); a run goes on in its next turn, so less will do"
        )
    return lines


def states(jobs: Sequence[str]) -> dict[str, str] | None:
    """Job -> its state, such as RUNNING or PENDING, of those that Slurm still has; None where it does not answer."""
    main = sorted({job.partition("_")[0] for job in jobs})
    code, text = ask("squeue", "--noheader", "--array", "--format=%i|%T", f"--jobs={','.join(main)}")
    if code and "Invalid job id" not in text:
        return None
    pairs = [line.split("|") for line in text.splitlines() if line.count("|") == 1]
    return {job: state for job, state in pairs if job in set(jobs)}


def last_state(job: str) -> str | None:
    """How a job ended, as `CANCELLED` or `FAILED, exit code 1`, as long as Slurm remembers it."""
    text = ask("scontrol", "show", "job", "--oneliner", job)[1]
    state, code = (re.search(rf"\b{key}=(\S+)", text) for key in ("JobState", "ExitCode"))
    if state is None or code is None:
        return None
    status, _, number = code[1].partition(":")
    detail = f", signal {number}" if number != "0" else f", exit code {status}" if status != "0" else ""
    return state[1] + detail


def wanted_still(job: str) -> bool:
    """Whether Slurm still counts a job as running: asked to stop, it is not cancelled but preempted or out of time."""
    return ask("squeue", "--noheader", "--format=%T", f"--jobs={job}") == (0, "RUNNING")


def ask(*command: str) -> tuple[int, str]:
    """Exit code and output of a command; of a failed one its complaint, in one line."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=SECONDS, env=os.environ | {"LC_ALL": "C"}
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    if done.returncode:
        return done.returncode, " ".join((done.stderr or done.stdout).split())
    return 0, done.stdout.strip()


def refused(error: Exception) -> ConfigError:
    """What sbatch said against a job, without the traceback around it."""
    said = re.findall(r"(?:sbatch: )?error: (.+)", str(error)) or [str(error).strip().splitlines()[-1]]
    return ConfigError([f"Slurm refuses the job: {said[-1]}"])


def _names(text: str) -> list[tuple[str, bool]]:
    found = [line.split("|")[0] for line in text.splitlines()]
    return [(name.rstrip("*"), name.endswith("*")) for name in found]


def _partitions(text: str) -> dict[str, Partition]:
    """Partitions from `sinfo`'s lines, one for each kind of node."""
    found: dict[str, Partition] = {}
    for line in text.splitlines():
        name, nodes, resources, limit = line.split("|")
        name = name.rstrip("*")
        gpus = sum(int(count) for count in re.findall(r"gpu(?::[^:,()]+)?:(\d+)", resources))
        before = found.get(name, Partition(name, 0, 0, None))
        found[name] = Partition(name, before.nodes + int(nodes), max(before.gpus, gpus), _minutes(limit))
    return found


def _minutes(limit: str) -> int | None:
    """`2-00:00:00`, `12:00:00` or `30:00` in minutes; None for `infinite`."""
    if (read := re.fullmatch(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)", limit)) is None:
        return None
    days, hours, minutes, _ = (int(part or 0) for part in read.groups())
    return (days * 24 + hours) * 60 + minutes
