"""Answers that the text announces: "the answer is 18", a heading "Answer", "option B is correct"."""

import re

from crescent.voting.answer import Answer, MatchKind
from crescent.voting.equality.canonicalization import canonical
from crescent.voting.reading.conclusion import conclude
from crescent.voting.reading.languages import ANSWER_IS, OPTION_IS
from crescent.voting.reading.refusal import without_answer
from crescent.voting.reading.sentence import from_sentence
from crescent.voting.reading.values import Value, sentence_end, value_at

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
_QUOTED = re.compile(r"\s?\"((?:[^\"\\\n]|\\.){1,600})\"\s*[,}]")
_SENTENCES = re.compile(r"[.;]\s+\S")
_BOX = re.compile(r"\\(?:boxed|fbox)(?![a-zA-Z])")
_OPTION = re.compile(
    r"(?:(?i:correct|right|best)\s(?i:answer|option|choice)|(?i:option|choice))\s?(?i:is|:)?[\s:*]{0,4}"
    r"(?:\(([A-J])\)|([A-J])(?![\w']))"
)
_FOREIGN = re.compile(f"{ANSWER_IS}|{OPTION_IS}")
_FOREIGN_CUES = (
    "ntwort", "ösung", "rgebnis", "éponse", "ésultat", "espuesta", "olución", "esultado", "esposta", "olução", "svar",
    "Svar",    "esultat", "isposta", "øsning", "ntwoord", "答案", "结果", "选",
)  # fmt: skip
_FOREIGN_OPTION = re.compile(
    r"(?i:\s?(?:la |a |o |die |der |le |den )?(?:opci[óo]n|op[çc][ãa]o|option(?:en)?|letra|lettre|buchstabe"
    r"|alternativa?|svarmulighed)\s)\(?([A-J])(?![\w])"
)
_LATER = re.compile(
    r"(?im)^\W*(?:\d{1,2}\. )?(?:therefore|thus|hence|so|in total|in all|altogether|overall|finally|the total"
    r"|combined)\b[^\n]*\d|=\s*\$?\s?\d"
)
_CONFIRMED = re.compile(
    r"\W{0,6}(?:indeed |thus |therefore |also )?(?:verified|correct|confirmed|right|reasonable|valid|consistent|true)\b"
)
_PARTICIPLE = re.compile(
    r"(?i)^(?:\w{3,}ed|given|shown|found|known|written|done|made|chosen|drawn|taken|expected|required"
    r"|reasonable|valid|consistent|complete|"
    r"ready|as follows|possible|unique|exact|approximate|rounded|simply|equal|likely|usually|always|sure|due"
    r"|likewise)\b"
)
_DOUBT = re.compile(
    r"(?i)^\W*(?:wait|but|however|hmm|actually|let me|let's|no,|check|verify|alternatively|oops|sorry|correction|is )"
)
_NO_ANSWER = re.compile(
    r"(?i)^(?:in|on|at|to|of|for|from|by|with|as|that|this|it|not|if|how|what|both|based)\b"
    r"|^(?:(?:not |in)?correct|wrong|right|below|above|found|here|unknown|given|the same|clear|yes or no|calculated|"
    r"none of the above|final answer|answer|conclusion|solution|result|done|end|summary|step|obtained|verified"
    r"|a|an|the|your|explained)$"
)


def announced(text: str, start: int, end: int) -> Answer | None:
    """The last answer that the text announces in words or under a heading.

    One with an empty value where the text says there that it has none.
    """
    found: Answer | None = None
    phrases = _PHRASE.finditer(text, start, end) if _mentions(text, *_CUES) else ()
    for match in both_ends(list(phrases)):
        answer = _after_phrase(text, match, start, end)
        if answer is None or (_is_partial(match[0]) and _LATER.search(text, answer.end, end)):
            continue
        if found is not None and another_question(text, found.end, match.start(), start):
            break
        found = answer
    if (
        _mentions(text, "svar", "Svar", "ntwort", "rgebnis", "espuesta", "esultado", "esposta", "esultat")
        or not text.isascii()
    ):
        found = _last_foreign(text, start, end, found)
    if _mentions(text, "ption", "hoice"):
        found = _last_option(text, start, end, found)
    if "\n" in text and _mentions(text, "nswer", "esult", "NSWER", "ESULT"):
        found = _last_headed(text, start, end, found)
    return found


