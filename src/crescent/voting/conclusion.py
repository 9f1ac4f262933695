"""The answer of a solution that names none: what its concluding sentence says, or its last equation.

A concluding sentence often repeats what the question gave ("so all 12 of the 15 eggs are sold"). Such numbers are not
the answer: preferred is a number that the sentence shares with the latest result of the calculation, then one that
appears there for the first time. Sentences are looked at from the end, so that most texts are decided by their last.
"""

import re

from crescent.voting.answer import Answer, MatchKind
from crescent.voting.canonicalization import canonical
from crescent.voting.forms import fits
from crescent.voting.passage import NUMERAL, Passage
from crescent.voting.values import QUANTITY, SEGMENT, Value

WINDOW = 4000
"""Characters before the end that are looked at."""
MAX_SENTENCES = 12
_CHATTER = re.compile(
    r"(?i)let me know|hope (?:this|that|it)|feel free|happy to help|any (?:other |more |further )?questions?\b|"
    r"^\W*(?:please )?note\b|disclaimer|thank(?:s| you)|good luck|have a (?:great|nice)|great job|"
    r"would you like|do you want|is there anything|rate (?:this|my)|https?://"
)
_CHECK = re.compile(
    r"(?i)^\W*(?:(?:to |let'?s |we can )?(?:check|verif|double[- ]check|confirm|proof)"
    r"|(?:(?:this|that)(?: is|'s) )?because\b)"
)
_AFTERWORD = re.compile(r"(?im)^\W*(?:explanation|reason(?:ing)?|verification|check|proof|notes?)\W*:")
_GIVEN = re.compile(
    r"(?i)(?:\b(?:after|in|for|from|per|over|every|during|within|when|if|than|on|buy|bought|using|between|among|"
    r"(?:out )?of (?:the|his|her|their|its|all|those|these))"
    r"|\b(?:of|from|in|for|after|over|between|among) (?:the|his|her|their|its|these|those))"
    r"(?: (?:all|next|first|last|same|other|initial|original|only))?\s$"
)
_CONCLUDES = re.compile(
    r"(?i)^\W*(?:so,? )?(?:therefore|thus|hence|in total|in conclusion|altogether|overall|consequently|as a result|"
    r"in summary|to summarize|final|conclusion|(?:the )?total\b|answer)|\b(?:therefore|thus|hence)\b,"
)
_REASON = re.compile(
    r"(?i)[\s,](?:because\s|since\s(?![^.\n]{1,200},\s[a-z]))"
    r"|,\s(?:which is|or)\s(?:about|approximately|roughly|around|\d{1,3}(?:\.\d+)?\s?(?:%|percent) of)\s"
)
_RATIO = re.compile(r"\bratio\b[^\n]{0,80}?(?<![\d.])(\d{1,6} to \d{1,6})\b")
_SOURCE = re.compile(r"(?i)(?:\bfrom|\bout of|% of|percent of)(?: (?:the|his|her|their|its|a))?(?: \w{1,12})?\s$")
_COMPARED = re.compile(r"[^,.\n]{0,30}?\bthan\b")
_GIVES = re.compile(
    r"(?i)^\W*so\b|=|\b(?:is|are|needs?|has|have|costs?|spent|spends|makes?|paid|pays|earned|earns|left|total)\b"
)
_ROUNDED = re.compile(r"(?i)\bround(?:s|ed|ing)?\b")
_SHARE = re.compile(r"\b\d+ (?:out )?of (?:the |his |her |their |its |all |those |these )?\d+\b")
_BOLD = re.compile(r"\*\*([^*\n]{1,80})\*\*")
_FENCE = re.compile(r"```[^\n]*\n.*?(?:```|\Z)", re.S)
_WORDS = re.compile(r"(?<![\\a-zA-Z{])[a-zA-Z]{3,} [a-zA-Z]")
_EQUALS = re.compile(r"(?<![<>!])=")


def conclude(text: str, start: int, end: int) -> Answer | None:
    """The answer that `text[start:end]` comes to, without any phrase that announces it."""
    start = max(start, end - WINDOW)
    end = _before_afterword(text, start, end)
    passage = Passage(_without_code(text[:end], start), start, end)
    spare = None
    for number, (begin, stop) in enumerate(passage.sentences()):
        if number == MAX_SENTENCES:
            break
        words = passage.text[begin:stop]
        if _CHATTER.search(words) or words.rstrip("*_ \"'").endswith("?"):
            continue
        spare = spare or (begin, stop)
        if not _CHECK.search(words) and _concludes(passage, begin, stop, words, last=number == 0):
            return _chosen(passage, begin, stop)
    latest = passage.latest(end)
    if latest is not None:
        return _answer(passage, latest, "equation")
    values = passage.values(*spare) if spare else []
    return _answer(passage, values[-1], "last-number") if values else None


def from_sentence(text: str, start: int, stop: int, context: int) -> Answer | None:
    """The answer in the one sentence `text[start:stop]`, given the calculation since `context`."""
    return _chosen(Passage(text, max(context, stop - WINDOW), stop), start, stop)


