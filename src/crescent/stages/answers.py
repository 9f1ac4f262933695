"""Stage `answers`: K solutions of every accepted question, the answer read from each, and the vote."""

from collections import Counter
from dataclasses import asdict
from functools import partial
from typing import Any

from crescent.generation.prompts import fill
from crescent.generation.request import Request
from crescent.records import Completion, Consensus, Question, Solution
from crescent.run.manifest import Manifest
from crescent.run.shards import ShardFolder
from crescent.run.stage import Stage
from crescent.stages.context import Context, ModelRef
from crescent.stages.predict import generate, predict
from crescent.voting.extraction import extract_answer
from crescent.voting.module import SolutionDataModule, VotingModule

VERSION = 1


def run(context: Context, number: int, model: ModelRef, questions: Manifest) -> Manifest:
    """Write round `number`'s solutions (shards) and one consensus per question (`consensus` shard 0)."""
    config = context.config
    stage = context.run.stage(
        f"round-{number:02d}/answers",
        VERSION,
        {"seed": config.seed, "voting": asdict(config.voting)},
        {"model": model.identity, questions.plan.stage: questions.outcome},
    )
    if (manifest := stage.finished()) is not None:
        return manifest
    stage.begin()
    accepted = ShardFolder(context.run.path / questions.plan.stage / "accepted").stream(Question)
    requests = [
        Request(row.id, fill(config.voting.prompt, question=row.text), config.voting.samples) for row in accepted
    ]
    shards = generate(
        context,
        stage,
        "solutions",
        ref=model,
        requests=requests,
        sampling=config.voting.sampling,
        title=f"round {number} solutions",
        convert=partial(read_solution, marker=config.voting.marker),
    )
    consensus = _vote(context, stage, shards, number)
    stage.shards("consensus").write(0, consensus)
    return stage.finish(_facts(shards, consensus), sum(row.tokens for row in shards.stream(Solution)))


def read_solution(completion: Completion, marker: str) -> Solution:
    """A completion as a solution: its answer and the kind of match it was read by."""
    answer = extract_answer(completion.text, marker)
    return Solution(
        question=completion.request,
        sample=completion.sample,
        text=completion.text,
        answer=answer.value if answer else None,
        match=answer.match if answer else None,
        stop=completion.stop,
        tokens=completion.tokens,
        logprob=completion.logprob,
    )


def _vote(context: Context, stage: Stage, shards: ShardFolder, number: int) -> list[Consensus]:
    module = VotingModule(context.config.voting)
    data = SolutionDataModule(partial(shards.read, index, Solution) for index in shards.finished())
    with stage.work():
        predict(context, module, data, [])
    return module.consensus


def _facts(shards: ShardFolder, consensus: list[Consensus]) -> dict[str, Any]:
    matches: Counter[str] = Counter()
    solutions = 0
    for row in shards.stream(Solution):
        solutions += 1
        matches[row.match or "none"] += 1
    drops = Counter(row.reason for row in consensus if row.reason is not None)
    none = matches.pop("none", 0)
    return {
        "questions": len(consensus),
        "solutions": solutions,
        "no_answer": none,
        "accepted": len(consensus) - drops.total(),
        "drops": dict(sorted(drops.items())),
        "matches": dict(sorted(matches.items())),
        "mean_agreement": sum(row.agreement for row in consensus) / max(len(consensus), 1),
    }
