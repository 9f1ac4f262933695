"""Rules for what is no question. They reject, each under its own name, and never alter a text."""

import re
from typing import Literal

ANSWER_ATTACHED = re.compile(r"####|\\boxed|^\s*(?:answer|solution)\s*[:=]", re.IGNORECASE | re.MULTILINE)
QUANTITY = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand"
    r"|dozen|half|third|quarter|twice|double|triple)\b",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"[?？]|\b(?:find|calculate|compute|determine|how (?:many|much|long|far|old|often)|what (?:is|are|was))\b",
    re.IGNORECASE,
)


def no_question(text: str, stop: Literal["stop", "length"], bait: str) -> str | None:
    """Why a text that the model wrote is no question, or None if it may be one.

    In this order: `empty`; `cut-off` (the model did not end it within the token limit); `prompt-repeated` (it is, or
    starts with, the bait); `answer-attached` (a marker or label of an answer is in it); `no-quantity` (no number,
    in figures or words); `nothing-asked` (no question mark and no word that asks).
    """
    stripped = text.strip()
    if not stripped:
        return "empty"
    if stop == "length":
        return "cut-off"
    if bait.strip() and stripped.casefold().startswith(bait.strip().casefold()):
        return "prompt-repeated"
    if ANSWER_ATTACHED.search(stripped):
        return "answer-attached"
    if not QUANTITY.search(stripped):
        return "no-quantity"
    if not ASKS.search(stripped):
        return "nothing-asked"
    return None
