"""Checkpoints without pickle: trained weights and AdamW's state as safetensors, the rest as JSON, with digests."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from crescent.errors import DamagedError, RunFolderError
from crescent.run.atomic import file_digest, publish_folder
from crescent.run.manifest import read_sealed, write_sealed
from crescent.training.sharding import like_shard, whole_of

if TYPE_CHECKING:
    from torch import Tensor, nn, optim

WEIGHTS = "weights.safetensors"
OPTIMIZER = "optimizer.safetensors"
STATE = "state.json"


class CheckpointState(msgspec.Struct, kw_only=True):
    """`step` optimizer steps are done, with these `losses`. `files`: name -> SHA-256. `fingerprint`: the plan's."""

    step: int
    losses: list[float]
    fingerprint: str
    files: dict[str, str]


class Checkpoints:
    """The checkpoints of one training, in `folder/step-000020` and so on; only the newest is kept.

    A checkpoint is written aside, synced and renamed, so that what is there under its name is complete. Only weights
    that are trained are in it: the model's own, or the adapter's.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder = folder
        self.fingerprint = fingerprint

    def save(
        self, model: "nn.Module", optimizer: "optim.Optimizer", step: int, losses: list[float], write: bool = True
    ) -> None:
        """Write the checkpoint of `step`, then remove the older ones.

        Sharded tensors are put together for that, so all ranks call this at the same time; one of them has to `write`.
        """
        from safetensors.torch import save_file

        weights, moments = _weights(model, write), _optimizer_state(model, optimizer, write)
        if not write:
            return
        path = self.folder / f"step-{step:06d}"
        with publish_folder(path) as aside:
            save_file(weights, aside / WEIGHTS)
            save_file(moments, aside / OPTIMIZER)
            files = {name: file_digest(aside / name) for name in (WEIGHTS, OPTIMIZER)}
            state = CheckpointState(step=step, losses=losses, fingerprint=self.fingerprint, files=files)
            write_sealed(aside / STATE, state)
        for older in self.folder.iterdir():  # and what a killed process was still writing
            if older != path:
                shutil.rmtree(older)

    def newest(self) -> CheckpointState | None:
        """The state of the newest checkpoint, None where there is none.

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
        for name, digest in state.files.items():
            if not (path / name).is_file() or file_digest(path / name) != digest:
                raise _damaged(path / name)
        return state

    def load_weights(self, model: "nn.Module", state: CheckpointState) -> None:
        """Put the checkpoint's weights into `model`, in place."""
        import torch
        from safetensors.torch import load_file

        saved = load_file(self.folder / f"step-{state.step:06d}" / WEIGHTS)
        with torch.no_grad():
            for name, parameter in _trained(model).items():
                parameter.copy_(saved[name])

    def load_optimizer(self, model: "nn.Module", optimizer: "optim.Optimizer", state: CheckpointState) -> None:
        """Give `optimizer` the checkpoint's moments and step counts."""
        from safetensors.torch import load_file

        saved = load_file(self.folder / f"step-{state.step:06d}" / OPTIMIZER)
        parameters = _trained(model)
        for key, tensor in saved.items():
            kind, name = key.split(":", 1)
            parameter = parameters[name]
            optimizer.state[parameter][kind] = like_shard(tensor, parameter if tensor.ndim else tensor)

    def clear(self) -> None:
        """Remove all checkpoints, once the trained model is safe elsewhere."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _steps(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("step-*") if path.is_dir())


def _trained(model: "nn.Module") -> "dict[str, nn.Parameter]":
    """Trained parameters by name; tied weights appear once."""
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def _weights(model: "nn.Module", keep: bool) -> "dict[str, Tensor]":
    return _whole(_trained(model), keep)


def _optimizer_state(model: "nn.Module", optimizer: "optim.Optimizer", keep: bool) -> "dict[str, Tensor]":
    state = {
        f"{kind}:{name}": tensor
        for name, parameter in _trained(model).items()
        for kind, tensor in optimizer.state[parameter].items()
    }
    return _whole(state, keep)


def _whole(tensors: "Mapping[str, Tensor]", keep: bool) -> "dict[str, Tensor]":
    """The tensors in memory of the CPU, one after the other; ranks that do not `keep` them only give their shards."""
    found = {}
    for name, tensor in tensors.items():
        whole = whole_of(tensor)
        if keep:
            found[name] = whole.cpu().contiguous()
    return found


def _damaged(path: Path) -> DamagedError:
    return DamagedError(
        f"{path} was cut, altered or removed after it was written. Delete the folder {path.parent} and start the same "
        "command again: training goes on from the checkpoint before it, or from the beginning."
    )
