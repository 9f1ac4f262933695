"""What a process needs before its first stage: signals, devices, threads, determinism, the base model's identity."""

import os
import warnings

from crescent.config.schema import Config, Trainer
from crescent.console.progress import Reporter
from crescent.console.signals import listen
from crescent.errors import ConfigError
from crescent.loop.outlook import telling
from crescent.loop.stages.context import Context, ModelRef
from crescent.runs.folder import Run

JOURNAL = "progress.json"


def prepare(run: Run) -> Context:
    """Set this process up for the run's configuration and return what the stages are given.

    With `executor=process` no model library is loaded here: that is left to the processes of the stages.
    """
    from crescent.models.identity import identity

    config = run.config
    listen()  # the command line has done so already, another program may not have
    if config.executor == "inline":
        check_devices(config.trainer)
        set_up(config)
    base = ModelRef("teacher" if config.student else "base", config.model.path, identity(config.model))
    student = ModelRef("base", config.student.path, identity(config.student)) if config.student else None
    report = Reporter(journal=run.path / JOURNAL, whole=telling(run.path, config))
    return Context(run=run, config=config, report=report, base=base, student=student)


def looking_on(run: Run) -> Context:
    """The context of somebody who only reads the run's folder: quiet, and without the identities of models."""
    config = run.config
    base = ModelRef("teacher" if config.student else "base", config.model.path, "")
    student = ModelRef("base", config.student.path, "") if config.student else None
    return Context(run=run, config=config, report=Reporter(quiet=True), base=base, student=student)


def set_up(config: Config, beside: int = 1, local: int = 0) -> None:
    """Load the model libraries and set them up in this process: of `beside` on this machine, with device `local`."""
    # Tokenizers would fork-warn and spin their own threads beside torch's; the hub's progress bars would tear ours.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    import torch
    import transformers

    torch.set_num_threads(config.trainer.threads or max(1, len(os.sched_getaffinity(0)) // beside))
    if local and torch.cuda.is_available():
        torch.cuda.set_device(local)
    torch.use_deterministic_algorithms(True, warn_only=True)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    warnings.filterwarnings("ignore", module="pytorch_lightning")


def check_devices(trainer: Trainer, given: bool = False) -> None:
    """See that the GPUs that are asked for are here. `given`: this process was given one of them and sees no other.

    Raises:
        ConfigError: this machine has none, or fewer than `trainer.devices`.
    """
    import torch

    found = torch.cuda.device_count()
    if trainer.accelerator == "gpu" and not found:
        built = torch.backends.cuda.is_built()  # type: ignore[no-untyped-call]
        why = "no driver, or CUDA_VISIBLE_DEVICES hides it" if built else "PyTorch without CUDA"
        which = f"no GPU found here for one of trainer.devices={trainer.devices}" if given else "no GPU found here"
        raise ConfigError([f"trainer.accelerator=gpu: {which} ({why}). Take trainer.accelerator=auto, or cpu."])
    if trainer.accelerator != "cpu" and 0 < found < (1 if given else trainer.devices):
        take = f"Take trainer.devices={found}; in Slurm ask for GPUs per node, not per task."
        raise ConfigError([f"trainer.devices={trainer.devices}: GPUs found here: {found}. {take}"])
