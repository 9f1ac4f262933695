"""What ends a solution without figures of its own: a formula that something is, a number in words, a word set apart."""

import re

from crescent.voting.answer import Answer
from crescent.voting.equality.canonicalization import canonical
from crescent.voting.equality.latex import sides
from crescent.voting.equality.names import is_name
from crescent.voting.reading.passage import NUMERAL, Passage
from crescent.voting.reading.sentence import CURVE, PROSE, WORD_NUMBER, answer_at
from crescent.voting.reading.values import QUANTITY, SEGMENT, Value

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
