"""One process of a stage: `python -m crescent.loop.execution.worker TASK`. Rank 0 shows progress."""

import faulthandler
import importlib
import inspect
import os
import sys
from pathlib import Path
from typing import Any, TextIO, get_type_hints

import msgspec

from crescent.config.load import to_config
from crescent.console.output import outlast
from crescent.console.progress import Reporter
from crescent.console.signals import listen
from crescent.errors import CrescentError, RunFolderError
from crescent.loop.environment import JOURNAL, check_devices, set_up
from crescent.loop.execution.family import die_with_parent
from crescent.loop.execution.task import OUTCOME, Outcome, Task, read, write
from crescent.loop.outlook import telling
from crescent.loop.stages.context import Context
from crescent.loop.stages.table import STAGES
from crescent.runs.failures import chain
from crescent.runs.folder import Run

INTERRUPTED = 130
EXCHANGE = "exchange"
"""Where the ranks write to each other, beside the task; whoever starts them empties its folder before."""


def main(path: Path) -> int:
    """Run the task's stage as this rank and return the exit code: 0, 1 after an error, 130 when interrupted."""
    die_with_parent()
    outlast()
    task = read(path, Task)
    if task is None:
        raise RunFolderError(f"{path} is no task")
    rank = rank_of(task.world_size)
    with (path.parent / f"rank-{rank}.log").open("a", encoding="utf-8") as log:
        (path.parent / f"rank-{rank}.pid").write_text(str(os.getpid()), encoding="utf-8")
        faulthandler.enable(log)
        if rank:
            _speak_into(log)
        return _run(task, rank, path.parent, log)


def _run(task: Task, rank: int, folder: Path, log: TextIO) -> int:
    listen()
    key_variable = task.config.get("backend", {}).get("key_variable", "")
    try:
        context = _context(task, rank, folder)
        function = importlib.import_module(f"crescent.loop.stages.{task.stage}").run
        manifest = function(context, *_typed(function, task.arguments))
        if context.is_main:
            write(folder / OUTCOME, Outcome(task=task.digest, finished=manifest.spec.stage))
    except CrescentError as error:
        if rank == 0 or not (folder / OUTCOME).exists():
            write(folder / OUTCOME, Outcome.failed(task, error, chain(error, key_variable)))
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        log.write(chain(error, key_variable))
        return 1
    return 0


def _context(task: Task, rank: int, folder: Path) -> Context:
    config = to_config(task.config)
    local = int(os.environ.get("LOCAL_RANK", os.environ.get("SLURM_LOCALID", "0"))) if task.world_size > 1 else 0
    # Before PyTorch looks at the devices: it does so once.
    given = not STAGES[task.stage].collective and task.devices > 1
    if given:
        visible = os.environ.get("CUDA_VISIBLE_DEVICES", ",".join(map(str, range(task.devices)))).split(",")
        os.environ["CUDA_VISIBLE_DEVICES"] = visible[local % len(visible)]
        local = 0
    check_devices(config.trainer, given)
    set_up(config, task.devices, local)
    run = Run(Path(task.run), config, follows=rank > 0, exchange=folder / EXCHANGE)
    return Context(
        run=run,
        config=config,
        report=Reporter(quiet=rank > 0, journal=run.path / JOURNAL, whole=telling(run.path, config)),
        base=task.base,
        student=task.student,
        rank=rank,
        world_size=task.world_size,
        _exchange=folder / EXCHANGE,
    )


def _typed(function: Any, arguments: list[Any]) -> list[Any]:
    """The arguments as the stage's function declares them, after its first, the context."""
    hints = get_type_hints(function)
    names = list(inspect.signature(function).parameters)[1:]
    return [msgspec.convert(value, hints[name]) for name, value in zip(names, arguments, strict=True)]


def rank_of(world_size: int) -> int:
    """Which of `world_size` processes this is, as torchrun or srun says; a single one asks nobody."""
    return int(os.environ.get("RANK", os.environ.get("SLURM_PROCID", "0"))) if world_size > 1 else 0


def _speak_into(log: TextIO) -> None:
    for stream in (sys.stdout, sys.stderr):
        os.dup2(log.fileno(), stream.fileno())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
