"""How much each stage of a run has to read and write, in tokens, as its configuration and stated guesses have it."""

from collections.abc import Iterator
from dataclasses import dataclass

from crescent.config.schema import Config, Model

ITEMS = {
    "nano_math": 1000, "nano_hard": 400, "nano_skills": 400, "nano_dev": 500,
    "gsm8k": 1319, "gsm8k_platinum": 1209, "gsm8k_dev": 500, "gsm_plus_mini": 2400, "asdiv_cot_llama": 2305,
    "svamp": 300, "arc_challenge": 1172, "hellaswag": 10042, "mmlu": 14042, "ifeval": 541, "truthfulqa_mc2": 817,
}  # fmt: skip
"""Test items per benchmark; others are taken to have `UNKNOWN`."""
UNKNOWN = 1000
CHOICES = {"arc_challenge": 4, "hellaswag": 4, "mmlu": 4, "truthfulqa_mc2": 6}
"""Benchmarks that score given answers and write nothing: how many per item."""
PROMPT_TOKENS = 90
"""Of the texts around a question: what is asked of the model, and the marks of its chat template."""
SHORT_PROMPT_TOKENS = 15
"""The same for the embedded model."""
USUAL_BATCH = 512
"""Sequences decoded together where `backend.batch_size` leaves it to the memory that is free."""


@dataclass(frozen=True)
class Work:
    """One stage. `kind` is `generate`, `train`, `evaluate` or `rows`.

    `sequences` texts are written, `new` tokens in all, after `read` tokens of prompts; `batch` of them at once,
    `longest` tokens each at most. Of a training `read` counts the tokens of all epochs and `sequences` its steps. Of
    work on rows `sequences` counts them. `passes`: how often generation starts anew (waves, benchmarks).
    """

    stage: str
    kind: str
    model: Model
    sequences: int
    read: int = 0
    new: int = 0
    batch: int = 1
    longest: int = 1
    passes: int = 1


def workload(config: Config) -> Iterator[Work]:
    """The stages in the order of the run."""
    student = config.student or config.model
    if config.evaluation.base:
        yield _evaluation(config, "base", student)
        yield from _samples(config, "base", student)
        if config.student is not None:
            yield _evaluation(config, "teacher", config.model)
    pairs = 0
    for number in range(1, config.rounds + 1):
        name = f"round-{number:02d}"
        accepted = _accepted(config)
        yield _questions(config, name, accepted)
        yield _answers(config, name, accepted)
        new = max(1, round(accepted * (config.plan.agreed if config.training.pairs != "unvoted" else 1.0)))
        new = min(new, config.training.max_pairs or new)
        pairs = pairs + new if config.training.accumulate else new
        yield Work(f"{name}/dataset", "rows", student, sequences=new)
        yield _training(config, name, student, pairs)
        yield _evaluation(config, name, student)
        yield from _samples(config, name, student)


def _around(config: Config) -> int:
    return SHORT_PROMPT_TOKENS if config.model.path.startswith("embedded:") else PROMPT_TOKENS


def _accepted(config: Config) -> int:
    """Questions of a round: the target, or what the waves bring."""
    most = config.questions.max_waves * config.questions.wave_size
    return max(1, min(config.questions.target, round(most * config.plan.new)))


def _questions(config: Config, name: str, accepted: int) -> Work:
    questions, plan = config.questions, config.plan
    written = round(accepted / plan.new)
    again = round(written * plan.rewritten) if questions.max_rewrites else 0
    around = _around(config)
    length = min(plan.question_tokens, questions.sampling.max_new_tokens)
    waves = -(-written // questions.wave_size)
    return Work(
        f"{name}/questions",
        "generate",
        config.model,
        sequences=written + again,
        read=written * around + again * (around + 2 * plan.question_tokens),
        new=(written + again) * length,
        batch=min(config.backend.batch_size or USUAL_BATCH, questions.wave_size),
        longest=min(config.model.context, around + 2 * plan.question_tokens + questions.sampling.max_new_tokens),
        passes=waves * (1 + questions.max_rewrites),
    )


def _answers(config: Config, name: str, accepted: int) -> Work:
    plan, voting = config.plan, config.voting
    prompt = _around(config) + plan.question_tokens
    length = min(plan.solution_tokens, voting.sampling.max_new_tokens)
    return Work(
        f"{name}/answers",
        "generate",
        config.model,
        sequences=accepted * voting.samples,
        # A prompt is read once for all its samples.
        read=accepted * prompt,
        new=accepted * voting.samples * length,
        batch=min(config.backend.batch_size or USUAL_BATCH, accepted * voting.samples),
        longest=min(config.model.context, prompt + voting.sampling.max_new_tokens),
        passes=-(-accepted // config.backend.shard_size),
    )


def _training(config: Config, name: str, student: Model, pairs: int) -> Work:
    training, plan = config.training, config.plan
    length = min(training.max_length, _around(config) + plan.question_tokens + plan.solution_tokens)
    at_once = training.micro_batch_tokens // length
    return Work(
        f"{name}/training",
        "train",
        student,
        sequences=-(-pairs // training.batch_size) * training.epochs,
        read=pairs * training.epochs * length,
        batch=max(1, at_once if training.packing else min(at_once, training.micro_batch_size)),
        longest=length,
    )


def _evaluation(config: Config, name: str, model: Model) -> Work:
    evaluation, plan = config.evaluation, config.plan
    tasks = list(dict.fromkeys([*([evaluation.dev_task] if evaluation.dev_task else []), *evaluation.tasks]))
    shots = 1 + (evaluation.num_fewshot or 0)
    prompt = _around(config) + plan.question_tokens * shots
    length = min(plan.item_tokens, evaluation.max_new_tokens or plan.item_tokens)
    read = new = items = 0
    for task in tasks:
        count = min(ITEMS.get(task, UNKNOWN), evaluation.limit or UNKNOWN * UNKNOWN)
        items += count
        read += count * prompt * CHOICES.get(task, 1)
        new += 0 if task in CHOICES else count * length
    return Work(
        f"{name}/evaluation",
        "evaluate",
        model,
        sequences=items,
        read=read,
        new=new,
        batch=evaluation.batch_size,
        longest=min(model.context, prompt + (evaluation.max_new_tokens or 1024)),
        passes=len(tasks),
    )


def _samples(config: Config, name: str, model: Model) -> Iterator[Work]:
    """Sampled solutions of the dev problems, where pass@k is wanted."""
    evaluation, plan, dev = config.evaluation, config.plan, config.evaluation.dev_task
    if evaluation.samples is None or not dev:
        return
    problems = min(ITEMS.get(dev, UNKNOWN), evaluation.limit or UNKNOWN * UNKNOWN)
    prompt = _around(config) + plan.question_tokens
    length = min(plan.solution_tokens, config.voting.sampling.max_new_tokens)
    yield Work(
        f"{name}/samples",
        "generate",
        model,
        sequences=problems * evaluation.samples,
        read=problems * prompt,
        new=problems * evaluation.samples * length,
        batch=min(config.backend.batch_size or USUAL_BATCH, problems * evaluation.samples),
        longest=min(model.context, prompt + config.voting.sampling.max_new_tokens),
        passes=-(-problems // config.backend.shard_size),
    )
