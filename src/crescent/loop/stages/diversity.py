"""How varied what the model writes is: per wave and per round, and a warning when a round falls behind the last one."""

from collections.abc import Sequence

from crescent.dedup.diversity import diversity, masked_templates, new_mass
from crescent.records import Diversity

SAMPLE = 256
"""Questions of which all pairs are compared."""
FALL = 0.75
"""A round whose effective number of questions falls below this share of the previous round's is warned about."""


def measure(accepted: Sequence[str], written: Sequence[str], seed: int) -> Diversity:
    """Figures over the accepted questions of a wave or round; `new_mass` over all that was `written`, duplicates too.

    `new_mass` is the Good-Turing estimate of how much of the next wave will have a template not seen before: it has to
    see how often the model repeats itself, which the accepted questions no longer show.
    """
    found = diversity(accepted, seed, SAMPLE)
    return Diversity(
        distinct_2=round(found.distinct_2, 6),
        templates=found.templates,
        new_mass=round(new_mass(masked_templates(written).values()), 6),
        nearest_50=round(found.nearest[0.5], 6),
        nearest_90=round(found.nearest[0.9], 6),
        vendi=round(found.vendi, 4),
        vendi_sample=found.sampled,
    )


def warning(now: Diversity, before: Diversity) -> str | None:
    """A sentence if this round is much less varied than the previous one, by its Vendi score per sampled question."""
    if now.variety >= FALL * before.variety:
        return None
    return (
        f"The questions of this round are much alike: {now.variety:.2f} effective questions per question sampled, "
        f"{before.variety:.2f} in the round before."
    )