def _concludes(passage: Passage, begin: int, stop: int, words: str, last: bool) -> bool:
    """Whether a sentence concludes in words, holds the latest result, or a number that is new."""
    if _CONCLUDES.search(words):
        return True
    values = passage.values(begin, stop)
    latest = passage.latest(stop)
    if latest is not None:
        if any(_same(value, latest) for value in values):
            return True
        if _SHARE.search(words):
            return False
    if any(passage.is_new(value, begin) for value in values):
        return True
    return last and len(values) == 1 and any(value.canonical == values[0].canonical for value in passage.all_results())


def _chosen(passage: Passage, begin: int, stop: int) -> Answer | None:
    """The number of one sentence that answers; if it stands in a formula that is more than a number, the formula."""
    answer = _chosen_number(passage, begin, stop)
    if answer is None or passage.text.find("$", begin, stop) == passage.text.find("\\", begin, stop) == -1:
        return answer
    for segment in SEGMENT.finditer(passage.text, begin, stop):
        if segment.start() <= answer.start and answer.end <= segment.end():
            group = segment.lastgroup or "dollar"
            formula = _EQUALS.split(segment[group])[-1]
            start = segment.end(group) - len(formula)
            if not QUANTITY.fullmatch(formula.strip()) and not _WORDS.search(formula) and canonical(formula):
                return _answer(passage, Value(start, segment.end(group), canonical(formula)), answer.match)
    return answer


def _chosen_number(passage: Passage, begin: int, stop: int) -> Answer | None:
    reason = _REASON.search(passage.text, begin, stop)
    values = passage.values(begin, reason.start()) if reason else []
    if not values or reason is None:
        values = passage.values(begin, stop)
    else:
        stop = reason.start()
    if not values:
        return None
    if ratio := _RATIO.search(passage.text, begin, stop):
        return _answer(passage, Value(ratio.start(1), ratio.end(1), canonical(ratio[1])), "conclusion")
    bold = _in_bold(passage.text, begin, stop, values)
    if bold is not None:
        return _answer(passage, bold, "bold")
    latest = passage.latest(stop)
    own = latest is not None and latest.start >= begin
    if own and latest is not None and latest.end == values[-1].end:
        return _answer(passage, latest, "equation")
    if _ROUNDED.search(passage.text, begin, stop):
        return _answer(passage, values[-1], "conclusion")
    if latest is not None and (shared := [value for value in values if _same(value, latest)]):
        return _answer(passage, shared[-1], "equation" if own else "conclusion")
    fresh = [value for value in values if passage.is_new(value, begin)]
    if not fresh:
        computed = {value.canonical for value in passage.all_results()}
        fresh = [value for value in values if value.canonical in computed]
    return _answer(passage, _asserted(passage.text, begin, fresh or values), "conclusion")


def _asserted(text: str, begin: int, values: list[Value]) -> Value:
    """The last number that is not what another one is for, from, after or out of."""
    asserted: list[Value] = []
    given_before = -1
    for value in values:
        before = text[max(begin, value.start - 40) : value.start]
        listed = given_before >= 0 and re.fullmatch(
            r"[\w' ]{0,30}(?:,|\band\b|, and\b) ", text[given_before : value.start]
        )
        money = value.start < len(text) and text[value.start] in "$€£¥₹\\"
        given = _SOURCE.search(before) or (_GIVEN.search(before) and not money)
        if given or listed or _COMPARED.match(text, value.end) or _in_brackets(text, begin, value.start):
            given_before = value.end
        else:
            asserted.append(value)
    return (asserted or values)[-1]


def _in_brackets(text: str, begin: int, position: int) -> bool:
    """Whether a position stands in an aside in round brackets."""
    opened = text.rfind("(", begin, position)
    return opened > begin and text[opened - 1] == " " and text.find(")", opened, position) < 0


def _before_afterword(text: str, start: int, end: int) -> int:
    """Where a section begins that explains or checks an answer already given, else the end."""
    for match in _AFTERWORD.finditer(text, start, end):
        before = text[start : match.start()].rstrip()
        last_line = before[before.rfind("\n") + 1 :]
        if NUMERAL.search(last_line) and (_GIVES.search(last_line) or _CONCLUDES.search(last_line)):
            return match.start()
    return end


def _in_bold(text: str, begin: int, stop: int, values: list[Value]) -> Value | None:
    """The number in bold, if there is one alone."""
    if text.find("**", begin, stop) < 0:
        return None
    spans = [match.span() for match in _BOLD.finditer(text, begin, stop)]
    bold = [value for value in values if any(left <= value.start and value.end <= right for left, right in spans)]
    return bold[-1] if bold and len({value.canonical for value in bold}) == 1 else None


def _without_code(text: str, start: int) -> str:
    """The text with code blocks blanked, unless all digits stand in them."""
    if "```" not in text:
        return text
    blanked = _FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    return blanked if NUMERAL.search(blanked, start) else text


def _same(value: Value, result: Value) -> bool:
    return value.canonical == result.canonical or fits(value.canonical, result.canonical)


def _answer(passage: Passage, value: Value, match: MatchKind) -> Answer:
    return Answer(passage.text[value.start : value.end], value.canonical, match, value.start, value.end)
