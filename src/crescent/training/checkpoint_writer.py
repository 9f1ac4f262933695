"""What `torch.distributed.checkpoint` writes through, in place of its own writer, which pickles."""

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import Tensor
from torch.distributed.checkpoint.metadata import Metadata
from torch.distributed.checkpoint.planner import SavePlan, SavePlanner
from torch.distributed.checkpoint.storage import StorageWriter, WriteResult
from torch.futures import Future

from crescent.private.torch_internals import parts_metadata
from crescent.runs.atomic import room_to_write
from crescent.training.safetensors_file import write_tensors


class CheckpointWriter(StorageWriter):
    """Every rank writes what the plan gives it to a safetensors file of its own in `folder`.

    Sharded tensors are written in parts, each by the rank that has it; of others the plan gives every rank some. Rank 0
    calls `finish` with name -> SHA-256 of all files once they are on the disk.
    """

    def __init__(self, folder: Path, finish: Callable[[dict[str, str]], None]) -> None:
        super().__init__()
        self._folder = folder
        self._finish = finish

    def reset(self, checkpoint_id: Any = None) -> None:
        """A writer is for one checkpoint."""

    def set_up_storage_writer(self, is_coordinator: bool, *args: Any, **kwargs: Any) -> None:
        """Nothing to set up."""

    def prepare_local_plan(self, plan: SavePlan) -> SavePlan:
        """The planner's."""
        return plan

    def prepare_global_plan(self, plans: list[SavePlan]) -> list[SavePlan]:
        """On rank 0, before any rank writes: remove what a killed process left, and number the ranks."""
        shutil.rmtree(self._folder, ignore_errors=True)
        return [dataclasses.replace(plan, storage_data=rank) for rank, plan in enumerate(plans)]

    def write_data(self, plan: SavePlan, planner: SavePlanner) -> Future[list[WriteResult]]:
        """Write this rank's file and report its digest."""
        done: Future[list[WriteResult]] = Future()
        done.set_result(self._write(plan, planner) if plan.items else [])
        return done

    def finish(self, metadata: Metadata, results: list[list[WriteResult]]) -> None:
        """On rank 0, after all ranks have written."""
        with room_to_write(self._folder):
            self._finish(dict(sorted({result.storage_data for written in results for result in written})))

    @classmethod
    def validate_checkpoint_id(cls, checkpoint_id: Any) -> bool:
        """No writer is to be guessed from the name of a folder."""
        return False

    def _write(self, plan: SavePlan, planner: SavePlanner) -> list[WriteResult]:
        name = f"rank-{plan.storage_data:05d}.safetensors"
        tensors, begins = {}, {}
        for item in plan.items:
            tensor = planner.resolve_data(item)
            if not isinstance(tensor, Tensor) or item.tensor_data is None:
                raise TypeError(f"a checkpoint is made of tensors alone, and {item.index.fqn} is none")
            tensors[item.index.fqn] = tensor
            begins[item.index.fqn] = item.tensor_data.chunk.offsets
        with room_to_write(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            digest = write_tensors(self._folder / name, tensors, parts_metadata(begins))
        return [WriteResult(item.index, tensors[item.index.fqn].nbytes, (name, digest)) for item in plan.items]
