"""Benchmarks put to a model: greedy texts through the backend, all else by the harness's own model class."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from transformers import AutoConfig

from crescent.config.schema import Sampling
from crescent.evaluation.benchmarks import DEFAULT_SEED, Benchmarks, Greedy
from crescent.evaluation.isolation import isolated
from crescent.evaluation.replies import longest
from crescent.evaluation.results import Reply, TaskResult
from crescent.generation.backend import Backend
from crescent.generation.request import Continuation
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.predict import continues, generate, writer
from crescent.models.load import greedy_settings_at, load_tokenizer
from crescent.records import Completion
from crescent.runs.atomic import digest
from crescent.runs.stage import Stage
from crescent.runs.waiting import wait_for

SHARD = 64
"""Most requests per shard of texts: several ranks are to share the few hundred items of a benchmark."""


def measured(context: Context, stage: Stage, ref: ModelRef, tasks: Sequence[str]) -> Iterator[tuple[int, TaskResult]]:
    """The results of this rank's share of `tasks`, each with its number.

    All requests of all tasks are replied to first, shard by shard, by all ranks: `completions` are texts that the
    backend wrote, `replies` what this process found out.
    """
    with stage.work():
        room = room_of(context, ref)
        made = [asked(context, ref, task, room) for task in tasks]
        with isolated(None, DEFAULT_SEED):
            greedy = [request for benchmarks in made for request in benchmarks.greedy()]
    decoder = _decoder(context, stage, ref, room) if greedy else None
    known = _completed(context, stage, ref, greedy, decoder) if decoder else {}
    others = {name: request for each in made for name, request in each.requests.items() if name not in known}
    known |= _replied(context, stage, ref, others)
    for index, benchmarks in enumerate(made):
        if index % context.world_size == context.rank:
            with isolated(None, DEFAULT_SEED), stage.work():
                [result] = benchmarks.results(known)
            result.task = tasks[index]  # As the configuration calls it: a task file is given by its path.
            yield index, result


def room_of(context: Context, ref: ModelRef) -> int:
    """The most tokens that the model takes."""
    settings = context.settings(ref)
    place, revision = context.place(ref)
    model = AutoConfig.from_pretrained(place, revision=revision, trust_remote_code=settings.trust_remote_code)
    room = longest(model, load_tokenizer(settings, place, revision))
    return min(room, settings.context) if context.config.backend.name == "vllm" else room  # It is started for no more.


def asked(context: Context, ref: ModelRef, task: str, room: int, max_new_tokens: int | None = None) -> Benchmarks:
    """The task with its requests. `max_new_tokens` goes before `evaluation.max_new_tokens`."""
    config = context.config.evaluation
    tokenizer = load_tokenizer(context.settings(ref), *context.place(ref))
    with isolated(None, DEFAULT_SEED):
        return Benchmarks(
            [task],
            tokenizer,
            room,
            num_fewshot=config.num_fewshot,
            limit=config.limit,
            max_new_tokens=max_new_tokens or config.max_new_tokens,
            chat_template=config.chat_template,
            prefer_filter=config.filter,
            local_data=config.local_data,
        )


def _decoder(context: Context, stage: Stage, ref: ModelRef, room: int) -> Backend | None:
    """What writes greedy texts as the harness's model class would; None: that class, and the stage's notes say why."""
    backend = None
    if own := greedy_settings_at(*context.place(ref)):
        why = f"its generation_config.json sets {', '.join(own)}"
    elif not continues(context):
        why = f"backend={context.config.backend.name} takes no rendered prompts"
    else:
        backend = writer(context, stage, ref, context.config.evaluation.batch_size, room)
        why = backend.decoder.removeprefix("generate: ")
        backend = backend if backend.continues else None
    if backend is None and stage.note(decoder=f"generate: {why}"):
        context.report.say(f"{ref.label} is measured by transformers' generate: {why}. This is slower.")
    return backend


def _completed(
    context: Context, stage: Stage, ref: ModelRef, greedy: Sequence[Greedy], decoder: Backend
) -> dict[str, Reply]:
    shards = generate(
        context,
        stage,
        "completions",
        ref=ref,
        requests=[
            Continuation(each.id, each.text, ids=each.ids, limit=each.limit, until=each.until) for each in greedy
        ],
        sampling=Sampling(temperature=0.0, top_p=1.0, max_new_tokens=max(each.limit for each in greedy)),
        title=f"{ref.label} benchmarks",
        unit="requests",
        shard_size=min(SHARD, context.config.backend.shard_size),
        backend=decoder,
    )
    return {row.request: Reply(id=row.request, text=row.text) for row in shards.stream(Completion)}


def _replied(context: Context, stage: Stage, ref: ModelRef, requests: Mapping[str, Any]) -> dict[str, Reply]:
    """What is asked beside greedy texts. A shard has requests of one kind, so that each is one call of the harness."""
    shards = stage.shards("replies")
    parts = _cut(requests, context.config.backend.shard_size)
    asked = {index: _digest(part) for index, part in enumerate(parts)}
    if context.is_main and (others := shards.discard_others(asked)):
        stage.tell("discard", kind="replies", shards=others, reason="they answer other requests than are asked now")
    there = shards.answering(asked)
    mine = [index for index in asked if index not in there and index % context.world_size == context.rank]
    if mine:
        from crescent.evaluation.in_process import InProcess

        loaded = context.model(ref)
        model = InProcess(loaded.model, loaded.tokenizer, context.config.evaluation.batch_size)
        total, finished = sum(len(parts[index]) for index in mine), 0
        with context.report.task(f"{ref.label} benchmarks", total, "requests") as advance, stage.work():
            shown = 0

            def show(done: int, of: int) -> None:
                nonlocal shown
                advance(finished + done - shown)
                shown = finished + done

            for index in mine:
                shards.write(index, model.replies(parts[index], DEFAULT_SEED + index, show), asked[index])
                finished += len(parts[index])
    if context.world_size > 1:
        wait_for(lambda: shards.answering(asked) == asked.keys())
    return {reply.id: reply for reply in shards.stream(Reply)}


def _cut(requests: Mapping[str, Any], size: int) -> list[dict[str, Any]]:
    """The requests of each shard by id, at most `size` of them."""
    parts = []
    for kind in dict.fromkeys(request.request_type for request in requests.values()):
        named = [(name, request) for name, request in requests.items() if request.request_type == kind]
        parts += [dict(named[first : first + size]) for first in range(0, len(named), size)]
    return parts


def _digest(part: Mapping[str, Any]) -> str:
    asked = [(name, request.request_type, request.args) for name, request in part.items()]
    return digest(json.dumps(asked, default=str).encode())[:16]
