"""Rule `points`: dev accuracy itself, whatever the number of problems behind it."""

from dataclasses import dataclass

from crescent.config.schema import option
from crescent.evaluation.rules.rule import Judgement, Trial


@dataclass
class Points:
    """A round is kept when its dev accuracy is higher than the best before it."""

    min_gain: float = option(0.0, low=-1.0, high=1.0)
    """Accept when dev accuracy rises by more than this over the best model so far."""

    def judge(self, trial: Trial) -> Judgement:
        """With a negative `min_gain` rounds are kept that are not the new best."""
        return Judgement(accepted=trial.now > trial.before + self.min_gain, best=trial.now > trial.before)

    def words(self, dev_task: str) -> str:
        """The rule in words."""
        margin = f" by more than {100 * self.min_gain:g} points" if self.min_gain else ""
        return f"its accuracy on {dev_task} is higher than the best before it{margin}"
