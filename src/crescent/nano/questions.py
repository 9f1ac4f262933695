"""Unlabelled questions of the nano world: `python -m crescent.nano.questions` writes their file again.

What a person's own questions are to another model: problems as the benchmarks have them, without answers, from seeds
that no other part of the project draws problems from.
"""

import json
from itertools import islice
from pathlib import Path

from crescent.nano.benchmarks import benchmark_questions
from crescent.nano.seeds import seed_rows
from crescent.nano.world import problem

FILE = Path(__file__).with_name("questions.jsonl")
SEEDS = range(15_000_000, 16_000_000)
SIZE = 3000


def question_rows() -> list[dict[str, str]]:
    """The questions, each once; none is a seed problem or stands in a benchmark."""
    forbidden = benchmark_questions() | {row["question"] for row in seed_rows()}
    drawn = dict.fromkeys(islice((problem(seed).question for seed in SEEDS), 2 * SIZE))
    return [{"question": question} for question in islice((each for each in drawn if each not in forbidden), SIZE)]


def write_questions(file: Path = FILE) -> None:
    """Write the JSON Lines file."""
    file.write_text("".join(json.dumps(row) + "\n" for row in question_rows()), encoding="utf-8")


if __name__ == "__main__":
    write_questions()
