"""Benchmarks of `nano`, made by the world: `python -m crescent.nano.benchmarks` writes their data files again.

Every benchmark has a range of seeds of its own, and pretraining skips each question that stands in one of the files.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crescent.nano import skills, world

DATA = Path(__file__).parents[1] / "evaluation" / "tasks" / "nano" / "data"

# Seeds no other part of the project draws problems from; pretraining counts up from 0.
MATH_SEEDS = range(10_000_000, 11_000_000)
HARD_SEEDS = range(11_000_000, 12_000_000)
DEV_SEEDS = range(12_000_000, 13_000_000)
SKILL_SEEDS = range(13_000_000, 14_000_000)
SKILL_DEV_SEEDS = range(15_000_000, 16_000_000)

SIZES = {"nano_math": 1000, "nano_hard": 400, "nano_dev": 500, "nano_skills": 400, "nano_skills_dev": 300}


def benchmark_rows(name: str) -> list[dict[str, Any]]:
    """All rows of one benchmark, each question once. Raises KeyError for a name that is not in `SIZES`."""
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    for row in _candidates(name):
        if row["question"] not in seen:
            seen.add(row["question"])
            rows.append({"id": f"{name}-{len(rows):04d}", **row})
        if len(rows) == SIZES[name]:
            return rows
    raise ValueError(f"{name}: the seeds do not give {SIZES[name]} different questions")


def _candidates(name: str) -> Iterator[dict[str, Any]]:
    if name == "nano_skills":
        yield from _skills(SKILL_SEEDS)
    elif name == "nano_skills_dev":  # what is reported must not be decided by
        reported = {row["question"] for row in benchmark_rows("nano_skills")}
        yield from (row for row in _skills(SKILL_DEV_SEEDS) if row["question"] not in reported)
    elif name == "nano_hard":
        for seed in HARD_SEEDS:
            yield _math(world.problem(seed, steps=5 + seed % 2, sizes=world.LARGE))
    else:
        for seed in {"nano_math": MATH_SEEDS, "nano_dev": DEV_SEEDS}[name]:
            yield _math(world.problem(seed))


def _skills(seeds: range) -> Iterator[dict[str, Any]]:
    for seed in seeds:
        item = skills.item(seed)
        yield {"question": item.question, "answer": item.reply, "skill": item.skill}


def _math(problem: world.Problem) -> dict[str, Any]:
    return {
        "question": problem.question,
        "answer": str(problem.answer),
        "steps": problem.steps,
        "kind": problem.kind,
    }


def benchmark_questions() -> frozenset[str]:
    """The question texts of the mathematical benchmarks, which no training text may equal."""
    return frozenset(row["question"] for name in ("nano_math", "nano_hard", "nano_dev") for row in benchmark_rows(name))


def write_benchmarks(folder: Path = DATA) -> None:
    """Write one JSON Lines file per benchmark into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SIZES:
        lines = [json.dumps(row, ensure_ascii=False) for row in benchmark_rows(name)]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_benchmarks()
