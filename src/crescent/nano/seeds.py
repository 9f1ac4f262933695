"""The seed problems of the nano world: `python -m crescent.nano.seeds` writes their file again.

What a seed-augmentation baseline starts from: a fixed handful, each kind of problem at least once, from seeds that no
other part of the project draws problems from.
"""

import json
from itertools import cycle, islice
from pathlib import Path

from crescent.nano.benchmarks import benchmark_questions
from crescent.nano.plans import KINDS
from crescent.nano.world import problem

FILE = Path(__file__).with_name("seeds.jsonl")
SEEDS = range(14_000_000, 15_000_000)
SIZE = 16


def seed_rows() -> list[dict[str, str]]:
    """The problems with their answers; no benchmark has one of them."""
    forbidden = benchmark_questions()
    kinds = cycle(KINDS)
    drawn = (problem(seed, kind=next(kinds), steps=2) for seed in SEEDS)
    kept = (each for each in drawn if each.question not in forbidden)
    return [{"question": each.question, "answer": str(each.answer)} for each in islice(kept, SIZE)]


def write_seeds(file: Path = FILE) -> None:
    """Write the JSON Lines file."""
    file.write_text("".join(json.dumps(row) + "\n" for row in seed_rows()), encoding="utf-8")


if __name__ == "__main__":
    write_seeds()
