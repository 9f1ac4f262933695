"""Claims with made-up figures, for the tests of sentences and page."""

from crescent.commands.claim.figures import BASE, ArmRun, Claim, Difference, OverSeeds, Part, RoundFigures
from crescent.statistics import over_seeds

TASKS = ["nano_math", "nano_skills"]
LEVELS = {"method": 0.9, "unvoted": 0.45, "shuffled": 0.05}
PARTS = [
    ("consensus", "method", "unvoted"),
    ("plain self-training", "unvoted", "shuffled"),
    ("format", "shuffled", BASE),
]


def claim(seeds: int = 3, rounds: int = 2, **changes: object) -> Claim:
    """The method and both controls; `changes` replace fields of the claim."""
    numbers = list(range(1, seeds + 1))
    runs = [_run(arm, level, seed, rounds) for seed in numbers for arm, level in LEVELS.items()]
    made = Claim(
        name="claim", state="complete", compare="round", tasks=TASKS, primary_task=TASKS[0], seeds=numbers,
        arms={"method": "", "unvoted": "training.pairs=unvoted", "shuffled": "training.pairs=shuffled"},
        model="nano", student=None, runs=runs, differences=[], over_seeds=[],
        parts=[Part(name=name, arm=arm, against=against) for name, arm, against in PARTS],
        unequal=[], summaries={run.folder: "digest" for run in runs},
    )  # fmt: skip
    pairs = [*((arm, BASE) for arm in LEVELS), ("method", "unvoted"), ("method", "shuffled"), ("unvoted", "shuffled")]
    made.differences = [_difference(made, task, *pair, seed) for task in TASKS for pair in pairs for seed in numbers]
    for task in TASKS:
        for arm, against in pairs:
            found = over_seeds([each.difference for each in made.by_seed(arm, against, task).values()])
            figures = {"mean": found.mean, "low": found.low, "high": found.high, "n": found.n}
            made.over_seeds.append(OverSeeds(task=task, arm=arm, against=against, **figures))
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def _run(arm: str, level: float, seed: int, rounds: int) -> ArmRun:
    return ArmRun(
        arm=arm, seed=seed, folder=f"{arm}-seed{seed}", state="complete", note=None,
        base={"nano_math": 0.467, "nano_skills": 0.998}, teacher={},
        rounds=[
            RoundFigures(
                round=number, in_force=number, pairs=1000 * number, steps=63 * number,
                values={"nano_math": level - 0.01 * seed + 0.005 * number, "nano_skills": 0.99},
                label_accuracy=0.92, single_sample_accuracy=0.59,
            )
            for number in range(1, rounds + 1)
        ],
    )  # fmt: skip


def _difference(made: Claim, task: str, arm: str, against: str, seed: int) -> Difference:
    before = made.run(arm, seed).base[task] if against == BASE else made.score(against, seed, task)
    now = made.score(arm, seed, task)
    assert now is not None
    assert before is not None
    return Difference(
        task=task, arm=arm, against=against, seed=seed, round=made.number(arm, seed), difference=now - before,
        low=now - before - 0.03, high=now - before + 0.03, newly_right=450, newly_wrong=30, mcnemar_p=0.0001,
    )  # fmt: skip
