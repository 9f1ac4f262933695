"""Where a text says that its question cannot be answered: that is no answer, and no number on the way is one."""

import re

from crescent.voting.answer import Answer

_UNANSWERED = re.compile(
    r"(?i)\b(?:can ?not|can't|could not|couldn't) (?:\w+ )?be (?:\w+ ){0,2}?(?:solved|determined|answered"
    r"|calculated|computed|found|known|"
    r"established|derived)\b|\b(?:not enough|insufficient|not sufficient|too little) (?:information|data"
    r"|details)|\bimpossible to (?:\w+ )?"
    r"(?:determine|answer|solve|say|know|tell|calculate|find)|\b(?:cannot|can't|unable to|not able to|not "
    r"possible to) (?:\w+ )?(?:determine|answer|"
    r"solve|calculate|find out|provide an answer|give (?:an|a definite) answer)|\b(?:undetermined"
    r"|indeterminable|unanswerable|unsolvable)\b"
    r"|^\W*(?:n/?a|unknown|not (?:determinable|solvable|given|known))\W*$"
)
_NEGATIONS = re.compile("not|n't|nable|mpossible|nsufficient|nknown|nanswer|ndeterm|nsolv|too little|/[aA]|NA")


def without_answer(text: str, begin: int, stop: int) -> Answer | None:
    """An answer without a value, where the text says that there is none to give."""
    said = text[begin:stop]
    if not _NEGATIONS.search(said):
        return None
    refused = _UNANSWERED.search(said)
    if refused is None or re.search(r"\d", said[: refused.start()]):
        return None  # "is 230 miles, but each part cannot be determined"
    return Answer("", "", "phrase", begin, begin)


def says_unanswered(text: str, start: int, end: int) -> bool:
    """Whether the last sentence says that the question cannot be answered."""
    tail = text[max(start, end - 400) : end]
    if not _NEGATIONS.search(tail):
        return False
    sentences = [part for part in re.split(r"[.!?](?=\s|$)|\n", tail) if any(map(str.isalnum, part))]
    return bool(sentences) and _UNANSWERED.search(sentences[-1]) is not None
