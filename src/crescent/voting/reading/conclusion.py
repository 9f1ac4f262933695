"""The answer of a solution that names none: what its concluding sentence says, or its last equation.

A concluding sentence often repeats what the question gave ("so all 12 of the 15 eggs are sold"). Such numbers are not
the answer: preferred is a number that the sentence shares with the latest result of the calculation, then one that
appears there for the first time. Sentences are looked at from the end, so that most texts are decided by their last.
"""

import re

from crescent.voting.answer import Answer
from crescent.voting.reading.closing import closing_formula, closing_word
from crescent.voting.reading.languages import CONCLUDES
from crescent.voting.reading.passage import NUMERAL, Passage
from crescent.voting.reading.sentence import WINDOW, agrees, answer_at, chosen

MAX_SENTENCES = 12
_CHATTER = re.compile(
    r"(?i)let me know|hope (?:this|that|it)|feel free|happy to help|any (?:other |more |further )?questions?\b|"
    r"^\W*(?:please )?note\b|disclaimer|thank(?:s| you)|good luck|have a (?:great|nice)|great job|"
    r"would you like|do you want|is there anything|rate (?:this|my)|https?://"
)
_CHECK = re.compile(
    r"(?i)^\W*(?:(?:to |let'?s |let me |(?:we|you|i) can )?(?:check|verif|double[- ]check|confirm|proof)"
    r"|(?:(?:this|that)(?: is|'s) )?because\b"
    r"|(?:this|that|it|which|the (?:answer|result|number)) (?:is|was|can be|has been) (?:obtained|found"
    r"|calculated|computed|done|achieved|derived|"
    r"reached|determined|arrived at|figured out|worked out|got) (?:by|from|through|using)\b)"
)
_AFTERWORD = re.compile(
    r"(?im)^\W*(?:(?:explanation|reason(?:ing)?|verification|check|proof|notes?)\W*:"
    r"|(?:(?:we|you|i) can |let'?s |let me |to |now,? |as a )?(?:also |now |quickly )?(?:verif(?:y|ying"
    r"|ication)|(?:double[- ]?)?check(?:ing)?|confirm)\b"
    r"[^\n=\d]{0,60}(?::|$))"
)
_CONCLUDES = re.compile(
    r"(?i)^\W*(?:so,? )?(?:therefore|thus|hence|in total|in conclusion|altogether|overall|consequently|as a result|"
    r"in summary|to summarize|final|conclusion|(?:the )?total\b|answer|(?:that|this) means\b|"
    + CONCLUDES
    + r")|\b(?:therefore|thus|hence)\b,"
)
_GIVES = re.compile(
    r"(?i)^\W*so\b|=|\b(?:is|are|needs?|has|have|costs?|spent|spends|makes?|paid|pays|earned|earns|left|total)\b"
)
_SHARE = re.compile(r"\b\d+ (?:out )?of (?:the |his |her |their |its |all |those |these )?\d+\b")
_PYTHON = re.compile(r"```(?:python|py)\b[^\n]*\n.*?(?:```|\Z)", re.S | re.I)
_FENCE = re.compile(r"```[^\n]*\n.*?(?:```|\Z)", re.S)


def conclude(text: str, start: int, end: int) -> Answer | None:
    """The answer that `text[start:end]` comes to, without any phrase that announces it."""
    start = max(start, end - WINDOW)
    end = _before_afterword(text, start, end)
    passage = Passage(_without_code(text[:end], start), start, end)
    if (formula := closing_formula(passage)) is not None:
        return formula
    if (word := closing_word(passage)) is not None:
        return word
    spare = None
    for number, (begin, stop) in enumerate(passage.sentences()):
        if number == MAX_SENTENCES:
            break
        words = passage.text[begin:stop]
        if _CHATTER.search(words) or words.rstrip("*_ \"'").endswith("?"):
            continue
        spare = spare or (begin, stop)
        if not _CHECK.search(words) and _concludes(passage, begin, stop, words, last=number == 0):
            return chosen(passage, begin, stop)
    latest = passage.latest(end)
    if latest is not None:
        return answer_at(passage, latest, "equation")
    values = passage.values(*spare) if spare else []
    return answer_at(passage, values[-1], "last-number") if values else None


def _concludes(passage: Passage, begin: int, stop: int, words: str, last: bool) -> bool:
    """Whether a sentence concludes in words, holds the latest result, or a number that is new."""
    if _CONCLUDES.search(words):
        return True
    values = passage.values(begin, stop)
    latest = passage.latest(stop)
    if latest is not None:
        if any(agrees(value, latest) for value in values):
            return True
        if _SHARE.search(words):
            return False
    if any(passage.is_new(value, begin) for value in values):
        return True
    return last and len(values) == 1 and any(value.canonical == values[0].canonical for value in passage.all_results())


def _before_afterword(text: str, start: int, end: int) -> int:
    """Where a section begins that explains or checks an answer already given, else the end."""
    for match in _AFTERWORD.finditer(text, start, end):
        before = text[start : match.start()].rstrip()
        last_line = before[before.rfind("\n") + 1 :]
        if NUMERAL.search(last_line) and (_GIVES.search(last_line) or _CONCLUDES.search(last_line)):
            return match.start()
    return end


def _without_code(text: str, start: int) -> str:
    """The text with code blocks blanked; other blocks than of Python are kept if all digits stand in them."""
    if "```" not in text:
        return text
    text = _PYTHON.sub(_blank, text)
    blanked = _FENCE.sub(_blank, text)
    return blanked if NUMERAL.search(blanked, start) else text


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
