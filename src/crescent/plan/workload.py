"""How much each stage of a run has to read and write, in tokens, as its configuration and stated guesses have it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from crescent.config.schema import Config, Model, Proposer
from crescent.config.slots import SLOTS
from crescent.evaluation.repeated import sampled_tasks
from crescent.loop.stages.labelled import labelled_texts
from crescent.loop.stages.table import (
    ANSWERS,
    AUDIT,
    DATASET,
    DRAWS,
    EVALUATION,
    PROPOSER,
    QUESTIONS,
    REPLAY,
    SAMPLES,
    TRAINING,
    StageKind,
    stages_of,
)
from crescent.plan.sources import Brought, brought
from crescent.runs.names import round_number
from crescent.voting.labels.label import label_of

ITEMS = {
    "nano_math": 1000, "nano_hard": 400, "nano_skills": 400, "nano_dev": 500, "nano_skills_dev": 300,
    "gsm8k": 1319, "gsm8k_platinum": 1209, "gsm8k_dev": 500, "gsm_plus_mini": 2400, "asdiv_cot_llama": 2305,
    "svamp": 300, "arc_challenge": 1172, "hellaswag": 10042, "mmlu": 14042, "ifeval": 541, "truthfulqa_mc2": 817,
}  # fmt: skip
"""Test items per benchmark; others are taken to have `UNKNOWN`."""
UNKNOWN = 1000
CHOICES = {"arc_challenge": 4, "hellaswag": 4, "mmlu": 4, "truthfulqa_mc2": 6}
"""Benchmarks that score given answers and write nothing: how many per item."""
PROMPT_TOKENS = 90
"""Of the texts around a question: what is asked of the model, and the marks of its chat template."""
LETTERS_PER_TOKEN = 4
"""Of English text in a large vocabulary."""
SHORT_PROMPT_TOKENS = 15
"""The same for the embedded model."""
USUAL_BATCH = 512
"""Sequences decoded together where `backend.batch_size` leaves it to the memory that is free."""


@dataclass(frozen=True)
class Work:
    """One stage. `kind` is `generate`, `train`, `evaluate` or `rows`.

    `sequences` texts are written, `new` tokens in all, after `read` tokens of prompts; `batch` of them at once,
    `longest` tokens each at most. Of a training `read` counts the tokens of all steps and `sequences` their number. Of
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
    source = brought(config)
    config = _limited(config, source)
    works: dict[StageKind, Callable[[Config, str], Work]] = {
        PROPOSER: _proposer,
        QUESTIONS: partial(_questions, source),
        ANSWERS: _answers,
        AUDIT: lambda config, name: _answers(config, name, AUDIT, len(labelled_texts(config))),
        DATASET: _dataset,
        REPLAY: _replay,
        TRAINING: _training,
        EVALUATION: _evaluation,
        SAMPLES: _samples,
        DRAWS: _draws,
    }
    for place, kind in stages_of(config):
        yield works[kind](config, place)


def _student(config: Config) -> Model:
    """The model that is trained and benchmarked."""
    return config.student or config.model


