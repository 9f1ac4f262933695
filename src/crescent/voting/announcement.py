"""Answers that the text announces: "the answer is 18", a heading "Answer", "option B is correct"."""

import re

from crescent.voting.answer import Answer, MatchKind
from crescent.voting.canonicalization import canonical
from crescent.voting.conclusion import from_sentence
from crescent.voting.values import Value, sentence_end, value_at

MAX_PLACES = 20
"""Places of one kind, from each end of the text, that are looked at: keeps the time linear."""

_CUES = ("nswer", "NSWER", "inal ", "INAL ", "ns:", "Ans", "ANS")
_PHRASE = re.compile(
    r"[aAfF](?<![a-zA-Z].)(?i:"  # a first letter that is no choice of branches: what makes scanning fast
    r"(?:(?<=a)(?:nswers?(?:\s\d{1,2}(?=:))?|ns)"
    r"|(?<=f)inal (?:result|value|total|output|number|amount|price|cost))(?![a-z])"
    r"[*_\"'`}]{0,4}\s?"
    r"(?:\([^()\n]{0,60}\)\s?)?"
    r"(?P<aside>(?:to|for|of|in) [^.:\n?=]{1,150}?\s)?"
    r"(?P<verb>(?:is|are|was|would be|will be|should be|must be|comes to|equals|becomes)(?![a-z])"
    r"|[:=：]|-(?=\s)|—|->|→|\\?\s?=)"
    r"(?!\s*(?:not|n't|incorrect|wrong)\b))"
)
_HEADING = re.compile(r"(?im)^[\s#>*_]{0,12}(?:the\s)?(?:final\s)?(?:answer|result)s?[\s:*_#]{0,8}$")
_BOX = re.compile(r"\\(?:boxed|fbox)(?![a-zA-Z])")
_OPTION = re.compile(
    r"(?:(?i:correct|right|best)\s(?i:answer|option|choice)|(?i:option|choice))\s?(?i:is|:)?[\s:*]{0,4}"
    r"(?:\(([A-J])\)|([A-J])(?![\w']))"
)
_DOUBT = re.compile(
    r"(?i)^\W*(?:wait|but|however|hmm|actually|let me|let's|no,|check|verify|alternatively|oops|sorry|correction|is )"
)
_NO_ANSWER = re.compile(
    r"(?i)^(?:in|on|at|to|of|for|from|by|with|as|that|this|it|not|if|how|what|both|based)\b"
    r"|^(?:(?:not |in)?correct|wrong|right|below|above|found|here|unknown|given|the same|clear|yes or no|calculated|"
    r"none of the above|obtained|verified|a|an|the|your|explained)$"
)


def announced(text: str, start: int, end: int) -> Answer | None:
    """The last answer that the text announces in words or under a heading."""
    found: Answer | None = None
    phrases = _PHRASE.finditer(text, start, end) if _mentions(text, *_CUES) else ()
    for match in both_ends(list(phrases)):
        answer = _after_phrase(text, match, start, end)
        if answer is None:
            continue
        if found is not None and another_question(text, found.end, match.start()):
            break
        found = answer
    if _mentions(text, "ption", "hoice"):
        found = _last_option(text, start, end, found)
    if "\n" in text and _mentions(text, "nswer", "esult", "NSWER", "ESULT"):
        found = _last_headed(text, start, end, found)
    return found


def _last_option(text: str, start: int, end: int, found: Answer | None) -> Answer | None:
    """The last letter that is called the right option, if it comes after what was found."""
    for match in list(_OPTION.finditer(text, start, end))[-MAX_PLACES:]:
        group = match.lastindex or 1
        if found is None or match.start(group) > found.end:
            found = Answer(match[group], match[group], "choice", match.start(group), match.end(group))
    return found


def _last_headed(text: str, start: int, end: int, found: Answer | None) -> Answer | None:
    """The last answer under a heading of its own, if it comes after what was found."""
    for match in list(_HEADING.finditer(text, start, end))[-MAX_PLACES:]:
        answer = _under_heading(text, match.end(), start, end)
        if answer is not None and (found is None or answer.start > found.start):
            found = answer
    return found


def _after_phrase(text: str, match: re.Match[str], start: int, end: int) -> Answer | None:
    begin = match.end()
    value = value_at(text, begin, end)
    if value is not None:
        in_box = _BOX.search(text, begin, value.start)
        return answer_of(text, value, "boxed" if in_box else "phrase")
    while begin < end and text[begin] in " :*_\n\t":
        begin += 1
    stop = sentence_end(text, begin, end)
    if (short := short_text(text, begin, stop)) is not None:
        return answer_of(text, short, "phrase")
    rest = any(char.isdigit() for char in text[stop:end])
    final = "final" in match[0].lower() or match["verb"].lower() == "is"
    if final or not rest:
        sentence = from_sentence(text, begin, stop, start)
        return Answer(sentence.text, sentence.value, "phrase", sentence.start, sentence.end) if sentence else None
    return None


def _under_heading(text: str, begin: int, start: int, end: int) -> Answer | None:
    while begin < end and text[begin].isspace():
        begin += 1
    value = value_at(text, begin, end)
    if value is not None:
        return answer_of(text, value, "phrase")
    stop = sentence_end(text, begin, end)
    sentence = from_sentence(text, begin, stop, start)
    return Answer(sentence.text, sentence.value, "phrase", sentence.start, sentence.end) if sentence else None


def short_text(text: str, start: int, stop: int) -> Value | None:
    """An answer in words: a name, a day, yes or no."""
    words = text[start:stop].strip(" *_:\"'`$.")
    if not words or len(words) > 40 or len(words.split()) > 4 or any(char.isdigit() for char in words):
        return None
    value = canonical(words)
    if not value or _NO_ANSWER.match(value) or not any(char.isalpha() for char in value):
        return None
    begin = text.index(words, start)
    return Value(begin, begin + len(words), value)


def another_question(text: str, start: int, end: int) -> bool:
    """Whether between two answers the model put a new question, rather than doubting its first answer."""
    between = text[start:end]
    return "?" in between and "\n" in between and not in_doubt(between[between.index("\n") :])


def in_doubt(text: str) -> bool:
    """Whether one of the first two lines takes back or checks what was said before."""
    lines = [line for line in text.split("\n") if line.strip()]
    return not lines or any(_DOUBT.match(line) for line in lines[:2])


def both_ends(matches: list[re.Match[str]]) -> list[re.Match[str]]:
    """The first and the last matches: what lies between cannot hold the answer of any real text."""
    return matches if len(matches) <= 2 * MAX_PLACES else matches[:MAX_PLACES] + matches[-MAX_PLACES:]


def _mentions(text: str, *words: str) -> bool:
    """A test that is much faster than a search without regard to case."""
    for word in words:  # noqa: SIM110  # twice as fast as any() with a generator
        if word in text:
            return True
    return False


def answer_of(text: str, value: Value, match: MatchKind) -> Answer:
    """A value as an answer; a letter is a choice wherever it stands."""
    kind: MatchKind = "choice" if value.choice else match
    return Answer(text[value.start : value.end], value.canonical, kind, value.start, value.end)
