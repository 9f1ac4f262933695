"""Requests, cut into shards and dealt to ranks."""

from collections.abc import Sequence

import pytorch_lightning as pl
from torch.utils.data import DataLoader

from crescent.generation.request import Request, Shard


def cut(requests: Sequence[Request], shard_size: int) -> list[list[Request]]:
    """The requests of each shard, at most `shard_size` of them."""
    return [list(requests[first : first + shard_size]) for first in range(0, len(requests), shard_size)]


class PromptDataModule(pl.LightningDataModule):  # type: ignore[misc]  # Lightning is untyped to mypy
    """Shards of at most `shard_size` requests; those in `finished` are left out, the rest go round the ranks.

    The cut depends on the requests and `shard_size` alone, so another number of ranks, or another start, makes the same
    shards.
    """

    def __init__(
        self, requests: Sequence[Request], shard_size: int, finished: set[int], rank: int = 0, world_size: int = 1
    ) -> None:
        super().__init__()
        self.shards: list[Shard] = [
            (index, part)
            for index, part in enumerate(cut(requests, shard_size))
            if index not in finished and index % world_size == rank
        ]

    def predict_dataloader(self) -> DataLoader[Shard]:
        """One shard per step."""
        return DataLoader(self.shards, batch_size=None)  # type: ignore[arg-type]
