"""Checkpoints without pickle: trained weights and AdamW's state as safetensors, the rest as JSON, with digests.

`torch.distributed.checkpoint` decides which rank writes what, and cuts it anew where another number of ranks reads it.
Its own files hold pickles; ours are written by `CheckpointWriter` and read by its `HuggingFaceStorageReader`.
"""

import shutil
import time
from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec

from crescent.config.schema.training import CHECKPOINTS_KEPT
from crescent.errors import DamagedError, RunFolderError
from crescent.runs.atomic import TEMPORARY, file_digest, put_in_place
from crescent.runs.manifest import read_sealed, write_sealed
from crescent.runs.names import in_order

if TYPE_CHECKING:
    from torch import Tensor, nn, optim

STATE = "state.json"
WEIGHT = "weight"


class CheckpointState(msgspec.Struct, kw_only=True):
    """`step` optimizer steps are done, with these `losses` and `figures`.

    `files`: name -> SHA-256. `fingerprint`: the plan's.
    """

    step: int
    losses: list[float]
    figures: list[dict[str, float]] = []
    fingerprint: str
    files: dict[str, str]


class Checkpoints:
    """The checkpoints of one training, in `folder/step-000020` and so on; the `CHECKPOINTS_KEPT` newest are kept.

    A checkpoint is copied to memory of the CPU and written from there while the training goes on, by every rank its
    share. It is written under another name, synced, and renamed by rank 0 when all ranks are done, so that what
    stands under its name is complete. Only weights that are trained are in it: the model's own, or the adapter's.
    """

    def __init__(self, folder: Path, fingerprint: str, minutes: float = 0.0) -> None:
        self.folder = folder
        self.fingerprint = fingerprint
        self.minutes = minutes
        self._begun = time.monotonic()
        self._writing: Future[Any] | None = None
        self._group: Any = None

    def due(self) -> bool:
        """Whether the next one should be saved: `minutes` after the last was begun, but not before that is written."""
        if self._writing is not None and self._writing.done() and self._writing.exception() is not None:
            return True  # what went wrong is raised by `save`, on all ranks
        if self.minutes == 0:
            return True
        waiting = self._writing is not None and not self._writing.done()
        return not waiting and time.monotonic() - self._begun >= 60 * self.minutes

    def save(
        self,
        model: "nn.Module",
        optimizer: "optim.Optimizer",
        step: int,
        losses: Sequence[float],
        figures: Sequence[dict[str, float]] = (),
    ) -> None:
        """Begin to write the checkpoint of `step`, once the one before is written. All ranks call this at one time.

        Raises:
            RunFolderError: there was no room for the one before.
        """
        from torch import distributed
        from torch.distributed.checkpoint.state_dict_saver import async_save

        from crescent.training.checkpoint_writer import CheckpointWriter

        self.wait()
        self._begun = time.monotonic()
        path = self.folder / f"step-{step:06d}"
        temporary = path.with_name(f"{TEMPORARY}{path.name}")
        state = CheckpointState(
            step=step, losses=list(losses), figures=list(figures), fingerprint=self.fingerprint, files={}
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        begun = async_save(
            _state(model, optimizer),
            storage_writer=CheckpointWriter(temporary, partial(self._publish, path, temporary, state)),
            process_group=self._ranks(),
            no_dist=not distributed.is_initialized(),
        )
        # A future of the upload alone: the weights are copied before `async_save` returns.
        self._writing = cast("Future[Any]", begun)

    def wait(self) -> None:
        """Return when no checkpoint is being written any more.

        Raises:
            RunFolderError: there was no room for it.
        """
        from torch.distributed.checkpoint.api import CheckpointException

        writing, self._writing = self._writing, None
        if writing is None:
            return
        try:
            writing.result()
        except CheckpointException as error:
            raise _cause(error) from None

    def newest(self, rank: int = 0, world_size: int = 1) -> CheckpointState | None:
        """The state of the newest checkpoint, None where there is none. Each rank looks through its share of the files.

        Raises:
            DamagedError: one of its files was cut, altered or removed.
            RunFolderError: it belongs to another training.
        """
        steps = self._steps()
        if not steps:
            return None
        path = steps[-1]
        try:
            state = read_sealed(path / STATE, CheckpointState)
        except DamagedError:
            state = None
        if state is None:
            raise _damaged(path / STATE)
        if state.fingerprint != self.fingerprint:
            raise RunFolderError(
                f"{path} is the checkpoint of a training with other pairs, another model or other settings. "
                f"Delete the folder {self.folder} to begin this training, or go back to those settings."
            )
        for name in sorted(state.files)[rank::world_size]:
            if not (path / name).is_file() or file_digest(path / name) != state.files[name]:
                raise _damaged(path / name)
        return state

    def load(self, model: "nn.Module", optimizer: "optim.Optimizer | None", state: CheckpointState) -> None:
        """Put the checkpoint's weights into `model`, in place, and its moments and step counts into `optimizer`.

        Each rank reads what it has a share of, whatever number of ranks wrote it.
        """
        import torch
        from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageReader
        from torch.distributed.checkpoint.state_dict_loader import load

        reader = HuggingFaceStorageReader(str(self.folder / f"step-{state.step:06d}"))
        if optimizer is not None:
            parameters = _trained(model)
            for key, saved in reader.read_metadata().state_dict_metadata.items():
                kind, name = key.split(":", 1)
                if kind != WEIGHT:
                    place = parameters[name].detach()
                    counts = getattr(saved, "size", None) == torch.Size()  # steps; moments have the weight's shape
                    empty = torch.zeros((), device=place.device) if counts else torch.zeros_like(place)
                    optimizer.state[parameters[name]][kind] = empty
        load(
            _state(model, optimizer),
            storage_reader=reader,
            process_group=self._ranks(),
            no_dist=not torch.distributed.is_initialized(),
        )

    def clear(self) -> None:
        """Remove all checkpoints, once the trained model is safe elsewhere."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _publish(self, path: Path, temporary: Path, state: CheckpointState, files: dict[str, str]) -> None:
        """Give the checkpoint its name, then remove the oldest, and what killed processes were still writing."""
        write_sealed(temporary / STATE, msgspec.structs.replace(state, files=files))
        put_in_place(temporary, path)
        kept = self._steps()[-CHECKPOINTS_KEPT:]
        for other in self.folder.iterdir():
            if other not in kept:
                shutil.rmtree(other)

    def _steps(self) -> list[Path]:
        return sorted((path for path in self.folder.glob("step-*") if path.is_dir()), key=in_order)

    def _ranks(self) -> Any:
        """The ranks as a group for messages between their CPUs, apart from those of the training that goes on."""
        from torch import distributed

        if self._group is None and distributed.is_initialized():
            self._group = distributed.new_group(backend="gloo")
        return self._group


def _trained(model: "nn.Module") -> "dict[str, nn.Parameter]":
    """Trained parameters by name; tied weights appear once."""
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def _state(model: "nn.Module", optimizer: "optim.Optimizer | None") -> "dict[str, Tensor]":
    """The tensors of a checkpoint, as `KIND:NAME`: `weight`, and what AdamW keeps of each parameter."""
    found = {}
    for name, parameter in _trained(model).items():
        found[f"{WEIGHT}:{name}"] = parameter.detach()
        if optimizer is not None:
            found |= {f"{kind}:{name}": tensor for kind, tensor in optimizer.state[parameter].items()}
    return found


def _cause(error: Any) -> BaseException:
    """What went wrong on the first of the ranks on which something did."""
    cause: BaseException = error.failures[min(error.failures)][0]
    return cause


def _damaged(path: Path) -> DamagedError:
    return DamagedError(
        f"{path} was cut, altered or removed after it was written. Delete the folder {path.parent} and start the same "
        "command again: training goes on from the checkpoint before it, or from the beginning."
    )
