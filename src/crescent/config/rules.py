"""What must hold between several keys: a rule yields a `Mistake` for every way in which a configuration breaks it."""

import re
from collections.abc import Callable, Iterator

from crescent.config.check import Mistake
from crescent.config.conversations import a_server_writes_what_it_is_told, conversations_can_be_written, texts_end
from crescent.config.engine import engine_environment_can_be_written_down, engine_is_left_what_is_its_own
from crescent.config.label_rules import labels_can_be_sampled
from crescent.config.place import place_can_be_made
from crescent.config.proposer_rules import a_proposer_has_a_band, a_proposer_is_of_use
from crescent.config.schema import Config
from crescent.config.server_rules import (
    a_started_server_gets_model_and_port,
    adapters_can_be_loaded,
    every_round_has_its_writer,
    servers_are_named,
)
from crescent.config.slots import filled_slots_fit

Rule = Callable[[Config], Iterator[Mistake]]


def broken_rules(config: Config) -> list[Mistake]:
    """All mistakes between the keys of a configuration whose single values are good."""
    return [mistake for rule in RULES for mistake in rule(config)]


def dev_task_is_held_out(config: Config) -> Iterator[Mistake]:
    dev, tasks = config.evaluation.dev_task, config.evaluation.tasks
    keys = ("evaluation.dev_task", "evaluation.tasks")
    if dev and dev in tasks:
        yield Mistake(
            keys, f"evaluation.dev_task={dev} is also in evaluation.tasks: decisions must not read a reported benchmark"
        )
    if len(set(tasks)) < len(tasks):
        yield Mistake(keys[1:], f"evaluation.tasks=[{','.join(tasks)}] names a task twice")


def gate_has_a_benchmark(config: Config) -> Iterator[Mistake]:
    if config.evaluation.gate.enabled and not config.evaluation.dev_task:
        keys = ("evaluation.gate.enabled", "evaluation.dev_task")
        yield Mistake(keys, "evaluation.gate.enabled=true needs evaluation.dev_task: name one or disable the gate")


def guard_task_is_another_one(config: Config) -> Iterator[Mistake]:
    evaluation, guard = config.evaluation, config.evaluation.guard_task
    key, said = "evaluation.guard_task", f"evaluation.guard_task={guard}"
    if guard == "":
        yield Mistake((key,), f"{key} is empty: name a benchmark, or set null")
    elif guard is not None and guard == evaluation.dev_task:
        yield Mistake((key, "evaluation.dev_task"), f"{said} is evaluation.dev_task itself: name another benchmark")
    elif guard in evaluation.tasks:
        keys = (key, "evaluation.tasks")
        yield Mistake(keys, f"{said} is also in evaluation.tasks: decisions must not read a reported benchmark")
    if guard and not evaluation.base:
        keys = (key, "evaluation.base")
        yield Mistake(keys, f"{said} is compared with the base model: it needs evaluation.base=true")


def agreement_band_is_open(config: Config) -> Iterator[Mistake]:
    voting = config.voting
    if voting.min_agreement > voting.max_agreement:
        keys = ("voting.min_agreement", "voting.max_agreement")
        yield Mistake(
            keys,
            f"voting.min_agreement={voting.min_agreement:g} is above voting.max_agreement={voting.max_agreement:g}: "
            "no question could pass",
        )
    if voting.min_votes > voting.samples:
        keys = ("voting.min_votes", "voting.samples")
        yield Mistake(keys, f"voting.min_votes={voting.min_votes} is more than voting.samples={voting.samples}")
    elif voting.min_votes / voting.samples > voting.max_agreement:
        yield Mistake(
            ("voting.min_votes", "voting.samples", "voting.max_agreement"),
            f"voting.min_votes={voting.min_votes} of voting.samples={voting.samples} is above "
            f"voting.max_agreement={voting.max_agreement:g}: no question could pass",
        )


def samples_can_differ(config: Config) -> Iterator[Mistake]:
    if config.questions.sampling.temperature == 0 and config.source.get("use") == "bait":
        keys: tuple[str, ...] = ("questions.sampling.temperature",)
        yield Mistake(keys, "questions.sampling.temperature=0 makes every bait the same question: take more than 0")
    if config.voting.sampling.temperature == 0 and config.voting.samples > 1:
        keys = ("voting.sampling.temperature", "voting.samples")
        yield Mistake(
            keys,
            f"voting.sampling.temperature=0 makes all voting.samples={config.voting.samples} the same",
        )
    evaluation = config.evaluation
    for name, drawn in (("samples", evaluation.samples), ("sampled", evaluation.sampled)):
        key = "voting.sampling" if evaluation.sampling is None else "evaluation.sampling"
        if drawn and (evaluation.sampling or config.voting.sampling).temperature == 0:
            yield Mistake(
                (f"{key}.temperature", f"evaluation.{name}"),
                f"{key}.temperature=0 makes all evaluation.{name} of a problem the same: take more than 0 in "
                "evaluation.sampling",
            )


