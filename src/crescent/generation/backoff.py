"""How long to wait before a failed request is sent again."""

import random
import time
from email.utils import parsedate_to_datetime

LONGEST = 60.0
"""Seconds between two tries, unless the server asks for more."""
PATIENCE = 600.0
"""The most that a server's Retry-After is followed."""


def pause(first: float, attempt: int, seed: str, retry_after: str | None = None) -> float:
    """Seconds before try `attempt` + 1: `first`, doubling, a random half of it taken off so that clients spread.

    Args:
        attempt: tries that have failed, from 0.
        seed: decides the random part.
        retry_after: the server's header of that name, in seconds or as a date; waited for at least.
    """
    whole = min(LONGEST, first * 2.0 ** min(attempt, 30))
    spread = whole * (0.5 + random.Random(f"{seed}/{attempt}").random() / 2)
    return max(spread, min(PATIENCE, _seconds(retry_after)))


def _seconds(retry_after: str | None) -> float:
    if not retry_after:
        return 0.0
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0
