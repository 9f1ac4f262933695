"""The command that starts the processes of a stage: Python itself, torchrun for several, srun over several nodes."""

import os
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

WORKER = "crescent.loop.execution.worker"


def command(task: Path, devices: int, nodes: int) -> list[str]:
    """The command that runs the stage of the file `task` in `devices` processes on each of `nodes` machines."""
    python = [sys.executable, "-m"]
    if devices * nodes == 1:
        return [*python, WORKER, str(task)]
    if nodes > 1 or tasks_per_node(os.environ) >= devices:
        # One task that fails ends the step; tasks may stand beside the step that this process itself is in.
        shape = [f"--nodes={nodes}", f"--ntasks={devices * nodes}", f"--ntasks-per-node={devices}"]
        return ["srun", *shape, "--kill-on-bad-exit=1", "--overlap", "--unbuffered", *python, WORKER, str(task)]
    torchrun = ["crescent.loop.execution.torchrun", f"--nproc-per-node={devices}", f"--master-port={free_port()}"]
    return [*python, *torchrun, "-m", WORKER, str(task)]


def allocation_mistakes(devices: int, nodes: int) -> list[str]:
    """What is wrong where `nodes` machines are asked for and this is no Slurm allocation that has them."""
    if nodes == 1:
        return []
    asked = f"trainer.nodes={nodes} with trainer.devices={devices}"
    if "SLURM_JOB_ID" not in os.environ or shutil.which("srun") is None:
        return [f"{asked} needs a Slurm allocation: add -m hydra/launcher=slurm, or use sbatch (docs/slurm.md)"]
    there, tasks = int(os.environ.get("SLURM_JOB_NUM_NODES", "1")), tasks_per_node(os.environ)
    if there < nodes or tasks < devices:
        return [f"{asked}: this Slurm allocation has {there} nodes with {tasks} tasks each"]
    return []


def tasks_per_node(environment: Mapping[str, str]) -> int:
    """Tasks per node of the Slurm allocation that this process is in, itself one task of one; 1 outside of any."""
    return int(environment.get("SLURM_NTASKS_PER_NODE", "1")) if "SLURM_JOB_ID" in environment else 1


def free_port() -> int:
    """A TCP port that nobody on this machine listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
