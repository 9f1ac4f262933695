"""Requests, cut into shards, dealt to ranks and served in batches of shards."""

from collections.abc import Collection, Sequence

import pytorch_lightning as pl
from torch.utils.data import DataLoader

from crescent.generation.request import Request, Shard

SAMPLES = 1 << 16
"""Samples per batch. A decoder's slots run empty once per batch, at its end, so it should hold many times as many
samples as there are slots; and the prompts of a batch are in memory together. No sample depends on it."""


def cut(requests: Sequence[Request], shard_size: int) -> list[list[Request]]:
    """The requests of each shard, at most `shard_size` of them."""
    return [list(requests[first : first + shard_size]) for first in range(0, len(requests), shard_size)]


class PromptDataModule(pl.LightningDataModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Shards of at most `shard_size` requests; those in `finished` are left out, the rest go round the ranks.

    The cut depends on the requests and `shard_size` alone, so another number of ranks, or another start, makes the same
    shards. A batch is a list of as many shards as have at most `samples` samples together, and of one at least.
    """

    def __init__(
        self,
        requests: Sequence[Request],
        shard_size: int,
        finished: Collection[int] = (),
        rank: int = 0,
        world_size: int = 1,
        samples: int = SAMPLES,
    ) -> None:
        super().__init__()
        self.shards: list[Shard] = [
            (index, part)
            for index, part in enumerate(cut(requests, shard_size))
            if index not in finished and index % world_size == rank
        ]
        largest = max((sum(request.samples for request in part) for _, part in self.shards), default=0)
        self.batch_size = max(1, samples // max(1, largest))

    def predict_dataloader(self) -> DataLoader[list[Shard]]:
        """This rank's shards in order, `batch_size` at a time."""
        return DataLoader(self.shards, batch_size=self.batch_size, collate_fn=list)  # type: ignore[arg-type]
