"""Rows of unequal length in flat arrays: row i is `values[offsets[i]:offsets[i + 1]]`."""

import numpy as np
from numpy.typing import NDArray


def offsets_of(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each row of the given sizes starts, and where the last one ends."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])


def spans(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The positions starts[0], starts[0] + 1, ... for sizes[0] steps, then the same for the next row, and so on."""
    ends = np.cumsum(sizes, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    positions: NDArray[np.int64] = np.arange(total, dtype=np.int64) + np.repeat(starts - (ends - sizes), sizes)
    return positions
