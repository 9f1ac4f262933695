"""Made-up summaries of runs: a full one in which every count adds up, and the ways to cut it down."""

from typing import Any

from crescent.statistics import proportion

TASKS = ["nano_math", "nano_hard", "nano_skills"]
BASE = {"nano_math": 0.381, "nano_hard": 0.124, "nano_skills": 0.912, "nano_dev": 0.402}
GAINS = {"nano_math": 0.229, "nano_hard": 0.131, "nano_skills": -0.004, "nano_dev": 0.208}
GATES = [
    (True, "Accepted: nano_dev rose from 40.2 % to 61.0 %."),
    (True, "Accepted: nano_dev rose from 61.0 % to 69.4 %."),
    (False, "Rejected: nano_dev fell from 69.4 % to 67.0 %; the run goes back to round 2."),
]
WARNING = "The questions of this round are much alike: 0.28 effective questions per question sampled, 0.49 before."


def score(task: str, value: float, base: float | None = None, previous: float | None = None) -> dict[str, Any]:
    """A task's evaluation on 1,000 items."""
    found: dict[str, Any] = {
        "metric": "exact_match,answer",
        "value": value,
        "low": proportion(round(1000 * value), 1000).low,
        "high": proportion(round(1000 * value), 1000).high,
    }
    found |= {"stderr": 0.0154, "version": "1"}
    found |= {"n": 1000, "other_metrics": {"format_match,answer": 0.9871}, "shots": 0, "mean_tokens": 31.4}
    found |= {"answered": {"answer": min(0.93 + value / 20, 1.0), "strict": 0.412}}
    if base is not None:
        found["against_base"] = comparison(value - base)
    if previous is not None:
        found["against_previous"] = comparison(value - previous)
    return found


def flip(number: int, right: bool) -> dict[str, Any]:
    good, bad = "12 + 7 = 19.\nMia has 19 apples.\n#### 19", "#### 17"
    return {
        "id": f"nano_math/{number}", "question": f"Mia has 12 apples and buys 7 more ({number}). How many has she?",
        "target": "19", "output": good if right else bad, "output_before": bad if right else good,
    }  # fmt: skip


def sampling(gain: float | None = None) -> dict[str, Any]:
    """Eight samples of each of 500 problems; a round that became surer, not abler."""
    lift = {"1": gain or 0.0, "2": 0.6 * (gain or 0.0), "4": 0.3 * (gain or 0.0), "8": 0.0}
    passed = {"1": 0.612, "2": 0.774, "4": 0.883, "8": 0.951}
    voted = {"1": 0.612, "2": 0.613, "4": 0.702, "8": 0.761}
    around = {"pass_at_k": (0.022, 0.021), "majority_at_k": (0.037, 0.036)}
    shares = {
        kind: {k: {"value": v + lift[k], "low": v + lift[k] - around[kind][0], "high": v + lift[k] + around[kind][1]}
               for k, v in values.items()}
        for kind, values in (("pass_at_k", passed), ("majority_at_k", voted))
    }  # fmt: skip
    found: dict[str, Any] = {
        "task": "nano_dev", "problems": 500, "samples": 8, "answered": 0.9912, "mean_tokens": 24.31,
        **shares,
    }  # fmt: skip
    if gain is not None:
        changes = {k: {"difference": v, "low": v - 0.021, "high": v + 0.02} for k, v in lift.items()}
        found["against_base"] = {"pass_at_k": changes, "majority_at_k": changes}
    return found


def drawn(gain: float | None = None) -> dict[str, Any]:
    """Eight replies to each of 300 problems, of which the vote of the base model would have given 11 points."""

    def share(value: float) -> dict[str, float]:
        return {"value": value, "low": value - 0.03, "high": value + 0.03}

    def change(value: float) -> dict[str, float]:
        return {"difference": value, "low": value - 0.04, "high": value + 0.04}

    average = 0.52 + (gain or 0.0)
    found: dict[str, Any] = {
        "metric": "exact_match,answer", "shots": 0, "problems": 300, "samples": 8, "average": share(average),
        "stderr": 0.0151, "stderr_samples": 0.0072, "answered": 0.9904, "cut": 17, "tokens": 48000,
        "pass_at_k": {"1": share(average), "8": share(0.93)}, "majority_at_k": {"1": share(average), "8": share(0.63)},
        "vote": change(0.11),
    }  # fmt: skip
    if gain is not None:
        found["against_base"] = {
            "average": change(gain), "over_vote": change(gain - 0.11),
            "pass_at_k": {"1": change(gain), "8": change(0.0)},
            "majority_at_k": {"1": change(gain), "8": change(0.0)},
        }  # fmt: skip
    return found


def comparison(change: float) -> dict[str, Any]:
    right = max(round(1000 * change), 0) + 37
    wrong = right - round(1000 * change)
    p = 4.1e-61 if abs(change) > 0.1 else 0.734
    return {
        "difference": change, "low": change - 0.033, "high": change + 0.032,
        "newly_right": right, "newly_wrong": wrong, "mcnemar_p": p, "holm_p": min(3 * p, 1.0),
        "flips": {"newly_right": [flip(3, True), flip(11, True)], "newly_wrong": [flip(7, False)]},
    }  # fmt: skip


