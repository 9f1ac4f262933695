"""What a process needs before its first stage: threads, determinism, quiet libraries, the base model's identity."""

import os
import signal
import warnings
from types import FrameType

from crescent.progress import Reporter
from crescent.run.folder import Run
from crescent.stages.context import Context, ModelRef


def prepare(run: Run) -> Context:
    """Set this process up for the run's configuration and return what the stages are given."""
    # Tokenizers would fork-warn and spin their own threads beside torch's; the hub's progress bars would tear ours.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    # Threads that wait by spinning bring a run to a crawl as soon as anything else wants the cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch
    import transformers

    from crescent.models.identity import identity

    config = run.config
    torch.set_num_threads(config.trainer.threads or len(os.sched_getaffinity(0)))
    torch.use_deterministic_algorithms(True, warn_only=True)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    warnings.filterwarnings("ignore", module="pytorch_lightning")
    # A scheduler's SIGTERM ends the run as Ctrl-C does: what is finished is on disk, and status.json says so.
    signal.signal(signal.SIGTERM, _interrupt)
    report = Reporter(quiet=int(os.environ.get("RANK", "0")) != 0)
    base = ModelRef("base", config.model.path, identity(config.model))
    return Context(run=run, config=config, report=report, base=base)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
