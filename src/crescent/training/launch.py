"""Who started the processes of a training on several devices."""

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
