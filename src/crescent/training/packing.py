"""How the pairs of one optimizer step become forward passes: rows, and micro-batches of rows.

A row holds one conversation, or several, packed (best fit, longest first), whose position ids each start from 0:

    tokens     a0 a1 a2 a3  b0 b1 b2  c0 c1 .  .
    positions   0  1  2  3   0  1  2   0  1  2  3
    targets    a1 a2 a3  -  b1 b2  -  c1  -  -  -      (only where the target belongs to a solution)

Without an attention mask `transformers` reads the documents off the positions and keeps each from seeing the others.
Padding counts on from the last document: it stands behind everything that has a target, so causal attention hides it,
and rows of one document need no mask at all, which is the fast path of scaled dot-product attention.
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
    target. `targets`: (rows, len(columns)), the next token, or `IGNORED`.
    """

    input_ids: "Tensor"
    position_ids: "Tensor"
    columns: "Tensor"
    targets: "Tensor"


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


def micro_batches(
    examples: Sequence[Example], *, row_length: int | None, max_rows: int, max_tokens: int
) -> list[MicroBatch]:
    """Cut one step's examples into forward passes of at most `max_rows` rows and `max_tokens` tokens with padding.

    `row_length` None gives every example its own row. Rows are sorted by length, so that little is padding.
    """
    lengths = [len(example.input_ids) for example in examples]
    rows = [[index] for index in range(len(examples))] if row_length is None else fill_rows(lengths, row_length)
    rows.sort(key=lambda row: (-sum(lengths[index] for index in row), row))
    batches: list[list[list[Example]]] = []
    width = 0
    for row in rows:
        documents = [examples[index] for index in row]
        if not batches or len(batches[-1]) == max_rows or (len(batches[-1]) + 1) * width > max_tokens:
            batches.append([])
            width = sum(lengths[index] for index in row)
        batches[-1].append(documents)
    return [collate(batch) for batch in batches]


def collate(rows: Sequence[Sequence[Example]]) -> MicroBatch:
    """The tensors of one forward pass over `rows`, each a sequence of documents."""
    import torch

    width = max(sum(len(document.input_ids) for document in row) for row in rows)
    ids, positions, targets = [], [], []
    for row in rows:
        row_ids: list[int] = []
        row_positions: list[int] = []
        row_targets: list[int] = []
        for document in row:
            start = max(document.prompt_length, 1)
            row_ids += document.input_ids
            row_positions += range(len(document.input_ids))
            row_targets += [IGNORED] * (start - 1) + document.input_ids[start:] + [IGNORED]
        padding = width - len(row_ids)
        after = row_positions[-1] + 1
        ids.append(row_ids + [0] * padding)
        positions.append(row_positions + list(range(after, after + padding)))
        targets.append(row_targets + [IGNORED] * padding)
    all_targets = torch.tensor(targets)
    columns = (all_targets != IGNORED).any(dim=0).nonzero().flatten()
    return MicroBatch(torch.tensor(ids), torch.tensor(positions), columns, all_targets[:, columns])
