"""The labelled file of a run, `audit.data`: read for its audit, and to keep its questions out of training."""

from collections.abc import Sequence

from crescent.config.schema import Config
from crescent.evaluation.labelled import Truth, data_file, read_labelled
from crescent.records import Question
from crescent.runs.atomic import digest
from crescent.voting.truth import true_answer

NAME = "audit.data"
"""What its questions are called among the benchmarks that training pairs are kept away from."""


def labelled(config: Config) -> tuple[list[Question], list[Truth]]:
    """The questions with their true answers, `audit.limit` of them.

    Raises:
        ConfigError, DataError: they cannot be read; names file, column or row.
    """
    return read_labelled(data_file(config.audit.data), config.audit, true_answer)


def labelled_texts(config: Config) -> list[str]:
    """The questions alone; none where there is no such file."""
    return [] if config.audit.data is None else [question.text for question in labelled(config)[0]]


def labelled_input(texts: Sequence[str]) -> dict[str, str]:
    """What a stage that compares with these questions adds to its inputs; nothing where there are none."""
    return {NAME: digest("\n".join(texts).encode())} if texts else {}
