"""How well answers are read and compared, and questions screened, on cases and on real questions.

    python benchmarks/reading.py [--json] [--cases FILE] [--data FOLDER] [--pairs N] [--show]

- `cases_right`, `guards_right`: shares of the cases of `FILE` (one JSON object a line with `kind`, `call`, `inputs`
  and `want`) that come out as wanted; guards are those whose kind starts with "guard". Cases of calls other than
  reading, comparing, screening and deduplicating are left out and counted (`cases_left_out`).
- `screening_false`: share of the questions of GSM8K and SVAMP under `FOLDER` that the screening rejects.
- `gold_read`: share of GSM8K's worked solutions whose final answer is read as marked, also without the marker
  (`gold_read_unmarked`, without calculator marks and with the answer in words).
- `false_equal`: of `N` random pairs of small expressions, those called equal though they differ by more than a relative
  1e-6 at some point where both are defined; `pairs_equal` says how many were called equal at all, and `pairs_missed`
  how many are equal at all points and were not called so.

`--show` prints every case that goes wrong.
"""

import argparse
import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from random_expressions import false_equal
from report_line import emit

from crescent.dedup import deduplicate
from crescent.generation.screening import no_question
from crescent.voting import canonical, equivalent, extract_answer


def outcome(case: dict[str, Any]) -> tuple[Any, bool] | None:
    """What comes out of a case and whether it is right; None for a call that is not looked at here."""
    call, inputs, want = case["call"], case["inputs"], case["want"]
    if call == "equivalent":
        got: Any = equivalent(*inputs)
        return got, got is want and equivalent(*inputs[::-1]) is want
    if call.startswith("extract_answer"):
        read = extract_answer(inputs[0], **({"marker": ""} if "marker" in call else {}))
        got = read.value if read else None
        return got, (got is None) if want is None else got is not None and equivalent(got, canonical(want))
    if call == "screening.no_question":
        got = no_question(inputs[0], "stop", "")
        return got, (got is not None) == (want is not None)
    if call.startswith("dedup.deduplicate"):
        got = f"kept {deduplicate(inputs, json.loads(call.partition(' ')[2])).kept}"
        return got, got == want
    return None


def judged(path: Path, show: bool) -> dict[str, float]:
    right: dict[bool, list[bool]] = {True: [], False: []}
    left_out = 0
    for line in path.read_text().splitlines():
        case = json.loads(line)
        result = outcome(case)
        if result is None:
            left_out += 1
            continue
        right[case["kind"].startswith("guard")].append(result[1])
        if show and not result[1]:
            print(f"{case['kind']}\n    {case['inputs']}\n    got {result[0]!r}, want {case['want']!r}")
    shares = {guards: sum(marks) / len(marks) if marks else 1.0 for guards, marks in right.items()}
    return {"cases_right": shares[False], "guards_right": shares[True], "cases_left_out": left_out}


def questions(folder: Path) -> Iterator[str]:
    """The questions of GSM8K's and SVAMP's files."""
    for path in sorted(folder.glob("gsm8k/*.jsonl")):
        yield from (json.loads(line)["question"] for line in path.read_text().splitlines())
    for path in sorted(folder.glob("svamp/*.json")):
        for row in json.loads(path.read_text()):
            yield f"{row['Body'].strip()} {row['Question'].strip()}"
    for path in sorted(folder.glob("svamp/*.csv")):
        with path.open() as rows:
            yield from (row["question"] for row in csv.DictReader(rows))


def screened(folder: Path, show: bool) -> dict[str, float]:
    reasons = [(question, no_question(question, "stop", "")) for question in questions(folder)]
    rejected = [(question, reason) for question, reason in reasons if reason]
    if show:
        for question, reason in rejected:
            print(f"{reason}: {question}")
    return {"questions": len(reasons), "screening_false": len(rejected) / max(1, len(reasons))}


def gold(folder: Path, show: bool) -> dict[str, float]:
    """The worked solutions of GSM8K, read with and without their marker."""
    marked, unmarked, total = 0, 0, 0
    for path in sorted(folder.glob("gsm8k/*.jsonl")):
        for line in path.read_text().splitlines():
            solution = json.loads(line)["answer"]
            working, _, truth = solution.rpartition("####")
            total += 1
            marked += equivalent(extract_answer(solution), truth.strip())
            plain = re.sub(r"<<[^<>]*>>", "", working)
            good = equivalent(extract_answer(plain), truth.strip())
            unmarked += good
            if show and not good:
                read = extract_answer(plain)
                print(f"gold {truth.strip()}, read {read.value if read else None}: {plain[-200:]!r}")
    return {"gold_read": marked / max(1, total), "gold_read_unmarked": unmarked / max(1, total)}


def main() -> None:
    shared = Path(__file__).resolve().parents[2] / "shared"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--cases", type=Path, default=shared / "cases" / "reading.jsonl")
    parser.add_argument("--data", type=Path, default=shared / "data")
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--show", action="store_true")
    chosen = parser.parse_args()
    results: dict[str, float] = {}
    if chosen.cases.is_file():
        results |= judged(chosen.cases, chosen.show)
    if chosen.data.is_dir():
        results |= screened(chosen.data, chosen.show) | gold(chosen.data, chosen.show)
    results |= false_equal(chosen.pairs, seed=13)
    emit("reading", results, chosen.json, ["math-verify"])


if __name__ == "__main__":
    main()
