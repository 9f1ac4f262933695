"""How the pairs of one optimizer step become forward passes.

Packed, a pass is one row that holds several conversations (*documents*), and no padding. Position ids start from 0 in
each, and attention stays within each (`training.attention`):

    tokens     a0 a1 a2 a3  b0 b1 b2  c0 c1
    positions   0  1  2  3   0  1  2   0  1
    targets    a1 a2 a3  -  b1 b2  -  c1  -      (only where the target belongs to a solution)

An example with a rejected solution is two documents, which stay in one pass: its loss compares them.

Otherwise a pass has a row per conversation, padded to the longest of them. Padding stands behind everything that has a
target, so causal attention hides it, and no mask is needed: that works with every causal model.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from crescent.config.schema import Training
from crescent.training.examples import Example

if TYPE_CHECKING:
    from torch import Tensor

IGNORED = -100
"""Target of a position that has no loss; what `cross_entropy` skips."""


class MicroBatch(NamedTuple):
    """One forward pass. All tensors are int64.

    `input_ids`, `position_ids`: (rows, length). `columns`: the places of a row, ascending, at which some row has a
    target. `targets`: (rows, len(columns)), the next token, or `IGNORED`. `document_lengths`: those of a packed row, in
    its order; None for padded rows. `solution_lengths`: the targets of each document. `numbers`: of the examples in it,
    among those of the training; their documents stand in this order.
    """

    input_ids: "Tensor"
    position_ids: "Tensor"
    columns: "Tensor"
    targets: "Tensor"
    document_lengths: list[int] | None
    solution_lengths: list[int]
    numbers: list[int]


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


def cut(examples: Sequence[Example], config: Training) -> list[list[int]]:
    """Which of the examples, by their place, go through each pass."""
    if config.packing:
        return fill_rows([example.tokens for example in examples], config.micro_batch_tokens)
    return cut_padded(examples, config.micro_batch_size, config.micro_batch_tokens)


def cut_padded(examples: Sequence[Example], max_rows: int, max_tokens: int) -> list[list[int]]:
    """The examples of each padded pass, by their place: at most `max_rows`, and `max_tokens` tokens with padding.

    They are sorted by length, so that little is padding.
    """
    passes: list[list[int]] = []
    widest = rows = 0
    for place in longest_first(examples):
        documents = examples[place].documents
        width = max(widest, *map(len, documents))
        if not passes or len(passes[-1]) == max_rows or (rows + len(documents)) * width > max_tokens:
            passes.append([])
            width, rows = max(map(len, documents)), 0
        passes[-1].append(place)
        widest, rows = width, rows + len(documents)
    return passes


def longest_first(examples: Sequence[Example]) -> list[int]:
    """Their places, sorted by length; equally long ones stay in their order."""
    return sorted(range(len(examples)), key=lambda place: -examples[place].tokens)


def pack(examples: Sequence[Example], numbers: Sequence[int] = ()) -> MicroBatch:
    """The tensors of a forward pass over one row without padding."""
    import torch

    ids: list[int] = []
    positions: list[int] = []
    columns: list[int] = []
    targets: list[int] = []
    documents = _documents(examples)
    for start, document in documents:
        columns += range(len(ids) + start - 1, len(ids) + len(document) - 1)
        targets += document[start:]
        ids += document
        positions += range(len(document))
    return MicroBatch(
        torch.tensor([ids]),
        torch.tensor([positions]),
        torch.tensor(columns),
        torch.tensor([targets]),
        [len(document) for _, document in documents],
        [len(document) - start for start, document in documents],
        list(numbers),
    )


def pad(examples: Sequence[Example], numbers: Sequence[int] = ()) -> MicroBatch:
    """The tensors of a forward pass over one row per conversation."""
    import torch

    rows = _documents(examples)
    width = max(len(row) for _, row in rows)
    ids = [row + [0] * (width - len(row)) for _, row in rows]
    targets = [[IGNORED] * (start - 1) + row[start:] + [IGNORED] * (width - len(row) + 1) for start, row in rows]
    all_targets = torch.tensor(targets)
    columns = (all_targets != IGNORED).any(dim=0).nonzero().flatten()
    positions = torch.arange(width).repeat(len(rows), 1)
    lengths = [len(row) - start for start, row in rows]
    return MicroBatch(torch.tensor(ids), positions, columns, all_targets[:, columns], None, lengths, list(numbers))


def nothing() -> MicroBatch:
    """A forward pass that teaches nothing, for a rank that has no work while others have."""
    import torch

    two = torch.zeros(1, 2, dtype=torch.int64)
    none = torch.full((1, 1), IGNORED)
    return MicroBatch(two, torch.arange(2)[None], torch.zeros(1, dtype=torch.int64), none, None, [0], [])


def _documents(examples: Sequence[Example]) -> list[tuple[int, list[int]]]:
    """(where its targets begin, token ids) of every conversation."""
    return [(max(example.prompt_length, 1), ids) for example in examples for ids in example.documents]
