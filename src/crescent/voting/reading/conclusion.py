"""The answer of a solution that names none: what its concluding sentence says, or its last equation.

A concluding sentence often repeats what the question gave ("so all 12 of the 15 eggs are sold"). Such numbers are not
the answer: preferred is a number that the sentence shares with the latest result of the calculation, then one that
appears there for the first time. Sentences are looked at from the end, so that most texts are decided by their last.
"""

import re

from crescent.voting.answer import Answer
from crescent.voting.equality.canonicalization import canonical
from crescent.voting.equality.latex import sides
from crescent.voting.equality.names import is_name
from crescent.voting.reading.languages import CONCLUDES
from crescent.voting.reading.passage import NUMERAL, Passage
from crescent.voting.reading.sentence import CURVE, PROSE, WINDOW, WORD_NUMBER, agrees, answer_at, chosen
from crescent.voting.reading.values import QUANTITY, SEGMENT, Value

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


_LEADS = re.compile(
    r"(?i)(?:\b(?:is|are|equals?|be|becomes?|by|as|get|gives|obtain|have)|:|=|是|为)\s*(?:\\\[|\$)?\s*$"
)
_NAMED = re.compile(
    r"\b(?:is|are|was|be)\s(?:\*\*(?P<bold>[A-Za-z][A-Za-z ]{0,30})\*\*|[\"“](?P<quoted>[A-Za-z][A-Za-z ]{0,30})[\"”]"
    r"|(?:\\\(|\$)?\s?\\text(?:bf)?\{(?P<text>[A-Za-z][A-Za-z ]{0,30})\}|(?P<plain>[A-Z][a-z]{1,15}))[\s.$\\)*\"”]*$"
)
_THEREFORE = re.compile(r"(?i)\W*(?:so|therefore|thus|hence|in conclusion|consequently|this means|that means)\b")


def closing_formula(passage: Passage) -> Answer | None:
    """A formula in letters that ends the text as what something is: "Hence the polynomial is $a^3 + a^2$."."""
    if (
        not passage.text[max(passage.start, passage.end - 20) : passage.end]
        .rstrip("\n\t .,;*")
        .endswith(("$", "\\)", "\\]"))
    ):
        return None
    tail = max(passage.start, passage.end - 400)
    segments = list(SEGMENT.finditer(passage.text, tail, passage.end))
    if not segments:
        return None
    last = segments[-1]
    if re.search(r"\w", passage.text[last.end() : passage.end]):
        return None
    line = passage.text[max(passage.start, last.start() - 200) : last.start()]
    group = last.lastgroup or "dollar"
    formula = last[group]
    if not _LEADS.search(line) or PROSE.search(formula) or re.search(r"\\(?:text|boxed)", formula):
        return None
    start = last.start(group)
    parts = [side for side in sides(formula) if side.strip()]
    if (
        len(parts) == 2
        and not is_name(parts[0].strip())
        and (not re.search(r"[a-zA-Z]", parts[0]) or not CURVE.search(line))
    ):
        return None
    if len(parts) > 2:
        return None
    if len(parts) == 2 and is_name(parts[0].strip()) and not CURVE.search(line):
        start = last.end(group) - len(parts[1])
        formula = parts[1]
    value = canonical(formula)
    if (
        not value
        or QUANTITY.fullmatch(formula.strip(" .,"))
        or not re.search(r"(?<!\\)(?<![a-zA-Z\\])[a-zA-Z]|√|π|\\[a-z]", formula)
    ):
        return None
    return answer_at(passage, Value(start, start + len(formula), value), "conclusion")


def closing_word(passage: Passage) -> Answer | None:
    """A number in words, or a word set apart, in a closing sentence without figures: "So she needs one more cow."."""
    begin = max(passage.start, passage.text.rfind("\n", passage.start, passage.end) + 1)
    line = passage.text[begin : passage.end].rstrip()
    sentence = begin + max(line.rfind(". ") + 1, line.rfind("! ") + 1, 0)
    if NUMERAL.search(passage.text, sentence, passage.end) or not _THEREFORE.match(passage.text, sentence, passage.end):
        return None
    if (named := _NAMED.search(passage.text, sentence, passage.end)) is not None:
        word = named.lastgroup or "plain"
        return answer_at(passage, Value(named.start(word), named.end(word), canonical(named[word])), "conclusion")
    if " point " in passage.text[sentence : passage.end]:
        return None
    words = list(WORD_NUMBER.finditer(passage.text, sentence, passage.end))
    if len(words) != 1:
        return None
    return answer_at(passage, Value(words[0].start(), words[0].end(), canonical(words[0][0])), "words")
