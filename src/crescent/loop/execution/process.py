"""`executor=process`: each stage in processes of its own, so that memory is given back and a crash costs one stage.

The run's own process keeps the lock, imports no model library, passes on signals, and takes its processes with it
however it ends.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crescent import __version__
from crescent.errors import ProcessError
from crescent.loop.execution.family import die_with_parent
from crescent.loop.execution.task import OUTCOME, TASK, ElsewhereError, Outcome, Task, read, write
from crescent.loop.stages.context import Context
from crescent.loop.stages.table import STAGES
from crescent.runs.manifest import Manifest
from crescent.runs.names import round_folder

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


FOLDER = "processes"
LONGEST_LOG = 20_000
"""Characters of a process's log that are kept with the error."""


class ProcessExecutor:
    """Starts the processes of a stage, waits for them, and reads from the run folder what they made."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def __call__(self, stage: str, *arguments: Any) -> Manifest:
        """See `Executor`.

        Raises:
            CrescentError: what the stage raised, or `ProcessError` where a process ended without a word.
        """
        task, run = self._task(stage, arguments), self._context.run
        folder = run.path / FOLDER / _name(stage, arguments[0])
        before = read(folder / OUTCOME, Outcome)
        # What an equal task is known to have finished needs no process to find out.
        if before is not None and before.task == task.digest and (manifest := before.manifest(run.path)):
            return manifest
        shutil.rmtree(folder, ignore_errors=True)
        write(folder / TASK, task)
        code = _wait(command(folder / TASK, task.devices, task.nodes), folder)
        outcome = read(folder / OUTCOME, Outcome)
        if outcome is not None and outcome.error is not None:
            raise outcome.raised()
        manifest = outcome.manifest(run.path) if outcome is not None else None
        if code != 0 or manifest is None:
            raise ProcessError(_what_happened(folder, code)) from _logged(folder)
        return manifest

    def _task(self, stage: str, arguments: tuple[Any, ...]) -> Task:
        context, trainer = self._context, self._context.config.trainer
        return Task(
            stage=stage,
            arguments=list(arguments),
            run=str(context.run.path.resolve()),
            config=asdict(context.config),
            base=context.base,
            student=context.student,
            devices=trainer.devices if STAGES[stage].parallel else 1,
            nodes=trainer.nodes if STAGES[stage].parallel else 1,
            version=__version__,
        )


def _name(stage: str, label: int | str) -> str:
    return f"{round_folder(label)}.{stage}" if isinstance(label, int) else f"{label}.{stage}"


def _wait(arguments: list[str], folder: Path) -> int:
    """Run a command to its end. An interrupt is passed on, waited for and raised; a second one does not wait.

    The processes get a session of their own: a terminal's Ctrl-C, or a Slurm signal to the whole process group, would
    otherwise reach them twice, and the second one means at once.
    """
    process = subprocess.Popen(arguments, start_new_session=True, preexec_fn=die_with_parent)  # noqa: PLW1509
    try:
        return process.wait()
    except KeyboardInterrupt:
        try:
            _stop(process, folder, arguments[0])
            process.wait()
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        raise


def _stop(process: "subprocess.Popen[bytes]", folder: Path, program: str) -> None:
    """Ask for an end with everything saved. torchrun would give its processes half a minute for that, so it is them
    who are asked; srun passes the signal on to all nodes."""
    known = [] if program == "srun" else [int(path.read_text() or 0) for path in folder.glob("rank-*.pid")]
    for number in [number for number in known if number] or [process.pid]:
        try:
            os.kill(number, signal.SIGTERM)
        except ProcessLookupError:
            continue


def _logged(folder: Path) -> ElsewhereError | None:
    """The end of every log of a process that said something."""
    texts = {path.name: path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("*.log"))}
    said = [f"{name}:\n{text[-LONGEST_LOG:]}" for name, text in texts.items() if text]
    return ElsewhereError("\n".join(said)) if said else None


def _what_happened(folder: Path, code: int) -> str:
    """One line on a process that ended without an outcome: by which signal, its last words, and where its log is."""
    logs = [path for path in sorted(folder.glob("rank-*.log")) if path.stat().st_size]
    said = logs[0].read_text(encoding="utf-8", errors="replace").strip().splitlines() if logs else []
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    words = f" ({said[-1].strip()[:200]})" if said else ""
    where = f" Log: {logs[0]}." if logs else f" Its files: {folder}."
    return f"{folder.name}: its process {how}{words}.{where} The same command goes on from here."
