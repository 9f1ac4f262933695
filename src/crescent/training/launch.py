"""Who started the processes of a training on several devices."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytorch_lightning.plugins.environments import LightningEnvironment, SLURMEnvironment, TorchElasticEnvironment

from crescent.errors import StageError


def cluster_environment(world_size: int) -> Any:
    """The Lightning environment for `world_size` processes, of which this is one.

    Left to itself Lightning would start missing processes by running the whole program again, once per device, would
    take any process inside a Slurm allocation for one of many, and would requeue jobs with checkpoints of its own.

    Raises:
        StageError: this process was not started as one of `world_size`.
    """
    if world_size == 1:
        return LightningEnvironment()
    environment = None
    if TorchElasticEnvironment.detect():
        environment = TorchElasticEnvironment()
    elif SLURMEnvironment.detect():
        try:
            environment = SLURMEnvironment(auto_requeue=False)
        except RuntimeError as error:
            raise StageError(str(error)) from error  # tasks asked for in a way that leaves their nodes open
    started = environment.world_size() if environment is not None else 1
    if started != world_size:
        raise StageError(
            f"training on {world_size} devices needs {world_size} processes, and {started} started: use "
            "torchrun --nproc-per-node, or srun, or set trainer.devices=1."
        )
    return environment


@contextmanager
def quiet_lightning() -> Iterator[None]:
    """Notes, hints and warnings of Lightning off, and what libraries tell each other to rename; errors stay."""
    loggers = [logging.getLogger(name) for name in ("pytorch_lightning", "lightning_fabric", "lightning.fabric")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"(pytorch_lightning|lightning_fabric)\.")
            warnings.filterwarnings("ignore", category=FutureWarning, module=r"transformers\.")
            # A process alone saves a checkpoint as it should, without the others, which Lightning warns of.
            warnings.filterwarnings("ignore", message="torch.distributed is disabled", category=UserWarning)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """No progress bars of `transformers`."""
    from transformers.utils import logging as transformers_logging

    shown = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            transformers_logging.enable_progress_bar()
