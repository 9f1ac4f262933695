"""What must hold between the keys of `questions.proposer` and the others."""

from collections.abc import Iterator
from fractions import Fraction

from crescent.config.check import Mistake
from crescent.config.label_rules import SEVERAL
from crescent.config.schema import Config

KEY = "questions.proposer"


def a_proposer_has_a_band(config: Config) -> Iterator[Mistake]:
    proposer, samples = config.questions.proposer, config.voting.samples
    if proposer is None:
        return
    keys = (f"{KEY}.min_agreement", f"{KEY}.max_agreement")
    low, high = proposer.min_agreement, proposer.max_agreement
    if low is None or high is None:
        missing = " and ".join(key for key, end in zip(keys, (low, high), strict=True) if end is None)
        yield Mistake(keys, f"{KEY} needs a band of agreement, and {missing} is null: take proposer=band")
    elif low > high:
        yield Mistake(keys, f"{keys[0]}={low:g} is above {keys[1]}={high:g}: no question could be in the band")
    elif _counted_alike(config) and not any(
        _exact(low) <= Fraction(votes, samples) <= _exact(high) for votes in range(samples + 1)
    ):
        yield Mistake(
            (*keys, "voting.samples"),
            f"no number of votes of voting.samples={samples} is an agreement from {low:g} to {high:g} ({KEY}): "
            "take more samples or a wider band",
        )


def a_proposer_is_of_use(config: Config) -> Iterator[Mistake]:
    if config.questions.proposer is None:
        return
    if config.source.get("use") != "bait":
        yield Mistake(
            (KEY, "source.use"),
            f"{KEY} learns to answer the bait, and source.use={config.source.get('use')} asks otherwise: "
            "take source=bait or proposer=none",
        )
    if config.rounds == 1:
        yield Mistake((KEY, "rounds"), f"{KEY} asks from the second round on: take rounds=2 or more, or proposer=none")
    if config.backend.name == "server" and config.backend.command is None:
        yield Mistake(
            (KEY, "backend.name", "backend.command"),
            f"{KEY}: a server that runs already writes with the model it serves, not with a proposer: let "
            "backend.command start one for each model, or take proposer=none",
        )


def _counted_alike(config: Config) -> bool:
    """Whether every question gets the same number of votes, and that is `voting.samples`."""
    return config.voting.adaptive == "off" and config.label.get("use") not in SEVERAL


def _exact(share: float) -> Fraction:
    return Fraction(str(share))