def diversity(templates: int, vendi: float, sample: int = 256) -> dict[str, Any]:
    return {
        "distinct_2": 0.2143, "templates": templates, "new_mass": 0.8037, "nearest_50": 0.4012, "nearest_90": 0.5538,
        "vendi": vendi, "vendi_sample": sample,
    }  # fmt: skip


def questions(number: int) -> dict[str, Any]:
    drops = {"near-duplicate": 391 + 40 * number, "empty": 3, "too-short": 12, "no-number": 27}
    accepted = 1500
    late = {"near-duplicate": 113 + 40 * number, "too-short": 7, "empty": 3, "no-number": 4}
    last = {"wave": 3, "written": 270 + sum(late.values()), "rewrites": 88, "accepted": 270, "drops": late}
    last |= {"tokens": 20134, "collisions": {"minhash": 151 + 40 * number}, "diversity": diversity(212, 98.4, 256)}
    waves = [
        {
            "wave": 1,
            "written": 1024,
            "rewrites": 171,
            "accepted": 820,
            "drops": {"near-duplicate": 181, "no-number": 23},
            "tokens": 68011,
            "collisions": {"exact": 3, "minhash": 349},
            "diversity": diversity(702, 130.25),
        },
        {
            "wave": 2,
            "written": 512,
            "rewrites": 102,
            "accepted": 410,
            "drops": {"near-duplicate": 97, "too-short": 5},
            "tokens": 35311,
            "collisions": {"exact": 1, "minhash": 198},
            "diversity": diversity(371, 121.9),
        },
        last,
    ]
    near = {
        "text": "Mia has 12 apples and buys 7 more. How many apples does Mia have?",
        "reason": "near-duplicate",
        "other_text": "Tom has 31 apples and buys 4 more. How many apples does Tom have?",
        "test": "minhash",
        "similarity": 0.8182,
    }
    same = near | {"text": "A train travels 60 km per hour for 3 hours. How far does it go?", "test": "exact"}
    same |= {"other_text": "A train travels 60 km per hour for 3 hours.  How far does it go?", "similarity": 1.0}
    empty = {"text": "", "reason": "empty", "other_text": None, "test": None, "similarity": None}
    return {
        "written": accepted + sum(drops.values()), "rewrites": 361, "accepted": accepted, "drops": drops,
        "ending": "target reached", "waves": waves, "tokens": 123456, "drop_samples": [near, same, empty],
        "collisions": {"exact": 4, "minhash": 698 + 40 * number}, "warning": WARNING if number == 3 else None,
        "diversity": diversity(1260, 124.8 if number < 3 else 71.9), "pool": accepted * number,
    }  # fmt: skip


def answers(audited: bool) -> dict[str, Any]:
    counts = [
        (0, 9, 0),
        (1, 61, 6),
        (2, 188, 41),
        (3, 254, 118),
        (4, 231, 160),
        (5, 219, 187),
        (6, 205, 196),
        (7, 176, 174),
        (8, 157, 157),
    ]
    agreement = [
        {
            "votes": votes,
            "samples": 8,
            "questions": total,
            "known": total - total // 20 if audited else 0,
            "correct": right - total // 20 if audited and right > 20 else 0,
        }
        for votes, total, right in counts
    ]
    audit = {"known": 940, "unknown": 48, "label_accuracy": 0.934, "single_sample_accuracy": 0.612}
    return {
        "questions": 1500, "solutions": 12000, "solutions_saved": 0, "no_answer": 40, "tokens": 610432, "accepted": 988,
        "comparisons_given_up": 0, "mean_agreement": 0.61,
        "drops": {"tie": 112, "agreement-low": 391, "no-answer": 9}, "matches": {"marker": 11900, "last-number": 60},
        "agreement": agreement, "audit": audit if audited else None,
    }  # fmt: skip


def samples() -> list[dict[str, Any]]:
    kept = {
        "question": "A baker fills 7 trays with 6 rolls each. 4 rolls fall on the floor. How many rolls are left?",
        "answer": "38", "agreement": 0.75, "accepted": True, "reason": None, "votes": {"38": 6, "none": 1, "42": 1},
        "solution": "There are 7 * 6 = 42 rolls.\n4 fall on the floor, so 42 - 4 = 38 are left.\nThe answer is 38.",
        "chosen": True,
        "truth": "38",
    }  # fmt: skip
    tie = {
        "question": "Lena reads 15 pages on Monday and twice as many on Tuesday. How many pages does she read?",
        "answer": "45", "agreement": 0.375, "accepted": False, "reason": "tie", "votes": {"45": 3, "30": 3, "none": 2},
        "solution": "She reads 15 + 30 = 45 pages.\nThe answer is 45.", "chosen": False, "truth": None,
    }  # fmt: skip
    return [kept, tie]


