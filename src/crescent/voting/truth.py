"""Answers against a known truth: how a truth is read, and the one comparison behind every figure of right labels."""

from typing import Any

from crescent.config.schema import Voting
from crescent.voting.equivalence import equivalent
from crescent.voting.extraction import MARKER, extract_answer
from crescent.voting.symbolic import comparer

SHORT = 80
"""A longer truth, in characters, is a worked solution that its answer is read from."""


class Judge:
    """Says whether answers are right, by the comparison that the vote itself groups answers with.

    Remembers what it compared: a run has thousands of solutions and few different answers.
    """

    def __init__(self, config: Voting) -> None:
        comparer.configure(config.symbolic_seconds, config.symbolic_megabytes)
        self._symbolic = config.symbolic
        self._known: dict[tuple[str, str], bool] = {}

    def right(self, answer: str | None, truth: str) -> bool:
        """Whether the answer says what the truth says; no answer is wrong."""
        if answer is None:
            return False
        pair = (answer, truth)
        if pair not in self._known:
            self._known[pair] = equivalent(answer, truth, symbolic=self._symbolic)
        return self._known[pair]


def true_answer(value: Any) -> str | None:
    """The canonical answer of a truth: a number, a short text, or the end of a worked solution. None: unreadable."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value).strip()
    worked = MARKER in text or "\\boxed" in text or "\n" in text or len(text) > SHORT
    # A short truth is read as it would be behind the marker, so that it says what the same text in a solution says.
    answer = extract_answer(text if worked else f"{MARKER} {text}")
    return answer.value if answer else None
