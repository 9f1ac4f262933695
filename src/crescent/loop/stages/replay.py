"""Stage `replay`: what the student itself writes to general prompts, to be mixed into its training.

A model that is trained on mathematics alone forgets the rest. Its own answers to other prompts, sampled before the
training, show it what it could do, without any data from outside.
"""

from collections import Counter
from collections.abc import Sequence

from crescent.config.effects import settings
from crescent.config.slots import code_of
from crescent.generation.request import Request
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.facts import DatasetFacts, ReplayFacts
from crescent.loop.stages.predict import generate
from crescent.records import Completion, Drop, Replayed
from crescent.runs import rows
from crescent.runs.atomic import publish
from crescent.runs.manifest import Manifest, facts_of
from crescent.runs.names import round_folder

VERSION = 2
FILE = "replay.jsonl"


def run(context: Context, number: int, start: ModelRef, dataset: Manifest) -> Manifest:
    """Sample `round-NN/replay` from the model that the round's training starts from.

    As many samples as make `training.replay.share` of the examples, with the dataset's pairs as the rest, spread evenly
    over `training.replay.prompts`. Those that came to an end are in `replay.jsonl`, the others in `drops`.
    """
    config = context.config.training.replay
    wanted = count(facts_of(dataset, DatasetFacts).total, config.share)
    stage = context.run.stage(
        f"{round_folder(number)}/replay",
        VERSION,
        settings(context.config, "replay") | {"samples": wanted},
        {"model": start.identity, **code_of(context.config, "backend.own")},
    )
    if (manifest := stage.finished()) is not None:
        return manifest
    stage.begin()
    shards = generate(
        context,
        stage,
        "samples",
        ref=start,
        requests=requests(number, config.prompts, wanted),
        sampling=config.sampling,
        title=f"{round_folder(number)} replay",
    )
    if not context.is_main:
        return stage.finish(None)
    prompts = dict(zip(ids(number, config.prompts), config.prompts, strict=True))
    sampled = list(shards.stream(Completion))
    kept = [Replayed(prompt=prompts[s.request], text=s.text) for s in sampled if _dropped(s) is None]
    publish(stage.path / FILE, rows.to_lines(kept))
    drops = [drop for sample in sampled if (drop := _dropped(sample)) is not None]
    stage.shards("drops").write(0, drops)
    counts = dict(sorted(Counter(drop.reason for drop in drops).items()))
    tokens = sum(sample.tokens for sample in sampled)
    return stage.finish(ReplayFacts(samples=len(sampled), kept=len(kept), drops=counts), tokens)


def _dropped(sample: Completion) -> Drop | None:
    """The sample as a drop where it did not come to an end, or says nothing."""
    if sample.stop == "stop" and sample.text:
        return None
    reason = "cut-off" if sample.stop == "length" else "empty"
    return Drop(id=f"{sample.request}-s{sample.sample:02d}", text=sample.text, reason=reason)


def count(pairs: int, share: float) -> int:
    """How many examples have to stand beside `pairs` others to be `share` of all."""
    return round(pairs * share / (1 - share))


def ids(number: int, prompts: Sequence[str]) -> list[str]:
    """The names of the requests of round `number`, prompt by prompt."""
    return [f"r{number:02d}-replay{index:04d}" for index in range(len(prompts))]


def requests(number: int, prompts: Sequence[str], wanted: int) -> list[Request]:
    """`wanted` samples in all; the first prompts get one more where it does not come out even."""
    each, more = divmod(wanted, len(prompts))
    names = zip(ids(number, prompts), prompts, strict=True)
    asked = [Request(id, prompt, each + (index < more)) for index, (id, prompt) in enumerate(names)]
    return [request for request in asked if request.samples]
