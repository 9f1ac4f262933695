"""Rule `better`: a round has to be shown to be better, problem by problem."""

from dataclasses import dataclass

from crescent.config.schema import option
from crescent.evaluation.rules.rule import Judgement, Trial


@dataclass
class Better:
    """A round is kept when a paired one-sided test says that it is better than the best before it.

    The test is `statistics.sign_flips`: McNemar's exact one where problems are right or wrong, Fisher's randomization
    test where they have shares. It loses small gains: one of one standard error of the difference is shown in one of
    four cases at level 0.05.
    """

    level: float = option(0.05, low=0.0001, high=0.5)
    """How often a round that is no better may be kept by chance."""

    def judge(self, trial: Trial) -> Judgement:
        """The p-value is at most `level`."""
        from crescent.statistics import sign_flips

        pairs = sorted(trial.scores())
        p = sign_flips([now for _, now in pairs], [before for before, _ in pairs], trial.seed)
        changed = sum(now != before for before, now in pairs)
        shown = p <= self.level
        why = f"one-sided p = {p:.2g} over {changed:,} of {len(pairs):,} problems that changed"
        return Judgement(accepted=shown, best=shown, why=why)

    def words(self, dev_task: str) -> str:
        """The rule in words."""
        return (
            f"a paired one-sided test shows its answers on {dev_task} to be better than those of the best before it "
            f"(p at most {self.level:g})"
        )
