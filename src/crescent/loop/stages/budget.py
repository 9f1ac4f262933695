"""The budget of a round (`voting.max_tokens`): which questions are answered within it.

Questions are answered in their order, a few shards at a time, until the tokens are spent. The first question whose
solutions go beyond the budget, and all after it, are dropped, also those whose solutions are there by then: what counts
are the tokens of questions in order, and so no size of a batch or a shard, no number of ranks and no kill decides.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate, takewhile

from crescent.generation.datamodule import cut
from crescent.generation.request import Request, requests_digest
from crescent.records import Consensus, Question, Solution
from crescent.runs.shards import ShardFolder

BEYOND = "beyond-budget"
SHARD = 16
"""Most questions of a shard: what is sampled beyond the budget is less than one."""


def sample_within(
    room: int,
    requests: Sequence[Request],
    shards: ShardFolder,
    size: int,
    sample: Callable[[Sequence[Request]], object],
) -> int:
    """Have `sample` answer as many of the first requests as `room` tokens suffice for, and return how many fit.

    `shards` are what it fills, `size` requests each; what is there is not asked for again.
    """
    parts = cut(requests, size)
    digests = {index: requests_digest(part) for index, part in enumerate(parts)}
    made, tokens = 0, list[int]()
    while made < len(parts) and sum(tokens) <= room:
        # As many shards as would be filled by questions of the mean length so far, and one where nothing is known.
        mean = sum(tokens) / len(tokens) if tokens else float(room)
        made = min(len(parts), made + max(1, int((room - sum(tokens)) / max(mean, 1.0) / size)))
        if not set(range(made)) <= shards.answering(digests):
            sample([request for part in parts[:made] for request in part])
        tokens = _by_request(shards, [request.id for part in parts[:made] for request in part])
    shards.discard_others({index: digests[index] for index in range(made)})
    return len(list(takewhile(lambda total: total <= room, accumulate(tokens))))


def _by_request(shards: ShardFolder, ids: Sequence[str]) -> list[int]:
    tokens = dict.fromkeys(ids, 0)
    for row in shards.stream(Solution):
        if row.question in tokens:
            tokens[row.question] += row.tokens
    return list(tokens.values())


def outcomes(votes: Sequence[Consensus], questions: Sequence[Question], within: Sequence[Question]) -> list[Consensus]:
    """The votes on the questions `within` the budget, and of all others that there was none left for them."""
    by_question = {vote.question: vote for vote in votes}
    heard = {question.id for question in within}
    return [by_question[question.id] if question.id in heard else _beyond(question.id) for question in questions]


def _beyond(question: str) -> Consensus:
    return Consensus(
        question=question, answer=None, votes=0, samples=0, agreement=0.0, margin=0.0, tie=False, solution=None,
        reason=BEYOND,
    )  # fmt: skip
