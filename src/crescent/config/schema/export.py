"""What leaves a run for other programs (`stage=export`)."""

from dataclasses import dataclass

from crescent.config.schema.option import option


@dataclass
class Export:
    """`stage=export` writes a run's pairs as conversations, and its model, into a folder. Nothing is uploaded."""

    round: int | None = option(None, low=1)
    """Which round; null: the best one, or the last one where none was accepted."""
    file: str = option("jsonl", of=("jsonl", "parquet"))
    """Format of the conversations."""
    model: bool = False
    """Also the model of that round with a card; its files are linked, not copied, where that is possible."""
    folder: str | None = None
    """Where to; null: `exports/` in the run folder."""
