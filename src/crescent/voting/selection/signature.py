"""Selection `signature`: at most so many solutions that take the same operations in the same order.

Questions may differ in every word and still be one exercise. The signature of a solution is what R-Diverse takes from a
coder model, its "skill", read from the text instead: the operators that stand between two numbers.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crescent.config.schema import option
from crescent.config.seeds import derived_seed
from crescent.voting.selection.selection import Candidate, Selected

REASON = "same-operations"
_NUMBER = r"[\d)\]}%]"
_OPERATOR = re.compile(
    rf"(?<={_NUMBER})\s*(\*\*|[-+*/^−×÷·]|\\(?:times|div|cdot)\b|x(?=\s*\d))\s*(?=\\?[$£€(\[{{]*\d|\\frac)"
)
_SIGNS = {
    "−": "-", "×": "*", "·": "*", "x": "*", "\\times": "*", "\\cdot": "*", "÷": "/", "\\div": "/", "**": "^"
}  # fmt: skip


def operations(solution: str) -> str:
    """The signature of a solution: `+*` for "3 + 4 = 7, 7 x 2 = 14"; empty where no operation is written out."""
    return "".join(_SIGNS.get(sign, sign) for sign in _OPERATOR.findall(solution))


@dataclass
class Signature:
    """Asks no vote: it works for pairs without one too."""

    most: int = option(10, low=1)
    """Pairs of a round with the same operations at most. What has none written out is kept."""

    def select(self, candidates: Sequence[Candidate], number: int, seed: int) -> Selected:
        """Of each group those with the largest agreement; of equals those that the seed puts first."""

        def rank(candidate: Candidate) -> tuple[float, int]:
            agreement = candidate.consensus.agreement if candidate.consensus else 0.0
            return -agreement, derived_seed(seed, candidate.pair.id)

        taken: dict[str, int] = {}
        kept, drops = [], []
        for candidate in sorted(candidates, key=rank):
            signs = operations(candidate.pair.solution)
            if signs and taken.get(signs, 0) >= self.most:
                drops.append((candidate, REASON))
            else:
                taken[signs] = taken.get(signs, 0) + 1
                kept.append(candidate)
        return Selected(kept, drops)
