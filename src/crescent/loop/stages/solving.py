"""Solving and voting: K solutions of every question, the answer read from each, and the vote, in a stage's folder.

With adaptive sampling the solutions come in passes: a question whose consensus is certain (`lossless`) or probable
enough is not asked again. Sample number i of a question is the same whatever pass it comes in. A label rule may want
more: solutions by other models, in passes of their own, or solutions of reworded questions (`voters.py`).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from crescent.config.schema import Voting
from crescent.generation.prompts import fill
from crescent.generation.request import Request
from crescent.loop.stages import budget
from crescent.loop.stages.budget import BEYOND
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.facts import AnswersFacts
from crescent.loop.stages.predict import generate, predict
from crescent.loop.stages.rows import beside_tokens, pass_folders, solution_passes, view_passes
from crescent.loop.stages.voters import reworded_answers
from crescent.records import Completion, Consensus, Question, Solution
from crescent.runs.folder import read_json, write_json
from crescent.runs.names import pass_folder
from crescent.runs.shards import ShardFolder
from crescent.runs.stage import Stage
from crescent.runs.waiting import wait_for
from crescent.voting.adaptive import enough
from crescent.voting.ballots import by_question
from crescent.voting.equality.formulas import undecided
from crescent.voting.extraction import extract_answer
from crescent.voting.grouping import group
from crescent.voting.labels.label import Label, label_of
from crescent.voting.module import SolutionDataModule, VotingModule
from crescent.voting.symbolic import comparer


def solve(
    context: Context,
    stage: Stage,
    accepted: Sequence[Question],
    models: Sequence[ModelRef],
    title: str,
    room: int | None = None,
) -> AnswersFacts | None:
    """Write the solutions (shards, by pass) and one consensus per question (`consensus` shard 0) of a stage that begun.

    The first of `models` answers, the others vote beside it. `room`: the tokens that may be sampled, None for any
    number. Returns the facts on rank 0, None elsewhere.
    """
    config, label = context.config, label_of(context.config)
    comparer.configure(config.voting.symbolic_seconds, config.voting.symbolic_megabytes)
    convert, made = partial(read_solution, marker=config.voting.marker), 0
    within = accepted
    size = config.backend.shard_size if room is None else min(config.backend.shard_size, budget.SHARD)
    for asked, ref, requests in _passes(stage, accepted, config.voting, label, models):

        def sample(part: Sequence[Request], kind: str = pass_folder(asked), ref: ModelRef = ref) -> ShardFolder:
            return generate(
                context,
                stage,
                kind,
                ref=ref,
                requests=part,
                sampling=config.voting.sampling,
                title=title,
                convert=convert,
                shard_size=size,
            )

        if room is None:
            sample(requests)
        else:  # of one pass: no other is allowed beside a budget
            count = budget.sample_within(room, requests, stage.shards(pass_folder(asked)), size, sample)
            within = accepted[:count]
        made = asked + 1
    if (rewording := label.needs().rewording) is not None:
        reworded_answers(context, stage, models[0], accepted, rewording, convert)
    consensus, given_up = _vote(context, stage, accepted, made)
    if not context.is_main:
        return None
    beyond = pass_folders(stage.path)[made:]
    stage.discard(*(path.relative_to(stage.path).as_posix() for path in beyond))
    if room is not None:
        consensus = budget.outcomes(consensus, accepted, within)
    facts = _facts(stage, consensus, len(within) * config.voting.samples * len(models), given_up)
    stage.shards("consensus").write(0, consensus)
    if given_up:
        context.report.say(
            f"{stage.path.parent.name}: {given_up:,} comparisons of formulas were given up, undecided or at a limit of "
            "time or size, and count as different answers (docs/consensus.md)"
        )
    return facts


def _vote(context: Context, stage: Stage, questions: Sequence[Question], made: int) -> tuple[list[Consensus], int]:
    """The consensus of every question, in their order, and the comparisons that were given up in the vote.

    It reads the first `made` sampling passes, which are this start's. Of several ranks each votes on its share; rank 0
    has them all.
    """
    before = undecided.total
    with stage.work():
        passes = [*solution_passes(stage.path)[:made], *view_passes(stage.path)]
        data = SolutionDataModule(passes, context.rank, context.world_size)
        voting = VotingModule(label_of(context.config), context.config.voting)
        consensus: list[Consensus] = predict(context, voting, data)
    given_up = undecided.total - before
    if context.world_size == 1:
        return consensus, given_up
    ranks = [context.exchange / f"given-up-{rank}.json" for rank in range(context.world_size)]
    write_json(ranks[context.rank], {"comparisons": given_up})
    votes = ShardFolder(context.exchange / "votes")
    votes.write(context.rank, consensus)
    if not context.is_main:
        return consensus, given_up
    wait_for(lambda: len(votes.finished()) == context.world_size)
    by_question = {row.question: row for row in votes.stream(Consensus)}
    given_up = sum((read_json(path) or {}).get("comparisons", 0) for path in ranks)
    return [by_question[question.id] for question in questions if question.id in by_question], given_up


def _passes(
    stage: Stage, questions: Sequence[Question], config: Voting, label: Label, models: Sequence[ModelRef]
) -> Iterator[tuple[int, ModelRef, list[Request]]]:
    """(number of the pass, who answers, its requests), open questions found anew from the rows of the passes before.

    The first of `models` answers, the others vote with as many solutions of all questions in a pass each.
    """
    step = config.samples if config.adaptive == "off" else config.step
    prompts = {question.id: fill(config.prompt, question=question.text) for question in questions}
    for asked, first in enumerate(range(0, config.samples, step)):
        count = min(step, config.samples - first)
        if asked:
            # The passes before this one alone: after a kill some shards of this one are there too.
            rows = by_question(solution_passes(stage.path)[:asked])
            still_open = {id for id, solutions in rows if not _enough(solutions, config, label)}
            prompts = {id: prompt for id, prompt in prompts.items() if id in still_open}
        if not prompts:
            break
        yield asked, models[0], [Request(id, prompt, count, first) for id, prompt in prompts.items()]
    for place, ref in enumerate(models[1:], start=1):
        first = place * config.samples
        yield place, ref, [Request(id, prompt, config.samples, first) for id, prompt in prompts.items()]


def _enough(solutions: Sequence[Solution], config: Voting, label: Label) -> bool:
    answers = group([solution.answer for solution in solutions], symbolic=config.symbolic)
    return enough(answers, config, lambda: label.settled(answers, config))


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


def _facts(stage: Stage, consensus: list[Consensus], full: int, given_up: int) -> AnswersFacts:
    """`full`: the solutions there would be without adaptive sampling; `given_up`: comparisons of formulas."""
    matches: Counter[str] = Counter()
    tokens, overshoot = beside_tokens(stage.path), 0
    unheard = {row.question for row in consensus if row.reason == BEYOND}
    for rows in solution_passes(stage.path):
        for row in rows:
            if row.question in unheard:
                overshoot += row.tokens
                continue
            matches[row.match or "none"] += 1
            tokens += row.tokens
    solutions = matches.total()
    drops = Counter(row.reason for row in consensus if row.reason is not None)
    return AnswersFacts(
        questions=len(consensus),
        solutions=solutions,
        solutions_saved=full - solutions,
        no_answer=matches.pop("none", 0),
        tokens=tokens + overshoot,
        overshoot=overshoot,
        accepted=len(consensus) - drops.total(),
        drops=dict(sorted(drops.items())),
        matches=dict(sorted(matches.items())),
        mean_agreement=sum(row.agreement for row in consensus) / max(len(consensus) - len(unheard), 1),
        comparisons_given_up=given_up,
    )
