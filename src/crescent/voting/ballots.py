"""The solutions of each question, and the vote on them. Imports no model library."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from heapq import merge
from itertools import groupby

import msgspec

from crescent.config.schema import Voting
from crescent.records import Consensus, Solution
from crescent.runs.names import in_order
from crescent.voting.consensus import vote


def by_question(passes: Iterable[Iterable[Solution]]) -> Iterator[tuple[str, list[Solution]]]:
    """Question id and its solutions in sample order, from streams that are each in question order."""
    merged = merge(*passes, key=lambda solution: in_order(solution.question))
    for question, rows in groupby(merged, key=lambda solution: solution.question):
        yield question, sorted(rows, key=lambda row: row.sample)


def decide(question: str, solutions: Sequence[Solution], config: Voting, rule: str = "majority") -> Consensus:
    """The vote on one question by a rule of `vote`; its figures are of the solutions that were sampled.

    Where lossless sampling stopped early, the samples that were saved take part as solutions without an answer: the
    bounds of the vote are over all samples, and with those stand-ins no continuation can change what is decided.
    """
    saved = config.samples - len(solutions) if config.adaptive == "lossless" else 0
    outcome = vote(
        [*solutions, *[None] * saved],
        question=question,
        rule=rule,
        reject_ties=config.reject_ties,
        min_agreement=config.min_agreement,
        max_agreement=config.max_agreement,
        min_votes=config.min_votes,
        representative=config.representative,
        representatives=config.representatives,
        symbolic=config.symbolic,
    )
    if saved <= 0:
        return outcome
    count = len(solutions)
    return msgspec.structs.replace(outcome, samples=count, agreement=outcome.votes / count)


def standing(consensus: Consensus) -> list[tuple[int, float]]:
    """The solutions that stand for an accepted consensus, by their numbers, each with the full weight of 1."""
    return [(sample, 1.0) for sample in (consensus.solution, *consensus.others) if sample is not None]


def unguarded(config: Voting) -> Voting:
    """The same vote without the guards: whoever leads is accepted, of tied answers the one sampled first."""
    return replace(config, reject_ties=False, min_agreement=0.0, max_agreement=1.0, min_votes=1)