def contamination() -> dict[str, Any]:
    near = {
        "text": "A farmer has 84 eggs and sells 36 of them. How many eggs are left?", "task": "nano_hard",
        "other_text": "A farmer has 84 eggs and sells 31 of them. How many eggs are left?", "test": "minhash",
        "similarity": 0.8462,
    }  # fmt: skip
    return {"checked": sorted([*TASKS, "nano_dev"]), "questions": 4000, "dropped": 5, "examples": [near]}


def lineage(number: int) -> dict[str, Any]:
    return {
        "model": "`embedded:nano`", "hub": False, "path": "embedded:nano", "start": "base", "start_identity": "0" * 64,
        "data": f"round-{number:02d}/dataset", "data_outcome": "1" * 64,
    }  # fmt: skip


def losses(steps: int) -> list[list[float]]:
    return [[step, 0.31 + 1.9 / (1 + step / 6) + 0.05 * ((step * 7919) % 13 - 6) / 13] for step in range(1, steps + 1)]


def round_of(number: int, audited: bool = True) -> dict[str, Any]:
    accepted, verdict = GATES[min(number, 3) - 1]
    factor = [0.0, 1.0, 1.406, 1.29, 1.27, 1.21][min(number, 5)]
    earlier = [0.0, 0.0, 1.0, 1.406, 1.406, 1.406][min(number, 5)]
    start = "base" if number == 1 else "round-01" if number == 2 else "round-02"
    evaluation = {
        task: score(task, base + GAINS[task] * factor, base, base + GAINS[task] * earlier)
        for task, base in BASE.items()
    }
    return {
        "round": number, "started_from": start, "questions": questions(number), "answers": answers(audited),
        "dataset": {
            "new": 983, "candidates": 988, "total": 983 * number, "drops": {"contaminated": 5, "beyond-max-pairs": 0},
            "contamination": contamination(),
        },
        "training": {
            "pairs": 983 * number - 2, "replayed": 0, "packed": True,
            "lineage": lineage(number), "steps": 64 * number, "epochs": 2, "tokens": 181234 * number,
            "solution_tokens": 92345 * number, "dropped": {"too-long": 2},
            "losses": losses(64 * number), "state": "finished",
        },
        "evaluation": evaluation,
        "gate": {
            "accepted": accepted, "verdict": verdict,
            "rule": "A round is kept when nano_dev rises by more than 0.0 points.",
            "dev": evaluation["nano_dev"]["value"], "best_before": BASE["nano_dev"] + GAINS["nano_dev"] * earlier,
            "best_round": min(number, 2), "stop": None,
            "inputs": {
                "dev_task": "nano_dev", "dev_accuracy": [BASE["nano_dev"], 0.61, 0.694, 0.67, 0.66, 0.65][: number + 1],
                "label_agreement": [0.61, 0.74, 0.79, 0.8, 0.81][:number],
                "new_questions": [0.79, 0.71, 0.66, 0.6, 0.55][:number],
                "variety": [0.49, 0.49, 0.28, 0.27, 0.26][:number],
            },
        },
        "sampling": sampling([0.0, 0.101, 0.142, 0.13, 0.12, 0.11][min(number, 5)]),
        "samples": samples(),
    }  # fmt: skip


def bare(**changes: Any) -> dict[str, Any]:
    """What is known of a run that reached nothing, with changes of top keys."""
    return {"name": "nano", "seed": 1, "state": "complete", "config": {}} | changes


def summary(rounds: int = 2, audited: bool = True, **changes: Any) -> dict[str, Any]:
    """A complete run of that many rounds, of which those after the second were rejected. `changes` replace top keys."""
    stages = [
        f"round-{n:02d}/{s}"
        for n in range(1, rounds + 1)
        for s in ("questions", "answers", "dataset", "training", "evaluation")
    ]
    tokens = {"questions": 123456, "answers": 610432, "evaluation": 98765}
    seconds = {"questions": 12.34, "answers": 31.9, "dataset": 0.41, "training": 38.2, "evaluation": 9.7}
    cost = [{"stage": "base/evaluation", "seconds": 10.2, "tokens": 97531}]
    cost += [
        {"stage": s, "seconds": seconds[s.split("/")[1]], "tokens": tokens.get(s.split("/")[1], 0)} for s in stages
    ]
    found = {
        "name": "nano", "seed": 1, "state": "complete", "note": None,
        "config": {
            "name": "nano", "seed": 1, "rounds": rounds, "run_dir": None,
            "questions": {"bait": "Write a maths question.", "target": 1500},
            "voting": {"samples": 8, "min_agreement": 0.4, "max_agreement": 1.0},
            "evaluation": {"limit": None, "gate": {"enabled": True}},
        },
        "environment": {"python": "3.11.9", "torch": "2.13.0+cpu", "machine": "x86_64, 2 cores"},
        "tasks": TASKS, "dev_task": "nano_dev", "primary_task": "nano_math",
        "base": {"evaluation": {task: score(task, value) for task, value in BASE.items()}, "sampling": sampling()},
        "rounds": [round_of(number, audited) for number in range(1, rounds + 1)],
        "best_round": min(rounds, 2), "cost": cost, "wall_s": 215.4, "peak_gb": 1.43,
    }  # fmt: skip
    return found | changes
