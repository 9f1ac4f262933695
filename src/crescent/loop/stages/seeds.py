"""Seed problems: a fixed handful that the teacher varies, the baseline of questions without seeds."""

import random
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from crescent.config.schema import Questions
from crescent.errors import DataError
from crescent.evaluation.local_data import read_rows
from crescent.generation.prompts import fill
from crescent.run.atomic import file_digest

EMBEDDED = {"embedded:nano": "nano/seeds.jsonl"}
COLUMN = "question"


def seed_file(seeds: str) -> Path:
    """The file that `questions.seed_problems` names."""
    return Path(str(files("crescent"))) / EMBEDDED[seeds] if seeds in EMBEDDED else Path(seeds)


def seed_input(config: Questions) -> dict[str, str]:
    """The seed problems as an input of the stage, by the digest of their file; nothing without them."""
    return {"seeds": file_digest(seed_file(config.seed_problems))} if config.seed_problems else {}


def seed_problems(seeds: str) -> list[str]:
    """The problems of `questions.seed_problems`, at least two.

    Raises:
        DataError: the file cannot be read, a row has no question, or there are fewer than two.
    """
    path = seed_file(seeds)
    if not path.is_file():
        raise DataError(f"there is no file {path}; `{next(iter(EMBEDDED))}` are the seeds of this package")
    problems = []
    for number, row in enumerate(read_rows(path), start=1):
        text = row.get(COLUMN)
        if not isinstance(text, str) or not text.strip():
            raise DataError(f"{path}, row {number}: column `{COLUMN}` is missing or empty")
        problems.append(text.strip())
    if len(set(problems)) < 2:
        raise DataError(f"{path} has fewer than two different problems to vary")
    return list(dict.fromkeys(problems))


def variation(config: Questions, problems: Sequence[str], seed: int) -> str:
    """The request to vary one of `problems`, which one `seed` decides."""
    question, other = random.Random(seed).sample(problems, 2)
    return fill(config.vary or config.rewrite, question=question, other=other)
