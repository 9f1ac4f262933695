"""A key-value cache of fixed memory whose rows are slots: sequences of any length come and go independently."""

import torch
from transformers.cache_utils import Cache, DynamicCache

from crescent.models.attention import STEP

# The part of the cache that is attended to grows in steps of `STEP` positions: other widths round differently.


class SlotCache(Cache):  # type: ignore[misc]
    """Keys and values of `slots` sequences, each at most `length` tokens long.

    Row i holds a sequence at its positions 0, 1, 2, ...: nothing is padded on the left, so what a sequence computes
    does not depend on the lengths of its neighbours.
    """

    def __init__(self, slots: int, length: int) -> None:
        super().__init__(layers=[])
        self.slots = slots
        self.length = -(-length // STEP) * STEP
        self.keys: list[torch.Tensor] = []
        self.values: list[torch.Tensor] = []
        self._rows = 0
        self._positions = torch.empty(0, dtype=torch.long)
        self._places = torch.empty(0, dtype=torch.long)
        self.width = 0

    def at(self, positions: torch.Tensor) -> None:
        """Say where the next forward pass writes: row i at `positions[i]`, for the first `len(positions)` rows."""
        self._rows, self._positions = len(positions), positions
        heads = self.keys[0].shape[1]
        # As an index into all (slot, head, position) in a row, the same for every layer.
        first = torch.arange(self._rows * heads, device=positions.device).view(-1, heads) * self.length
        self._places = (first + positions[:, None]).flatten()
        self.width = -(-(int(positions.max()) + 1) // STEP) * STEP

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, layer_idx: int, *args: object, **kwargs: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Store one token per row, (rows, heads, 1, size), and return all that the rows may attend to."""
        keys, values = self.keys[layer_idx], self.values[layer_idx]
        for stored, new in ((keys, key_states), (values, value_states)):
            size = stored.shape[-1]  # some models have values of another size than keys
            stored.view(-1, size).index_copy_(0, self._places, new.reshape(-1, size))
        return keys[: self._rows, :, : self.width], values[: self._rows, :, : self.width]

    def fill(self, first: int, prefix: DynamicCache, copies: torch.Tensor) -> None:
        """Copy row `copies[j]` of a computed prefix into slot `first + j`: a prompt is computed once for K samples."""
        width = prefix.layers[0].keys.shape[2]
        rows = slice(first, first + len(copies))
        for index, layer in enumerate(prefix.layers):
            if index == len(self.keys):
                self.keys.append(self._empty(layer.keys))
                self.values.append(self._empty(layer.values))
            self.keys[index][rows, :, :width] = layer.keys[copies]
            self.values[index][rows, :, :width] = layer.values[copies]

    def move(self, source: torch.Tensor, target: torch.Tensor, width: int) -> None:
        """Copy slots `source` over slots `target`, the first `width` positions of each."""
        for tensor in (*self.keys, *self.values):
            tensor[target, :, :width] = tensor[source, :, :width]

    def get_seq_length(self, layer_idx: int = 0, *args: object, **kwargs: object) -> int:
        """Positions in use, for code that asks a cache for its length."""
        return self.width

    def get_query_offset(self, layer_idx: int = 0) -> torch.Tensor:
        """Where the next forward pass writes, (rows,): what masks are built from, see `generation.attention`."""
        return self._positions

    def get_mask_sizes(self, query_length: int, layer_idx: int) -> tuple[int, int]:
        """Width of the masks, and the position of their first column."""
        return self.width, 0

    def _empty(self, like: torch.Tensor) -> torch.Tensor:
        _, heads, _, size = like.shape
        # Zeros, not empty memory: masked positions are multiplied by zero, and a stray NaN would survive that.
        return torch.zeros((self.slots, heads, self.length, size), dtype=like.dtype, device=like.device)
