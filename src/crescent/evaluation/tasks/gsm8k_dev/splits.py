"""Cuts the training split of GSM8K in two: problems to decide by, and the rest for worked examples."""

from typing import Any

SIZE = 500


def dev(docs: Any) -> Any:
    """The last 500 rows of a `datasets.Dataset`."""
    return docs.select(range(len(docs) - SIZE, len(docs)))


def rest(docs: Any) -> Any:
    """All rows but the last 500."""
    return docs.select(range(len(docs) - SIZE))