def _is_partial(phrase: str) -> bool:
    """Whether a phrase may name a result on the way: "final price", unlike "answer"."""
    return phrase[0] in "fF" and "answer" not in phrase.lower()


def _last_foreign(text: str, start: int, end: int, found: Answer | None) -> Answer | None:
    """The last answer announced in another language, if it comes after what was found."""
    if not _mentions(text, *_FOREIGN_CUES):
        return found
    for match in list(_FOREIGN.finditer(text, start, end))[-MAX_PLACES:]:
        if found is not None and match.start() <= found.start:
            continue
        if match["zh"]:
            found = Answer(match["zh"], canonical(match["zh"]), "choice", match.start("zh"), match.end("zh"))
        elif option := _FOREIGN_OPTION.match(text, match.end(), end):
            found = Answer(option[1], option[1], "choice", option.start(1), option.end(1))
        elif (value := value_at(text, match.end(), end)) is not None:
            found = answer_of(text, value, "phrase")
        else:
            stop = sentence_end(text, match.end(), end)
            sentence = from_sentence(text, match.end(), stop, start)
            if sentence is not None:
                found = Answer(sentence.text, sentence.value, "phrase", sentence.start, sentence.end)
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
    if match["aside"] and (of := _confirmed(text, match, end)) is not None:
        return of
    if text.startswith(('"', ' "'), begin) and (quoted := _QUOTED.match(text, begin, end)) is not None:
        end = quoted.end(1)
        if _SENTENCES.search(quoted[1]):
            begin = quoted.start(1)
            return without_answer(text, begin, end) or _as_phrase(conclude(text, begin, end))
    value = value_at(text, begin, end)
    if value is not None and value.canonical != "N/A":
        in_box = value.start - begin > 5 and _BOX.search(text, begin, value.start)
        return answer_of(text, value, "boxed" if in_box else "phrase")
    if (none := without_answer(text, begin, sentence_end(text, begin, end))) is not None:
        return none
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


def _as_phrase(answer: Answer | None) -> Answer | None:
    return Answer(answer.text, answer.value, "phrase", answer.start, answer.end) if answer else None


def _confirmed(text: str, match: re.Match[str], end: int) -> Answer | None:
    """The value in "our answer of 23 is correct"."""
    aside = match.start("aside")
    if not text.startswith("of ", aside):
        return None
    value = value_at(text, aside + 3, match.end("aside"))
    if value is None:
        return None
    boxed = _BOX.search(text, aside, value.start) is not None
    return (
        answer_of(text, value, "boxed" if boxed else "phrase")
        if boxed or _CONFIRMED.match(text, match.end(), end)
        else None
    )


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
    if not value or _NO_ANSWER.match(value) or _PARTICIPLE.match(value) or not any(char.isalpha() for char in value):
        return None
    begin = text.index(words, start)
    return Value(begin, begin + len(words), value)


def another_question(text: str, start: int, end: int, begin: int = 0) -> bool:
    """Whether between two answers the model put a new question, rather than doubting its first answer.

    A text that asked itself before its first answer goes on with parts of its question, as long as they
    bring no figures.
    """
    between = text[start:end]
    if "?" not in between or "\n" not in between or in_doubt(between[between.index("\n") :]):
        return False
    question = between[: between.index("?")]
    question = question[max(question.rfind("\n"), question.rfind(". ")) + 1 :]
    return "?" not in text[begin:start] or any(map(str.isdigit, question))


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
