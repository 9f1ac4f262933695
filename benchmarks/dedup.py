"""Near-duplicate detection against its peers, text in to decisions out, on seeded word problems.

    python benchmarks/dedup.py [--quick] [--json]

Every side gets the same texts and masks them with the same code; `rensa` and datasketch then get the same word
shingles, permutations, bands and threshold, and keep what hits no earlier kept text's band (rensa: no earlier text's).
They do not verify; we do. The ratios are their time divided by ours. Needs `rensa` and `scikit-learn`; `text-dedup`
takes part where it can be imported (install it without its dependencies, which exclude ours).

    over_rensa, over_datasketch     100,000 questions
    over_text_dedup                 the same, its command with two processes from masked texts in a file, start included
    over_pairwise                   2,000 questions against the published method's way of comparing: one call of
                                    scikit-learn's cosine_similarity per pair of vectors, timed on 5,000 pairs and taken
                                    times the number of pairs; computing the vectors is not counted
    million_over_hundred_thousand   time for 1,000,000 over time for 100,000, each in a process of its own
    million_peak_gb                 peak resident memory of that process, questions included
    wave_against_million_s          seconds to decide on 4,096 questions and add them to an index of a million on disk
    precision, recall               of the near-duplicate pairs among 5,000 questions against all pairs by brute force
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

import numpy as np
from report_line import emit
from word_problems import word_problems

from crescent.config.schema import Dedup, Minhash
from crescent.dedup import NearDuplicateIndex, deduplicate
from crescent.dedup.lsh import MinhashStep
from crescent.dedup.settings import bands_and_rows
from crescent.dedup.shingles import Shingler

CONFIG = Dedup(exact=True, minhash=Minhash(), embedding=None)
MINHASH = Minhash()
BANDS, ROWS = bands_and_rows(MINHASH)


def shingles(questions: Sequence[str]) -> list[list[str]]:
    """The shingles of each masked question as strings, as a user of the peers would make them."""
    size = MINHASH.size
    rows = []
    for masked in Shingler(MINHASH).mask(questions):
        words = masked.split()
        rows.append([" ".join(words[start : start + size]) for start in range(max(1, len(words) - size + 1))])
    return rows


def with_rensa(questions: Sequence[str]) -> int:
    """The fastest way of rensa 0.5: full-set signatures of all texts in one call, LSH flags of all in another."""
    from rensa import RMinHash, RMinHashLSH

    matrix = RMinHash.digest_matrix_from_token_sets(shingles(questions), num_perm=BANDS * ROWS, seed=1)
    lsh = RMinHashLSH(threshold=MINHASH.threshold, num_perm=BANDS * ROWS, num_bands=BANDS)
    return len(questions) - sum(lsh.insert_matrix_and_query_duplicate_flags(matrix, 0))


def with_datasketch(questions: Sequence[str]) -> int:
    from datasketch import MinHash, MinHashLSH

    lsh = MinHashLSH(threshold=MINHASH.threshold, num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    rows = ([shingle.encode() for shingle in row] for row in shingles(questions))
    kept = 0
    for row, minhash in enumerate(MinHash.generator(rows, num_perm=BANDS * ROWS)):
        if not lsh.query(minhash):
            lsh.insert(row, minhash)
            kept += 1
    return kept


def with_text_dedup(questions: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder) / "questions.jsonl"
        texts.write_text("".join(json.dumps({"text": text}) + "\n" for text in Shingler(MINHASH).mask(questions)))
        places = {"--data_files": texts, "--cache_dir": f"{folder}/cache", "--output": f"{folder}/kept"}
        table = {"--num_perm": BANDS * ROWS, "--b": BANDS, "--r": ROWS, "--threshold": MINHASH.threshold}
        other = {"--path": "json", "--split": "train", "--column": "text", "--ngram": MINHASH.size, "--min_length": 1}
        options = {**places, **table, **other, "--hash_func": "xxh3", "--batch_size": 10_000, "--num_proc": 2}
        words = [str(word) for option in options.items() for word in option]
        subprocess.run([sys.executable, "-m", "text_dedup.minhash", *words], check=True, capture_output=True)


def with_crescent(questions: Sequence[str]) -> int:
    return len(deduplicate(questions, CONFIG).kept)


def seconds(work: Callable[[], object], repeats: int = 1) -> float:
    """The least wall-clock time of several runs."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def against_peers(count: int) -> dict[str, float]:
    questions = word_problems(count, seed=1)
    with_crescent(questions[:1000]), with_rensa(questions[:1000])  # imports are not timed
    ours, rensa = float("inf"), float("inf")
    for _ in range(3):  # by turns, so that both meet the same machine
        ours = min(ours, seconds(lambda: with_crescent(questions)))
        rensa = min(rensa, seconds(lambda: with_rensa(questions)))
    datasketch = seconds(lambda: with_datasketch(questions))
    figures = {"questions_s": ours, "over_rensa": rensa / ours, "over_datasketch": datasketch / ours}
    if find_spec("text_dedup"):
        figures["over_text_dedup"] = seconds(lambda: with_text_dedup(questions)) / ours
    return figures