def unchecked_rewrites_happen_once(config: Config) -> Iterator[Mistake]:
    questions = config.questions
    if not questions.recheck_rewrites and questions.max_rewrites > 1:
        keys = ("questions.recheck_rewrites", "questions.max_rewrites")
        yield Mistake(
            keys,
            f"questions.max_rewrites={questions.max_rewrites} has no meaning with questions.recheck_rewrites=false: "
            "the first rewrite is accepted as it is",
        )


def target_can_be_reached(config: Config) -> Iterator[Mistake]:
    questions = config.questions
    most = questions.max_waves * questions.wave_size
    if questions.target > most:
        keys = ("questions.target", "questions.max_waves", "questions.wave_size")
        waves = f"questions.max_waves={questions.max_waves} of questions.wave_size={questions.wave_size}"
        more = f"more waves (not every question is accepted: well over {-(-questions.target // questions.wave_size)})"
        message = f"cannot be reached: {waves} write {most} at most; take {more} or a smaller target"
        yield Mistake(keys, f"questions.target={questions.target} {message}")


def texts_fit_the_context(config: Config) -> Iterator[Mistake]:
    written, measured = config.questions.sampling.max_new_tokens, config.evaluation.max_new_tokens
    replies = config.evaluation.sampling
    teacher = ("model.context", config.model.context)
    student = ("student.context", config.student.context) if config.student else teacher
    for key, tokens, readers in (
        ("questions.sampling.max_new_tokens", written, {teacher}),
        ("voting.sampling.max_new_tokens", config.voting.sampling.max_new_tokens, {teacher}),
        ("evaluation.max_new_tokens", measured, {teacher, student}),
        ("evaluation.sampling.max_new_tokens", replies.max_new_tokens if replies else None, {student}),
    ):
        for reader, context in sorted(readers):
            if tokens is not None and tokens >= context:
                yield Mistake((key, reader), f"{key}={tokens} leaves no room for a prompt in {reader}={context}")
    reader, context = student
    if config.training.max_length > context:
        yield Mistake(
            ("training.max_length", reader),
            f"training.max_length={config.training.max_length} is more than {reader}={context}",
        )


def prompts_have_their_fields(config: Config) -> Iterator[Mistake]:
    for key, prompt, names in (
        ("questions.bait", config.questions.bait, ()),
        ("questions.rewrite", config.questions.rewrite, ("{question}", "{other}")),
        ("voting.prompt", config.voting.prompt, ("{question}",)),
    ):
        missing = [name for name in names if name not in prompt]
        if not prompt.strip():
            yield Mistake((key,), f"{key} is empty: choose prompts=..., or write one")
        elif missing:
            yield Mistake((key,), f"{key} does not contain {' and '.join(missing)}")
    vary = config.questions.vary
    if vary is not None and "{question}" not in vary:
        yield Mistake(("questions.vary",), "questions.vary does not contain {question}")


def a_claim_has_arms(config: Config) -> Iterator[Mistake]:
    arms = config.claim.arms if config.claim else {}
    if config.stage in ("claim", "half_hour") and not arms:
        yield Mistake(
            ("stage", "claim.arms"), f"stage={config.stage} has nothing to compare: choose claim=controls or another"
        )
    for arm in arms:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", arm):
            yield Mistake(
                (f"claim.arms.{arm}", "claim.arms"),
                f"claim.arms: {arm!r} names folders: small letters, digits and _, a letter first",
            )


def a_command_uses_what_is_meant_for_it(config: Config) -> Iterator[Mistake]:
    """In an ordinary run `claim` does nothing: most likely another command was meant."""
    if config.stage == "all" and config.claim is not None:
        message = "has no effect in an ordinary run: write `crescent claim ...`, or stage=claim"
        yield Mistake(("claim", "stage"), f"claim {message}")


