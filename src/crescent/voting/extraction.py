"""Reading the final answer of a solution. Nothing is guessed silently: `Answer.match` says how it was found.

In this order of trust:

1. `marker`       the marker the prompt asked for, `#### 18`, also `#### Answer: 18`
2. `boxed`        `\\boxed{18}`, `\\fbox{18}`     } whichever of the two comes last;
   `phrase`       "the answer is 18", "Answer: 18" } a box inside a phrase is `boxed`
   `choice`       a letter in any of these places, "The answer is (B)"
3. `output`       what a program printed: an output block, "Output: 42", {"answer": 42}
4. `bold`         the number in bold in the concluding sentence
   `equation`     the result of the concluding sentence's equation, "= $18."
   `conclusion`   the number of the concluding sentence that is new or was just computed
5. `words`        a number in words in the last sentence
6. `last-number`  the last number, when nothing concludes

Read is what follows the model's thinking and precedes a question of its own making (`reading.solution`).
"""

import re

from crescent.voting.answer import Answer
from crescent.voting.equality.canonicalization import canonical
from crescent.voting.equality.latex import simplified
from crescent.voting.equality.numerals import NUMBER_WORDS
from crescent.voting.reading.announcement import (
    MAX_PLACES,
    announced,
    another_question,
    answer_of,
    both_ends,
    in_doubt,
    short_text,
)
from crescent.voting.reading.conclusion import conclude
from crescent.voting.reading.passage import NUMERAL
from crescent.voting.reading.refusal import says_unanswered
from crescent.voting.reading.sentence import from_sentence
from crescent.voting.reading.solution import readable
from crescent.voting.reading.values import Value, boxed_at, sentence_end, value_at

MARKER = "####"

_BOX = re.compile(r"\\(?:boxed|fbox)(?![a-zA-Z])")
_JOIN = re.compile(r"[}\s$\\)\]]*(?:,|&|\b(?:and|or)\b|,\s*(?:and|or)\b)?[\s$\\(\[]*(?:boxed|fbox)\s?\{?\s*")
_MARKER_LEAD = re.compile(r"(?i)[\s:*_]*(?:(?:the\s)?(?:final\s)?answer\s?(?:is|:|=)?[\s:*_]*)*")
_TURNS = re.compile(  # one box follows from the other
    r"(?i)[.!?](?:\s|$)|[-+*/×<>]\s*\$?$|[=+*/×≈]\s*\$?$|\b(?:so|therefore|thus|hence|then|gives?|total|which"
    r"|that|because|since|if|not|but|from|"
    r"check|verify|answer|result|sum|difference|final|finally|again|value)\b"
)
_HEADING = re.compile(r"[^\n]{1,120}:[*_ ]*\n\s*\S")
_LIST_ITEM = re.compile(r"(?:step\s)?\d{1,2}\s?[.):]\s+[*_]{0,3}[A-Za-z]")
_ASKS = re.compile(
    r"\A.{0,1000}?(?:\?|(?:^|[.!]\s)\W*(?:Find|Calculate|Compute|Determine|Solve|Evaluate|Simplify|What"
    r"|How)\b[^.:\n?]{0,300}[.?\n])",
    re.M | re.S,
)
"""The text up to its first question; one without figures, or with a calculation before it, is a step."""
_NOTHING = Answer("", "", "last-number", 0, 0)
_OUTPUT = re.compile(
    r"(?i)```(?:output|text|result)s?\s*\n(?P<block>.{0,2000}?)(?:```|\Z)"
    r"|<(?:llm-code-)?output>(?P<tag>.{0,2000}?)</(?:llm-code-)?output>"
    r"|^[\s>*#`\[]{0,8}(?:program |execution |expected |console |final )?(?:output|result|prints?|stdout|returns?)\]?"
    r"[*_`]{0,3}\s?(?::|->|=>|=)[*_`]{0,3}\s*(?P<line>[^\n]{1,200})",
    re.M | re.S,
)


def extract_answer(solution: str, marker: str = MARKER) -> Answer | None:
    """The final answer of `solution`, or None where there is none. Never raises; takes time linear in the text."""
    reading = readable(solution)
    text, start, end = reading.text, reading.start, reading.end
    answer = (
        (_marked(text, start, end, marker) if marker else None)
        or _stated(text, start, end)
        or (None if marker else _marked(text, start, end, MARKER))
        or (_NOTHING if says_unanswered(text, start, end) else None)
        or _printed(text, start, end)
        or conclude(text, start, end)
        or _in_words(text, start, end)
    )
    if answer is None or not answer.value or text is solution:
        return answer if answer and answer.value else None
    return Answer(solution[answer.start : answer.end], answer.value, answer.match, answer.start, answer.end)