def against_pairwise(count: int, timed: int) -> dict[str, float]:
    from sklearn.metrics.pairwise import cosine_similarity

    vectors = np.random.default_rng(1).standard_normal((count, 384), dtype=np.float32)
    pairs = [(one, other) for one, other in combinations(range(count), 2)][:: count * (count - 1) // 2 // timed]
    per_pair = seconds(lambda: [cosine_similarity(vectors[a : a + 1], vectors[b : b + 1]) for a, b in pairs]) / len(
        pairs
    )
    questions = word_problems(count, seed=2)
    ours = seconds(lambda: with_crescent(questions), repeats=3)
    return {"over_pairwise": per_pair * count * (count - 1) / 2 / ours}


def alone(count: int) -> tuple[float, float]:
    """Seconds and peak gigabytes of one deduplication in a process of its own."""
    command = [sys.executable, __file__, "--alone", str(count)]
    spent, peak = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return spent, peak


def run_alone(count: int) -> None:
    questions = word_problems(count, seed=1)
    with_crescent(questions[:1000])
    spent = seconds(lambda: with_crescent(questions))
    print(json.dumps([spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6]))


def growth(small: int, large: int) -> dict[str, float]:
    spent_small, _ = alone(small)
    spent_large, peak = alone(large)
    return {
        "million_s": spent_large,
        "million_over_hundred_thousand": spent_large / spent_small,
        "million_peak_gb": peak,
    }


def wave_against(pool: int, wave: int) -> dict[str, float]:
    questions = word_problems(pool + 3 * wave, seed=3)
    with tempfile.TemporaryDirectory() as folder:
        index = NearDuplicateIndex(CONFIG, folder)
        index.add(questions[:pool], [f"p{row}" for row in range(pool)])
        index = NearDuplicateIndex(CONFIG, folder)
        times = []
        for turn in range(3):
            texts = questions[pool + turn * wave : pool + (turn + 1) * wave]
            ids = [f"w{turn}-{row}" for row in range(wave)]
            times.append(seconds(lambda texts=texts, ids=ids: index.admit(texts, ids)))
    return {"wave_against_million_s": max(times)}


def against_brute_force(count: int) -> dict[str, float]:
    """Every pair that the test finds, each text asked about alone, against every pair by set arithmetic."""
    questions = word_problems(count, seed=4)
    sets = [frozenset(row) for row in shingles(questions)]
    true = set()
    for two, one in combinations(range(count - 1, -1, -1), 2):
        shared = len(sets[one] & sets[two])
        if shared >= MINHASH.threshold * (len(sets[one]) + len(sets[two]) - shared):
            true.add((two, one))
    step = MinhashStep(MINHASH)
    test = step.wave(questions, [], among=True)
    found: set[tuple[int, int]] = set()
    for position in range(count):
        edges = test.collisions(np.array([position]), np.empty(0, np.int64))
        found |= {(position, int(other)) for other in edges.other}
        test.keep(np.array([position]))
    return {"precision": len(found & true) / len(found), "recall": len(found & true) / len(true)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the sizes, to see that it works")
    parser.add_argument("--alone", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        return run_alone(options.alone)
    scale = 100 if options.quick else 1
    figures: dict[str, float] = {}
    for part in (
        lambda: against_peers(100_000 // scale),
        lambda: against_brute_force(5000 if scale == 1 else 500),
        lambda: against_pairwise(2000 if scale == 1 else 200, 5000 // scale),
        lambda: growth(100_000 // scale, 1_000_000 // scale),
        lambda: wave_against(1_000_000 // scale, 4096 // scale),
    ):
        measured = part()
        figures |= measured
        print(measured, file=sys.stderr, flush=True)  # the whole takes minutes
    emit("dedup", figures, options.json, ["numpy", "datasketch", "rensa", "scikit-learn"])
    return None


if __name__ == "__main__":
    main()
