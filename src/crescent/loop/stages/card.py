"""What the stages know for the cards beside their pairs and models."""

from collections.abc import Sequence

from crescent.config.schema import Config
from crescent.loop.stages.facts import Lineage, ProposerFacts, TrainingFacts
from crescent.records import Pair
from crescent.runs import cards

COLUMNS = {
    "`id`, `round`": "the question's name, and the round it was written in",
    "`question`, `solution`": "what the student reads, and what it learns to write",
    "`answer`": "the final value read from the solution",
    "`agreement`": "votes for the answer / solutions sampled; empty where no vote chose it",
    "`weight`": "what the label rule gives the pair: the share of votes for `soft`, else 1",
    "`rejected`, `margin`": "the first solution with the least voted answer, and by how much of all votes it lost; "
    "empty where no answer has fewer votes",
}


def dataset_card(config: Config, number: int, pairs: Sequence[Pair]) -> str:
    """The text of `README.md` beside the pairs of round `number`."""
    return cards.dataset_card(config, number, len(pairs), rows="pairs", columns=COLUMNS)


def model_card(config: Config, number: int, facts: TrainingFacts) -> str:
    """The text of `README.md` in the trained model's folder. `facts`: those of the stage `training`."""
    return cards.model_card(
        config,
        number,
        pairs=facts.pairs,
        replayed=facts.replayed,
        steps=facts.steps,
        epochs=facts.epochs,
        lineage=lineage_lines(facts.lineage),
    )


def proposer_card(config: Config, number: int, facts: ProposerFacts) -> str:
    """The text of `README.md` in the folder of the model that asks from round `number` on."""
    return cards.proposer_card(
        config,
        number,
        questions=facts.learned,
        steps=facts.steps,
        epochs=facts.epochs,
        lineage=lineage_lines(facts.lineage),
    )


def lineage_lines(lineage: Lineage) -> list[str]:
    """Which model the training started from and what it learned from, by content."""
    return [
        f"model: {lineage.model}",
        f"started from: `{lineage.start}`, `{lineage.start_identity[:16]}`",
        f"learned from: `{lineage.data}`, `{lineage.data_outcome[:16]}`",
    ]
