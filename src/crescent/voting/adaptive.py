"""When sampling more solutions of a question cannot, or will hardly, change its consensus.

Pure functions of the answers so far. Answers are labels: equal means equivalent (`crescent.voting.grouping.group`
gives such labels), None means a solution without an answer.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, comb, floor

from crescent.config.schema import Voting
from crescent.voting.consensus import rational


def enough(answers: Sequence[Hashable | None], config: Voting, certain: Callable[[], bool] | None = None) -> bool:
    """Whether a question needs no more samples under `config.adaptive`.

    `off`: all `config.samples` are there. `lossless`: the outcome is settled, as `certain` says, or of a
    majority vote. `probable`: settled, or probable at `config.confidence`.
    """
    if len(answers) >= config.samples or config.adaptive == "off":
        return len(answers) >= config.samples
    if certain() if certain else settled(answers, config.samples, config):
        return True
    return config.adaptive == "probable" and probable(answers, config.samples, config.confidence)


def settled(answers: Sequence[Hashable | None], total: int, config: Voting) -> bool:
    """Whether the outcome of a majority vote over `total` samples is certain, whatever the remaining samples say.

    The outcome is whether a consensus is accepted, its answer and its solution. Exact, not a bound: it is False only if
    two continuations differ in outcome. For what depends on all samples it waits for them: an accepted consensus with
    another representative than `first`. The vote on the samples
    that are there, with None for each that is missing, has the settled outcome; without them it has it too if
    `max_agreement` is 1. Agreement and margin are then those of the samples that were drawn.
    """
    remaining = total - len(answers)
    if remaining <= 0:
        return True
    counts = Counter(answer for answer in answers if answer is not None)
    race = _Race(
        count=[*counts.values(), 0],
        remaining=remaining,
        low=max(config.min_votes, ceil(rational(config.min_agreement) * total), 1),
        high=floor(rational(config.max_agreement) * total),
        reject_ties=config.reject_ties,
    )
    winners = [one for one in range(len(race.count)) if race.can_win(one)]
    if not winners:
        return True
    return len(winners) == 1 and config.representative == "first" and race.must_win(winners[0])


@dataclass(frozen=True, slots=True)
class _Race:
    """Votes so far by answer, in the order of first appearance; the last stands for an answer nobody has given yet.

    An answer is accepted with `low` to `high` votes in the end, both inclusive, and more votes than any other.
    """

    count: list[int]
    remaining: int
    low: int
    high: int
    reject_ties: bool

    def to_beat(self, one: int, more: int = 0) -> int:
        """Votes with which answer `one` beats all others, if each of them gets `more`."""
        others = (number for number in range(len(self.count)) if number != one)
        return max((self.count[other] + more + (self.reject_ties or other < one) for other in others), default=1)

    def can_win(self, one: int) -> bool:
        """Whether some continuation accepts answer `one`."""
        least = max(self.low, self.to_beat(one), self.count[one])
        return least <= min(self.high, self.count[one] + self.remaining)

    def must_win(self, one: int) -> bool:
        """Whether every continuation accepts answer `one`."""
        certain = self.count[one]
        return (
            self.low <= certain
            and certain + self.remaining <= self.high
            and self.to_beat(one, self.remaining) <= certain
        )


def majority_probability(votes: int, runner_up: int) -> Fraction:
    """P(p > 1/2) for p ~ Beta(votes + 1, runner_up + 1): how sure the leader is to be the majority of the two.

    The criterion of Adaptive-Consistency (Aggarwal et al., EMNLP 2023, section 3). With whole counts the regularised
    incomplete beta function at 1/2 is a binomial tail: P(Binomial(votes + runner_up + 1, 1/2) <= votes), exactly.
    """
    trials = votes + runner_up + 1
    return Fraction(sum(comb(trials, successes) for successes in range(votes + 1)), 2**trials)


def probable(answers: Sequence[Hashable | None], total: int, confidence: float) -> bool:
    """Whether the leading answer beats the runner-up with more than `confidence`, or all `total` samples are there.

    Solutions without an answer say nothing for either. Not lossless: a label may change.
    """
    if len(answers) >= total:
        return True
    votes = sorted(Counter(answer for answer in answers if answer is not None).values(), reverse=True)
    if not votes:
        return False
    runner_up = votes[1] if len(votes) > 1 else 0
    return majority_probability(votes[0], runner_up) > rational(confidence)