def labelled_questions_are_kept_out(config: Config) -> Iterator[Mistake]:
    """What the labels of a run are audited on must not be among what it learns from."""
    near = config.evaluation.contamination
    checked = near is not None and (near.exact or near.minhash or near.embedding or near.own.get("use"))
    if config.audit.data is not None and config.stage != "audit" and not checked:
        keys = ("audit.data", "evaluation.contamination")
        yield Mistake(
            keys,
            f"audit.data={config.audit.data} is to be kept out of training: it needs evaluation.contamination, such as "
            "evaluation.contamination.exact=true",
        )


def replay_has_prompts(config: Config) -> Iterator[Mistake]:
    replay = config.training.replay
    if replay.share > 0 and not any(prompt.strip() for prompt in replay.prompts):
        keys = ("training.replay.share", "training.replay.prompts")
        yield Mistake(keys, f"training.replay.share={replay.share:g} needs training.replay.prompts: there are none")


def batches_can_be_filled(config: Config) -> Iterator[Mistake]:
    training = config.training
    if not training.packing and training.micro_batch_size > training.batch_size:
        keys = ("training.micro_batch_size", "training.batch_size")
        yield Mistake(
            keys,
            f"training.micro_batch_size={training.micro_batch_size} is more than "
            f"training.batch_size={training.batch_size}",
        )


def bands_fit_the_signature(config: Config) -> Iterator[Mistake]:
    minhash = config.dedup.minhash
    if minhash is None:
        return
    bands, rows = minhash.bands, minhash.rows
    keys = ("dedup.minhash.bands", "dedup.minhash.rows")
    if (bands is None) != (rows is None):
        yield Mistake(keys, "dedup.minhash.bands and dedup.minhash.rows go together: give both or neither")
    elif bands is not None and rows is not None and bands * rows > minhash.permutations:
        yield Mistake(
            (*keys, "dedup.minhash.permutations"),
            f"dedup.minhash.bands={bands} x dedup.minhash.rows={rows} is more than "
            f"dedup.minhash.permutations={minhash.permutations}",
        )


def several_devices_need_several_processes(config: Config) -> Iterator[Mistake]:
    for key, value in (("trainer.devices", config.trainer.devices), ("trainer.nodes", config.trainer.nodes)):
        if value > 1 and config.executor == "inline":
            yield Mistake((key, "executor"), f"{key}={value} needs executor=process: inline is one process")


def engines_do_not_share_devices(config: Config) -> Iterator[Mistake]:
    backend, devices = config.backend, config.trainer.devices
    if backend.name == "vllm" and backend.tensor_parallel > 1 and devices > 1:
        keys = ("backend.tensor_parallel", "trainer.devices")
        yield Mistake(
            keys,
            f"backend.tensor_parallel={backend.tensor_parallel} takes all devices for one engine, and "
            f"trainer.devices={devices} wants an engine for each: leave one of them at 1",
        )


def a_backend_of_ones_own_is_chosen(config: Config) -> Iterator[Mistake]:
    name, use = config.backend.name, config.backend.own.get("use")
    keys = ("backend.name", "backend.own", "backend.own.use")
    if name == "own" and use is None:
        yield Mistake(keys, "backend.name=own needs backend.own.use: write backend=package.module:Class")
    elif name != "own" and use is not None:
        yield Mistake(keys, f"backend.own.use={use} needs backend.name=own: write backend={use}")


RULES: tuple[Rule, ...] = (
    filled_slots_fit,
    place_can_be_made,
    conversations_can_be_written,
    a_server_writes_what_it_is_told,
    texts_end,
    servers_are_named,
    a_started_server_gets_model_and_port,
    adapters_can_be_loaded,
    every_round_has_its_writer,
    engines_do_not_share_devices,
    a_backend_of_ones_own_is_chosen,
    engine_is_left_what_is_its_own,
    engine_environment_can_be_written_down,
    dev_task_is_held_out,
    gate_has_a_benchmark,
    guard_task_is_another_one,
    agreement_band_is_open,
    labels_can_be_sampled,
    samples_can_differ,
    unchecked_rewrites_happen_once,
    a_proposer_has_a_band,
    a_proposer_is_of_use,
    target_can_be_reached,
    texts_fit_the_context,
    prompts_have_their_fields,
    replay_has_prompts,
    batches_can_be_filled,
    bands_fit_the_signature,
    several_devices_need_several_processes,
    a_claim_has_arms,
    a_command_uses_what_is_meant_for_it,
    labelled_questions_are_kept_out,
)
