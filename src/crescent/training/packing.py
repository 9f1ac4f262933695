"""How the pairs of one optimizer step become forward passes.

Packed, a pass is one row that holds several conversations (*documents*), and no padding. Position ids start from 0 in
each, and attention stays within each (`training.attention`):

    tokens     a0 a1 a2 a3  b0 b1 b2  c0 c1
    positions   0  1  2  3   0  1  2   0  1
    targets    a1 a2 a3  -  b1 b2  -  c1  -      (only where the target belongs to a solution)

Otherwise a pass has a row per conversation, padded to the longest of them. Padding stands behind everything that has a
target, so causal attention hides it, and no mask is needed: that works with every causal model.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from crescent.training.examples import Example

if TYPE_CHECKING:
    from torch import Tensor

IGNORED = -100
"""Target of a position that has no loss; what `cross_entropy` skips."""


class MicroBatch(NamedTuple):
    """One forward pass. All tensors are int64.

    `input_ids`, `position_ids`: (rows, length). `columns`: the places of a row, ascending, at which some row has a
    target. `targets`: (rows, len(columns)), the next token, or `IGNORED`. `document_lengths`: those of a packed row, in
    its order; None for padded rows.
    """

    input_ids: "Tensor"
    position_ids: "Tensor"
    columns: "Tensor"
    targets: "Tensor"
    document_lengths: list[int] | None


def fill_rows(lengths: Sequence[int], capacity: int) -> list[list[int]]:
    """Pack items of the given lengths into rows of at most `capacity`, best fit decreasing; deterministic.

    Each item, longest first, goes into the fullest row that still has room. An item longer than `capacity` gets a row
    of its own. Returns the items' indices, row by row.
    """
    rows: list[list[int]] = []
    rooms: list[tuple[int, int]] = []  # (room left, row), ascending
    for item in sorted(range(len(lengths)), key=lambda index: (-lengths[index], index)):
        found = bisect_left(rooms, (lengths[item], -1))
        if found == len(rooms):
            rows.append([item])
            insort(rooms, (capacity - lengths[item], len(rows) - 1))
        else:
            room, row = rooms.pop(found)
            rows[row].append(item)
            insort(rooms, (room - lengths[item], row))
    return rows


def cut_packed(examples: Sequence[Example], max_tokens: int) -> list[list[Example]]:
    """The documents of each packed row: at most `max_tokens` tokens, unless a single document has more."""
    rows = fill_rows([len(example.input_ids) for example in examples], max_tokens)
    return [[examples[index] for index in row] for row in rows]


def cut_padded(examples: Sequence[Example], max_rows: int, max_tokens: int) -> list[list[Example]]:
    """The rows of each padded pass: at most `max_rows`, and `max_tokens` tokens with padding.

    They are sorted by length, so that little is padding.
    """
    passes: list[list[Example]] = []
    for example in longest_first(examples):
        if not passes or len(passes[-1]) == max_rows or (len(passes[-1]) + 1) * _width(passes[-1]) > max_tokens:
            passes.append([])
        passes[-1].append(example)
    return passes


def longest_first(examples: Sequence[Example]) -> list[Example]:
    """Sorted by length; equally long ones stay in their order."""
    return sorted(examples, key=lambda example: -len(example.input_ids))


def pack(documents: Sequence[Example]) -> MicroBatch:
    """The tensors of a forward pass over one row without padding."""
    import torch

    ids: list[int] = []
    positions: list[int] = []
    columns: list[int] = []
    targets: list[int] = []
    for document in documents:
        start = max(document.prompt_length, 1)
        columns += range(len(ids) + start - 1, len(ids) + len(document.input_ids) - 1)
        targets += document.input_ids[start:]
        ids += document.input_ids
        positions += range(len(document.input_ids))
    lengths = [len(document.input_ids) for document in documents]
    return MicroBatch(
        torch.tensor([ids]), torch.tensor([positions]), torch.tensor(columns), torch.tensor([targets]), lengths
    )


def pad(rows: Sequence[Example]) -> MicroBatch:
    """The tensors of a forward pass over one row per conversation."""
    import torch

    width = max(len(row.input_ids) for row in rows)
    starts = [max(row.prompt_length, 1) for row in rows]
    ids = [row.input_ids + [0] * (width - len(row.input_ids)) for row in rows]
    targets = [
        [IGNORED] * (start - 1) + row.input_ids[start:] + [IGNORED] * (width - len(row.input_ids) + 1)
        for row, start in zip(rows, starts, strict=True)
    ]
    all_targets = torch.tensor(targets)
    columns = (all_targets != IGNORED).any(dim=0).nonzero().flatten()
    positions = torch.arange(width).repeat(len(rows), 1)
    return MicroBatch(torch.tensor(ids), positions, columns, all_targets[:, columns], None)


def nothing() -> MicroBatch:
    """A forward pass that teaches nothing, for a rank that has no work while others have."""
    import torch

    two = torch.zeros(1, 2, dtype=torch.int64)
    return MicroBatch(two, torch.arange(2)[None], torch.zeros(1, dtype=torch.int64), torch.full((1, 1), IGNORED), None)


def _width(rows: Sequence[Example]) -> int:
    return len(rows[0].input_ids)
