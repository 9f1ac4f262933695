"""Rule `not_worse`: a round has to be shown to be worse, problem by problem, to be lost."""

from dataclasses import dataclass

from crescent.config.schema import option
from crescent.evaluation.rules.rule import Judgement, Trial


@dataclass
class NotWorse:
    """A round is kept unless it is shown to be worse than the best before it by more than a margin.

    Shown: the upper one-sided bound of the paired difference (`statistics.paired_difference`, Bonett and Price, 2012)
    lies below minus the margin. That is the null hypothesis of a test of non-inferiority turned round: there a new
    treatment has to show that it is not much worse, here a round has the benefit of the doubt, since what accumulates
    pairs seldom gets worse and the dev task is small. What is kept is what later rounds are held against, so that
    several small falls can add up.
    """

    margin: float = option(0.0, low=0.0, high=100.0)
    """A fall of so many points is none."""
    level: float = option(0.05, low=0.0001, high=0.5)
    """How often a round that is worse by just the margin may be lost by chance."""

    def judge(self, trial: Trial) -> Judgement:
        """The bound of the difference is no lower than minus the margin."""
        from crescent.statistics import paired_difference

        pairs = sorted(trial.scores())
        now, before = [now for _, now in pairs], [before for before, _ in pairs]
        found = paired_difference(now, before, level=1 - 2 * self.level)
        most = found.mean if found.high is None else found.high
        kept = most >= -self.margin / 100
        why = f"{100 * most:+.1f} at the most with {100 * (1 - self.level):g}% confidence"
        return Judgement(accepted=kept, best=kept, why=why)

    def words(self, dev_task: str) -> str:
        """The rule in words."""
        return (
            f"its accuracy on {dev_task} is not shown to be {_below(self.margin)} the best before it "
            f"(one-sided, level {self.level:g})"
        )


def _below(margin: float) -> str:
    return f"more than {margin:g} points below" if margin else "below"
