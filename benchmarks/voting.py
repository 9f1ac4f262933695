"""How fast answers are read and voted, and how many samples early stopping saves.

    python benchmarks/voting.py [--json] [--quick] [--rows FILE]

- `over_math_verify`: CPU time of math-verify's `parse` on a plain numeric answer, over that of reading it and comparing
  it here.
- `million_votes_s`: seconds for 1,000,000 solutions (125,000 questions x 8) on two started processes, making the texts
  included; with `--quick` extrapolated from 1 %. `million_votes_cpu_s` is what both together computed, the figure to
  read on a machine with other work; `million_votes_mib` is the memory of the larger process.
- `adaptive_samples_saved`, `adaptive_same_decisions`: shares, K = 16, stopping when the outcome is certain.
- `probable_samples_saved`, `probable_labels_changed`: shares, K = 16, stopping at the default confidence too. Of the
  questions that all samples label, changed are those that get another label or none.

`--rows` takes real samples: `records.Solution` lines, 16 per question (the rest of a longer list is not used).
"""

import argparse
import random
import resource
import time
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path

import msgspec
from report_line import emit

from crescent.config.schema import Voting
from crescent.records import Solution
from crescent.voting import Ballot, equivalent, extract_answer, vote
from crescent.voting.adaptive import enough

SAMPLES = 16
SHAPES = (
    "First we count the {a} boxes and the {b} bags. That makes {a} + {b} = {c}. She then sells {d} of them.\n#### {n}",
    "Each of the {a} shelves holds {b} books, so there are {a} x {b} = {c} books.\n\nThe answer is: {n}",
    "Step 1: the cost is ${a}.\nStep 2: the discount is ${b}, {a} - {b} = {c}.\n\nTherefore, Ben pays **${n}** today.",
    "We have $a = {a}$ and $b = {b}$, which gives $c = {c}$. The final answer is \\boxed{{{n}}}.",
    "There are {a} rows.\nEach has {b} seats, {d} taken.\nSo {c} + {d} = <<{c}+{d}={n}>>{n} people come.\n#### {n}",
    "Let's see. {a} minus {b} leaves {c}. Twice that is 2 * {c} = {n}.\n\nSo Mia has {n} marbles. I hope this helps!",
)


def solution(draw: random.Random, answer: int) -> str:
    numbers = {name: draw.randint(2, 90) for name in "abcd"}
    return SHAPES[draw.randrange(len(SHAPES))].format(n=f"{answer:,}", **numbers)


def over_math_verify(count: int) -> float:
    from math_verify import parse

    draw = random.Random(1)
    numbers = [
        draw.choice((draw.randint(1, 99), draw.randint(1000, 10**6), draw.randint(1, 999) / 4)) for _ in range(count)
    ]
    texts = [(f"The answer is {number:,}.", str(number)) for number in numbers]
    for text, truth in texts[:10]:  # compiles the patterns of both
        parse(text)
        equivalent(extract_answer(text), truth)
    began = time.process_time()
    for text, _ in texts:
        parse(text)
    theirs = time.process_time() - began
    began = time.process_time()
    right = sum(equivalent(extract_answer(text), truth) for text, truth in texts)
    ours = time.process_time() - began
    assert right == count, "an answer was misread"
    return theirs / ours


def vote_chunk(work: tuple[int, int]) -> tuple[float, float]:
    """Vote on some questions; returns the CPU seconds taken and this process's peak memory in MiB."""
    began = time.process_time()
    seed, questions = work
    draw = random.Random(seed)
    for _ in range(questions):
        truth = draw.randint(1, 5000)
        answers = (truth if draw.random() < 0.7 else draw.randint(1, 5000) for _ in range(8))
        vote([solution(draw, answer) for answer in answers], min_agreement=0.4, min_votes=2)
    return time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def million_votes(questions: int) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and the larger process's memory."""
    chunk = 250
    cpu = peak = 0.0
    with get_context("spawn").Pool(2) as pool:
        pool.map(vote_chunk, [(0, 20)] * 4, chunksize=1)
        began = time.perf_counter()
        for seconds, memory in pool.imap_unordered(vote_chunk, ((seed, chunk) for seed in range(questions // chunk))):
            cpu += seconds
            peak = max(peak, memory)
        return time.perf_counter() - began, cpu, peak


def simulated(questions: int) -> Iterator[list[Hashable | None]]:
    """Questions as models meet them: most are easy, some hopeless, few between.

    The chance of the right answer is Beta(1.5, 0.5); a wrong answer is often the same wrong answer; 3 % are unread.
    """
    draw = random.Random(2)
    for _ in range(questions):
        right, tempting = draw.betavariate(1.5, 0.5), draw.random()
        yield [_sample(draw, right, tempting) for _ in range(SAMPLES)]


def _sample(draw: random.Random, right: float, tempting: float) -> int | None:
    if draw.random() < 0.03:
        return None
    if draw.random() < right:
        return 0
    return 1 if draw.random() < tempting else draw.randint(2, 40)


def from_rows(path: Path) -> Iterator[list[Hashable | None]]:
    decoder = msgspec.json.Decoder(Solution)
    answers: dict[str, list[Hashable | None]] = defaultdict(list)
    with path.open("rb") as lines:
        for line in lines:
            row = decoder.decode(line)
            answers[row.question].append(row.answer)
    return (sampled[:SAMPLES] for sampled in answers.values() if len(sampled) >= SAMPLES)


def decision(answers: Sequence[Hashable | None], config: Voting) -> str | None:
    """The accepted answer of these samples, None if the question is rejected."""
    result = vote(
        [Ballot(None if answer is None else str(answer)) for answer in answers],
        min_agreement=config.min_agreement,
        max_agreement=config.max_agreement,
        min_votes=config.min_votes,
        symbolic=False,
    )
    return result.answer if result.reason is None else None


def adaptive(samples: Sequence[list[Hashable | None]]) -> dict[str, float]:
    lossless, likely = Voting(samples=SAMPLES, adaptive="lossless"), Voting(samples=SAMPLES, adaptive="probable")
    used = used_likely = same = changed = labelled = 0
    for answers in samples:
        full = decision(answers, lossless)
        stop = next(n for n in range(1, SAMPLES + 1) if enough(answers[:n], lossless))
        used += stop
        same += decision(answers[:stop], lossless) == full
        stop = next(n for n in range(1, SAMPLES + 1) if enough(answers[:n], likely))
        used_likely += stop
        labelled += full is not None
        changed += full is not None and decision(answers[:stop], likely) != full
    total = SAMPLES * len(samples)
    return {
        "adaptive_samples_saved": 1 - used / total,
        "adaptive_same_decisions": same / len(samples),
        "probable_samples_saved": 1 - used_likely / total,
        "probable_labels_changed": changed / max(1, labelled),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the work")
    parser.add_argument("--rows", type=Path, help="records.Solution lines with 16 samples per question")
    options = parser.parse_args()
    scale = 100 if options.quick else 1
    seconds, cpu, memory = million_votes(125_000 // scale)
    samples = list(from_rows(options.rows) if options.rows else simulated(20_000 // scale))
    figures = {
        "over_math_verify": over_math_verify(200 if options.quick else 4_000),
        "million_votes_s": seconds * scale,
        "million_votes_cpu_s": cpu * scale,
        "million_votes_mib": memory,
        **adaptive(samples),
    }
    emit("voting", figures, options.json, ["math-verify"])


if __name__ == "__main__":
    main()
