"""How far agreement can be trusted as a measure of being right, once the truth is known for some questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb

from crescent.errors import DataError


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions whose agreement lies in (low, high]; the first bin includes 0.

    `agreement` is their mean agreement, `accuracy` the share whose consensus is right; both None in an empty bin.
    """

    low: float
    high: float
    questions: int
    agreement: float | None
    accuracy: float | None


def histogram(agreements: Sequence[float | Fraction], bins: int = 10) -> list[int]:
    """Questions per bin of agreement, bins of equal width over [0, 1]."""
    counts = [0] * bins
    for agreement in agreements:
        counts[_bin(agreement, bins)] += 1
    return counts


def by_agreement(agreements: Sequence[float | Fraction], right: Sequence[bool], bins: int = 10) -> list[Bin]:
    """Label accuracy by agreement. `right[i]` says whether the consensus of question i is the true answer."""
    if len(agreements) != len(right):
        raise DataError(f"calibration: {len(agreements)} agreements but {len(right)} judgements")
    members: list[list[int]] = [[] for _ in range(bins)]
    for index, agreement in enumerate(agreements):
        members[_bin(agreement, bins)].append(index)
    return [
        Bin(
            low=number / bins,
            high=(number + 1) / bins,
            questions=len(indices),
            agreement=float(sum(agreements[index] for index in indices)) / len(indices) if indices else None,
            accuracy=sum(right[index] for index in indices) / len(indices) if indices else None,
        )
        for number, indices in enumerate(members)
    ]


def expected_calibration_error(agreements: Sequence[float | Fraction], right: Sequence[bool], bins: int = 10) -> float:
    """Mean distance between agreement and accuracy over the bins, weighted by questions (Guo et al., 2017, eq. 3)."""
    if not agreements:
        raise DataError("calibration: no questions to measure on")
    total = 0.0
    for one in by_agreement(agreements, right, bins):
        if one.agreement is not None and one.accuracy is not None:
            total += one.questions * abs(one.agreement - one.accuracy)
    return total / len(agreements)


def pass_at_k(samples: int, right: int, k: int) -> float:
    """Chance that k solutions hold a right one, from `right` of `samples` without bias (Chen et al., 2021, eq. 1)."""
    if not 0 <= right <= samples or not 1 <= k <= samples:
        raise DataError(f"pass@k: need 0 <= right <= samples and 1 <= k <= samples, got {right}, {samples}, k = {k}")
    return float(1 - Fraction(comb(samples - right, k), comb(samples, k)))


def powers(samples: int) -> list[int]:
    """The k that are reported of so many samples: 1, 2, 4, ... and their number."""
    return [*(2**power for power in range(samples.bit_length()) if 2**power < samples), samples]


def _bin(agreement: float | Fraction, bins: int) -> int:
    """Bins are open below and closed above: an agreement of exactly 0.5 is the top of (0.4, 0.5]."""
    share = agreement if isinstance(agreement, Fraction) else Fraction(str(agreement)).limit_denominator(10**6)
    if not 0 <= share <= 1:
        raise DataError(f"calibration: agreement must lie in [0, 1], got {agreement}")
    return max(0, -int(-share * bins // 1) - 1)
