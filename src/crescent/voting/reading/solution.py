"""Which part of a sampled text is the solution, and what in it is not to be read.

A model may think aloud first, may go on after its answer with a question of its own making, and may write tokens of its
chat template as text. All work here is by offsets into the text as it was given: what must not be read is blanked, so
that an answer's span stays true.
"""

import re
from typing import NamedTuple

from crescent.models.thoughts import CHANNEL, CLOSING, FINAL
from crescent.voting.reading.languages import with_decimal_points

_TOKEN = re.compile(
    r"<\|[a-z_]{2,30}\|>|</s>|<s>|<eos>|<(?:end|start)_of_turn>|\[/?INST\]|<</?SYS>>|<｜[^｜<>\n]{1,30}｜>|</?(?:answer|solution)>"
)
_HARMLESS_TOKEN = re.compile(
    r"</?(?:answer|solution)>|<\|(?:assistant|begin_of_text|begin_of_solution|end_of_solution)\|>|<s>"
)
_NEXT_QUESTION = re.compile(
    r"^[ \t#>*]{0,8}(?P<head>Question|Problem|Q|Exercise|Human|User|Instruction|Student|Query)"
    r"(?: ?#?(?P<number>\d{1,4}))?[*]{0,2} ?[:.)][^\n]{0,400}",
    re.M,
)
_CLOSED = re.compile(r"(?i)\banswers?\b[^\n]{0,40}?(?:is|:|=)|####|\\boxed|\bA:")
_TURN = re.compile(r"^[ \t#*]{0,8}(?:User|Human|USER|HUMAN|Question|Instruction)[*]{0,2}\s?:", re.M)
_FAILED = re.compile(r"Traceback \(most recent call last\)|^\w*(?:Error|Exception)\b:", re.M)
_CALCULATOR = re.compile(r"<<[^<>\n]{0,200}>>")


class Reading(NamedTuple):
    """`text` has the length of the solution up to `end`; reading begins at `start`."""

    text: str
    start: int
    end: int


def readable(solution: str) -> Reading:
    """The part of `solution` that can hold its answer: after the thinking, before anything that is not its own."""
    start, end = _after_thinking(solution)
    start, end = _before_tokens(solution, start, end)
    text = solution[:end]
    if "<<" in text:
        text = _CALCULATOR.sub(_blank, text)
    if "```" in text and ("Error" in text or "Exception" in text or "Traceback" in text):
        text = _without_errors(text)
    text = with_decimal_points(text)
    return Reading(text, start, _before_next_question(text, start))


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _without_errors(text: str) -> str:
    """Without the blocks in which a program failed: what they show is no result."""
    parts = re.split(r"(```[^\n]*\n.*?(?:```|\Z))", text, flags=re.S)
    return "".join(
        re.sub(r"[^\n]", " ", part) if number % 2 and _FAILED.search(part) else part
        for number, part in enumerate(parts)
    )


def _after_thinking(solution: str) -> tuple[int, int]:
    last = None
    if CHANNEL in solution and (final := FINAL.search(solution)):
        return final.end(), len(solution)
    if "<" in solution or "◁" in solution or "[/THINK]" in solution:
        for match in CLOSING.finditer(solution):
            turn = _TURN.search(solution, last.end(), match.start()) if last is not None else None
            if last is not None and turn and any(char.isalnum() for char in solution[last.end() : turn.start()]):
                return last.end(), turn.start()  # the model went on with a turn of its user
            last = match
    if last is None:
        return 0, len(solution)
    if any(char.isalnum() for char in solution[last.end() :]):
        return last.end(), len(solution)
    return 0, last.start()


def _before_tokens(solution: str, start: int, end: int) -> tuple[int, int]:
    if "<" not in solution and "[" not in solution:
        return start, end
    for match in _TOKEN.finditer(solution, start, end):
        if _HARMLESS_TOKEN.fullmatch(match[0]):
            continue
        if solution[start : match.start()].strip():
            return start, match.start()
        start = match.end()
    return start, end


def _before_next_question(text: str, start: int) -> int:
    if "\n" not in text:
        return len(text)  # nothing stands before a question that is the only line
    numbered = False
    for match in _NEXT_QUESTION.finditer(text, start):
        before = text[start : match.start()]
        if match["number"] == "1" or (match["number"] and numbered):
            numbered = True  # sub-questions of one solution
            continue
        if not before.strip() or not any(char.isdigit() for char in before):
            continue
        if _CLOSED.search(before) or "?" in match[0] or match["head"] in ("Q", "Human", "User", "Instruction"):
            return match.start()
    return len(text)