def _around(config: Config, prompt: str = "") -> int:
    """Tokens around a question in `prompt`; worked examples in it make it long."""
    if config.model.path.startswith("embedded:"):
        return SHORT_PROMPT_TOKENS
    return max(PROMPT_TOKENS, len(prompt) // LETTERS_PER_TOKEN)


def _accepted(config: Config) -> int:
    """Questions of a round: the target, or what the waves bring."""
    most = config.questions.max_waves * config.questions.wave_size
    return max(1, min(config.questions.target, round(most * config.plan.new)))


def _limited(config: Config, source: Brought) -> Config:
    """The configuration with no larger target than the source has texts for."""
    target = min(config.questions.target, round(source.turns / config.rounds * config.plan.new))
    return replace(config, questions=replace(config.questions, target=max(1, target)))


def asked(config: Config) -> int:
    """Texts that the source brings in a round until enough are accepted, or the waves end."""
    return _asked(_limited(config, brought(config)))


def _asked(config: Config) -> int:
    return round(_accepted(config) / config.plan.new)


def _new_pairs(config: Config) -> int:
    """Pairs that a round adds."""
    new = max(1, round(_accepted(config) * (config.plan.agreed if config.training.pairs != "unvoted" else 1.0)))
    return min(new, config.training.max_pairs or new)


def _pairs(config: Config, name: str) -> int:
    """Pairs that the training of round `name` learns from."""
    return _new_pairs(config) * (round_number(name) or 1 if config.training.accumulate else 1)


def _proposer(config: Config, name: str) -> Work:
    training, plan = config.training, config.plan
    own = config.questions.proposer or Proposer()
    learned = max(1, round(_accepted(config) * plan.in_band))
    per_epoch = -(-learned // training.batch_size)
    steps = own.steps or per_epoch * own.epochs
    length = min(training.max_length, _around(config, config.questions.bait) + plan.question_tokens)
    at_once = training.micro_batch_tokens // length
    return Work(
        f"{name}/proposer",
        "train",
        config.model,
        sequences=steps,
        read=round(steps * learned / per_epoch) * length,
        batch=max(1, at_once if training.packing else min(at_once, training.micro_batch_size)),
        longest=length,
    )


def _questions(source: Brought, config: Config, name: str) -> Work:
    questions, plan = config.questions, config.plan
    written = round(_asked(config) * source.written)
    again = round(written * plan.rewritten) if questions.max_rewrites else 0
    around, rewriting = _around(config, source.prompt), _around(config, questions.rewrite)
    length = min(plan.question_tokens, questions.sampling.max_new_tokens)
    waves = -(-_asked(config) // questions.wave_size)
    return Work(
        f"{name}/questions",
        "generate",
        config.model,
        sequences=written + again,
        read=written * around + again * (rewriting + 2 * plan.question_tokens),
        new=(written + again) * length,
        batch=min(config.backend.batch_size or USUAL_BATCH, questions.wave_size),
        longest=min(
            config.model.context, max(around, rewriting) + 2 * plan.question_tokens + questions.sampling.max_new_tokens
        ),
        passes=waves * (1 + questions.max_rewrites),
    )


def _answers(config: Config, name: str, kind: StageKind = ANSWERS, questions: int | None = None) -> Work:
    """The vote on what a round accepts, or on so many questions."""
    plan, voting, accepted = config.plan, config.voting, _accepted(config) if questions is None else questions
    samples, prompts = _sampled(config, name)
    prompt = _around(config, voting.prompt) + plan.question_tokens
    length = min(plan.solution_tokens, voting.sampling.max_new_tokens)
    return Work(
        f"{name}/{kind.name}",
        "generate",
        config.model,
        sequences=accepted * samples,
        # A prompt is read once for all its samples.
        read=accepted * prompts * prompt,
        new=accepted * samples * length,
        batch=min(config.backend.batch_size or USUAL_BATCH, accepted * samples),
        longest=min(config.model.context, prompt + voting.sampling.max_new_tokens),
        passes=-(-accepted // config.backend.shard_size),
    )


def _sampled(config: Config, name: str) -> tuple[int, int]:
    """Texts that the label needs of a question in round `name`, and the prompts they answer. A rewording is one."""
    needs, samples = label_of(config).needs(), config.voting.samples
    if needs.rewording is not None:
        return samples + 1 + (needs.rewording.samples or samples), 3
    models = 1
    if needs.voters is not None:
        models += min(needs.voters.earlier, (round_number(name) or 1) - 1) + len(needs.voters.paths)
    return models * samples, models


def _dataset(config: Config, name: str) -> Work:
    return Work(f"{name}/dataset", "rows", _student(config), sequences=_new_pairs(config))


def _replay(config: Config, name: str) -> Work:
    sampling, samples = config.training.replay.sampling, _replayed(config, name)
    length = min(config.plan.solution_tokens, sampling.max_new_tokens)
    return Work(
        f"{name}/replay",
        "generate",
        _student(config),
        sequences=samples,
        read=len(config.training.replay.prompts) * _around(config),
        new=samples * length,
        batch=min(config.backend.batch_size or USUAL_BATCH, max(samples, 1)),
        longest=min(_student(config).context, _around(config) + sampling.max_new_tokens),
    )


def _replayed(config: Config, name: str) -> int:
    """Samples that stand beside the pairs of a training, so that they are `training.replay.share` of all."""
    share = config.training.replay.share
    return round(_pairs(config, name) * share / (1 - share))


def _training(config: Config, name: str) -> Work:
    training, plan = config.training, config.plan
    examples = _pairs(config, name) + _replayed(config, name)
    length = min(
        training.max_length, _around(config, config.voting.prompt) + plan.question_tokens + plan.solution_tokens
    )
    objective = SLOTS["objective"].build(config.objective)
    compared = objective.sequences()
    at_once = training.micro_batch_tokens // (length * compared)
    per_epoch = -(-examples // training.batch_size)
    steps = training.steps or per_epoch * training.epochs
    # A pass that learns nothing costs a third of one that does.
    before = examples / 3 if objective.reference() else 0
    return Work(
        f"{name}/training",
        "train",
        _student(config),
        sequences=steps,
        read=round((steps * examples / per_epoch + before) * length * compared),
        batch=max(1, at_once if training.packing else min(at_once, training.micro_batch_size)),
        longest=length,
    )


def _evaluation(config: Config, name: str) -> Work:
    evaluation, plan = config.evaluation, config.plan
    model = config.model if name == "teacher" else _student(config)
    listed = [evaluation.dev_task, evaluation.guard_task, *evaluation.tasks]
    tasks = [task for task in dict.fromkeys(listed) if task]
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


def _samples(config: Config, name: str) -> Work:
    """Sampled solutions of the dev problems, where pass@k is wanted."""
    evaluation, plan, model = config.evaluation, config.plan, _student(config)
    samples = evaluation.samples or 0
    most = _reply_limit(config) or config.voting.sampling.max_new_tokens
    problems = min(ITEMS.get(evaluation.dev_task, UNKNOWN), evaluation.limit or UNKNOWN * UNKNOWN)
    prompt = _around(config) + plan.question_tokens
    length = min(plan.solution_tokens, most)
    return Work(
        f"{name}/samples",
        "generate",
        model,
        sequences=problems * samples,
        read=problems * prompt,
        new=problems * samples * length,
        batch=min(config.backend.batch_size or USUAL_BATCH, problems * samples),
        longest=min(model.context, prompt + most),
        passes=-(-problems // config.backend.shard_size),
    )


def _draws(config: Config, name: str) -> Work:
    """Sampled replies to benchmarks; a prompt is read once for all its samples."""
    evaluation, plan, model = config.evaluation, config.plan, _student(config)
    prompt = _around(config) + plan.question_tokens * (1 + (evaluation.num_fewshot or 0))
    most = _reply_limit(config) or evaluation.max_new_tokens
    length = min(plan.item_tokens, most or plan.item_tokens)
    counts = {
        task: (min(ITEMS.get(task, UNKNOWN), evaluation.limit or UNKNOWN * UNKNOWN), samples)
        for task, samples in sampled_tasks(evaluation).items()
    }
    replies = sum(items * samples for items, samples in counts.values())
    return Work(
        f"{name}/draws",
        "generate",
        model,
        sequences=replies,
        read=sum(items for items, _ in counts.values()) * prompt,
        new=replies * length,
        batch=min(config.backend.batch_size or USUAL_BATCH, max(replies, 1)),
        longest=min(model.context, prompt + (most or 1024)),
        passes=sum(-(-items // config.backend.shard_size) for items, _ in counts.values()),
    )


def _reply_limit(config: Config) -> int | None:
    return config.evaluation.sampling.max_new_tokens if config.evaluation.sampling else None