def _marked(text: str, start: int, end: int, marker: str) -> Answer | None:
    """The last marker with an answer after it, or the first if the model went on with another question."""
    if text.find(marker, start, end) < 0:
        return None
    found: Value | None = None
    pattern = re.compile(f"(?:{re.escape(marker)})+{re.escape(marker[-1])}*")
    for match in both_ends(list(pattern.finditer(text, start, end))):
        value = _after_marker(text, match.end(), end)
        if value is not None:
            if found is not None and _goes_on(text, found.end, match.start()):
                break
            found = value
    return answer_of(text, found, "marker") if found else None


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether a bare answer after a marker is followed by another problem, rather than by doubt or the next step."""
    line_end = text.find("\n", start, end)
    bare = (
        line_end >= 0 and len(text[start:line_end].split()) <= 3 and not text[start:line_end].rstrip("* ").endswith(":")
    )
    rest = text[line_end:end]
    if not bare or len(rest.split()) <= 8 or in_doubt(rest):
        return False
    asked = _ASKS.search(rest)
    return asked is not None and "=" not in asked[0] and any(map(str.isdigit, asked[0]))


def _after_marker(text: str, start: int, end: int) -> Value | None:
    lead = _MARKER_LEAD.match(text, start, min(end, start + 120))
    begin = lead.end() if lead else start
    if _LIST_ITEM.match(text[begin : begin + 60]) or begin >= end:
        return None
    if _HEADING.match(text, begin, end):
        return None
    if (value := value_at(text, begin, end)) is not None:
        return value
    if begin > start and text[start:begin].strip(" :*_#"):
        return short_text(text, begin, sentence_end(text, begin, end))
    line_end = text.find("\n", begin, end)
    if line_end < 0 or not text[line_end:end].strip():  # the last line: "#### Total cost: $18", "#### Monday"
        stop = end if line_end < 0 else line_end
        sentence = from_sentence(text, begin, stop, start)
        if sentence is not None:
            return Value(sentence.start, sentence.end, sentence.value)
        return short_text(text, begin, stop)
    return None


def _stated(text: str, start: int, end: int) -> Answer | None:
    """The last box or the last announced answer, whichever comes later."""
    phrase = announced(text, start, end)
    boxed = _boxed(text, start, end)
    if phrase is None or boxed is None:
        return phrase or boxed
    return phrase if phrase.start > boxed.end else boxed


def _boxed(text: str, start: int, end: int) -> Answer | None:
    if "\\boxed" not in text and "\\fbox" not in text:
        return None
    boxes = [match.start() for match in _BOX.finditer(text, start, end)]
    values = [value for position in boxes[-MAX_PLACES:] if (value := boxed_at(text, position, end)) is not None]
    if not values:
        return None
    for number in range(len(values) - 1):
        if another_question(text, values[number].end, values[number + 1].start):
            values = values[: number + 1]
            break
    first = len(values) - 1
    while first > 0 and _listed_with(text, values[first - 1], values[first]):
        first -= 1
    if values[first].canonical == values[-1].canonical:
        return answer_of(text, values[-1], "boxed")
    listed = canonical(", ".join(value.canonical for value in values[first:]))
    return answer_of(text, Value(values[first].start, values[-1].end, listed), "boxed")


def _listed_with(text: str, one: Value, other: Value) -> bool:
    """Whether two boxes stand side by side as parts of one answer: "\\boxed{2} and \\boxed{3}"."""
    between = text[one.end : other.start]
    if len(between) >= 100 or "\n\n" in between:
        return False
    if _JOIN.fullmatch(simplified(between)):
        return True
    between = between.lstrip("}$ ").rstrip().removesuffix("{")
    between = between[: max(between.rfind("\\boxed"), between.rfind("\\fbox"), 0)].rstrip("$ \\([")
    between = re.sub(r"\n\W*\d{1,2}[.)]\s", "\n- ", re.sub(r"\b[A-Za-z](?:_\{?\w{1,3}\}?)?\s?=$", "", between))
    if _TURNS.search(between):
        return False
    return (
        re.search(r",|\b(?:and|or|while)\b", between) is not None
        or re.search(r"\n\W*(?:[-*•]|\d[.)])\s", between) is not None
    )


def _printed(text: str, start: int, end: int) -> Answer | None:
    """What a program printed last, unless the text after it comes to something else."""
    last = None
    for match in list(_OUTPUT.finditer(text, start, end))[-MAX_PLACES:]:
        group = match.lastgroup or "line"
        answer = _last_line(text, match.start(group), match.end(group))
        if answer is not None:
            last, after = answer, match.end()
    if last is None or not any(char.isdigit() for char in text[after:end]):
        return last
    return last if _repeats(text, after, end, last.value) else None


def _last_line(text: str, start: int, end: int) -> Answer | None:
    """The value in the last line of an output that has one."""
    for line in reversed(list(re.finditer(r"[^\n]*\S[^\n]*", text[start:end]))):
        begin, stop = start + line.start(), start + line.end()
        value = value_at(text, begin, stop)
        if value is not None:
            return answer_of(text, value, "output")
        if (sentence := from_sentence(text, begin, stop, begin)) is not None:
            return Answer(sentence.text, sentence.value, "output", sentence.start, sentence.end)
    return None


def _repeats(text: str, start: int, end: int, printed: str) -> bool:
    """Whether the closing text only says again what was printed, in figures or in words, and has no result."""
    closing = text[start:end]
    if len(closing) > 400 or re.search(r"(?<![<>!])=|≈|\*\*|round", closing):
        return False
    numbers = {canonical(numeral) for numeral in NUMERAL.findall(closing)}
    return printed in numbers or any(canonical(words[0]) == printed for words in NUMBER_WORDS.finditer(closing))


def _in_words(text: str, start: int, end: int) -> Answer | None:
    """A number in words in the last lines, where the text has no digits at all."""
    begin = max(start, end - 500)
    last = None
    for match in NUMBER_WORDS.finditer(text, begin, end):
        last = match
    if last is None:
        return None
    value = canonical(last[0])
    return Answer(last[0], value, "words", last.start(), last.end()) if value else None
