"""A process that kills itself at a stated moment of a training."""

import os
import signal

from crescent.training import checkpoint_writer
from crescent.training.checkpoint import Checkpoints
from crescent.training.module import FineTuning
from crescent.training.safetensors_file import write_tensors


def die_when(moment: str, step: int, rank: int = 0) -> None:
    """Let rank `rank` die in optimizer step `step`, at its beginning ("training"), with half of its part of the step's
    checkpoint written ("writing"), or with all of it written and not yet given its name ("publishing")."""
    if int(os.environ.get("RANK", "0")) != rank:
        return
    train, publish = FineTuning.training_step, Checkpoints._publish

    def training_step(self, batch, batch_idx):
        if batch.step + 1 == step:
            os.kill(os.getpid(), signal.SIGKILL)
        train(self, batch, batch_idx)

    def write_half(path, tensors, metadata):
        digest = write_tensors(path, tensors, metadata)
        if path.parent.name.endswith(f"step-{step:06d}"):
            os.truncate(path, path.stat().st_size // 2)
            os.kill(os.getpid(), signal.SIGKILL)
        return digest

    def publish_nothing(self, path, temporary, state, files):
        if state.step == step:
            os.kill(os.getpid(), signal.SIGKILL)
        publish(self, path, temporary, state, files)

    if moment == "training":
        FineTuning.training_step = training_step
    elif moment == "writing":
        checkpoint_writer.write_tensors = write_half
    elif moment == "publishing":
        Checkpoints._publish = publish_nothing
