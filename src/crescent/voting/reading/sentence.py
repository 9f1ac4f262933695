"""The number of one sentence that answers.

Preferred is a number in bold, the result of the sentence's own equation, what follows a verb of result, what the
sentence shares with the calculation before it, and what is new in it. Passed over are the purpose, the way, what
something is compared to, and what the question gave.
"""

import re

from crescent.voting.answer import Answer, MatchKind
from crescent.voting.equality.canonicalization import canonical
from crescent.voting.equality.forms import fits
from crescent.voting.equality.latex import sides
from crescent.voting.equality.names import is_name
from crescent.voting.reading.passage import Passage
from crescent.voting.reading.values import QUANTITY, SEGMENT, Value

WINDOW = 4000
"""Characters before the end that are looked at."""
_RESULTS = re.compile(
    r"(?i)(?:(?:\b(?:resulting in|results in|which (?:equals|is equal to|gives|makes|comes to|leaves|totals"
    r"|means|amounts to"
    r"|results in|yields|sums? (?:up )?to|adds up to)|gives?|(?<!after )(?<!by )giving|(?:we|you|i|he|she|it"
    r"|they) (?:gets?"
    r"|obtains?)|yields?|yielding|equals|(?<!that )is equal to|comes (?:out )?to|amounts to|adds up to|sums? "
    r"up to|summing (?:up )?to"
    r"|totall?ing|leaves|leaving|(?:ends?|ending) up with)\b"
    r"|\b(?:add|subtract|multipl|divid|sum|combin|tak)[^\n]{0,80}?\bto (?:get|obtain|give|find|yield|make)\b)"
    r"[^.,;:\n\d$]{0,50}?[^.,;\n\d$]{0,3}(?<![\w-])(?=\\?[$\d]|\\\()"
    r"|,? which is(?: (?:about|approximately|roughly|exactly|only|just|an? \w+ of))*\s?\$?(?=\d))"
)
_TOTAL = re.compile(r"(?i)\ban? (?:new |grand |combined |final )?(?:total|difference|sum) of\s?\$?(?=\d)")
_RESULT_WORDS = re.compile("result|up with|sum|which|giv|get|btain|yield|qual|total|com|mount|adds|leav")
"""One of them is in every text that `_RESULTS` finds: what makes the common case fast."""
_PURPOSE = re.compile(
    r"(?:,?\s(?:in order |so as )?(?<!need )(?<!needs )(?<!has )(?<!have )(?<!had )(?<!able )(?<!going "
    r")(?<!wants )(?<!want )"
    r"(?<!like )(?<!afford )(?<!start )(?<!begin )to "
    r"(?!(?:the|an?|his|her|their|its|him|them|each|both|us|that|this|it|these|those|find|obtain|conclude|say"
    r"|note|see|pay|work|school)\b|\d|\$)[a-z]{2,}\b"
    r"|\sso that\b|\sfor (?:the|a|an|his|her|their|its) [a-z]+ to\b)[^,\n]*"
)
_SO = re.compile(r"(?i)[,;] (?:and )?(?:so|therefore|thus|hence|which means|meaning)\b")
_LEADING = re.compile(
    r"(?i)\W*(?:(?:so|then|now|next|finally|and|but),? )?(?:since|as|if|when|given|because|with|after|before"
    r"|although)\b[^.\n]*?,\s(?=[a-z])"
)
_WAY = re.compile(r"(?i)\s(?:by|through|from|after|when|using)\s(?:\w+ly )?(?:\w{3,}ing|this|the following)\b")
_EACH = re.compile(r"(?i),\s?(?:or|i\.e\.,?|that is,?)\s(?=[$\d])(?=[^,.\n]{1,30}\b(?:each|apiece|per|a)\b)")
_SHARE_OF = re.compile(r"%|\w (?:%|percent|times (?:as|more|the|that|what|his|her)|more|less|fewer|of\b)")
_COPULA = re.compile(
    r"(?i)(?<!\bto )(?<!that )(?<!which )\b(?:is|are|was|were|be|becomes?|equals?)\s(?:(?:about|approximately"
    r"|roughly|exactly|only"
    r"|just|therefore|thus|then|equal to|now|simply|still|also) )*[$\\(*\s]*$"
)
WORD_NUMBER = re.compile(
    r"(?i)\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?= (?:more|extra|additional"
    r"|fewer|less|other|full|whole|[a-z]{3,}s?\b))(?! (?:of|by|and|or|hundred|thousand|dozen|point)\b)"
)
_GIVEN = re.compile(
    r"(?i)(?:\b(?:after|in|for|from|per|over|every|during|within|when|if|than|on|buy|bought|using|between|among|"
    r"(?:out )?of (?:the|his|her|their|its|all|those|these))"
    r"|\b(?:of|from|in|for|after|over|between|among) (?:the|his|her|their|its|these|those))"
    r"(?: (?:all|next|first|last|same|other|initial|original|only))?\s$"
)
_REASON = re.compile(
    r"(?i)[\s,](?:because\s|since\s(?![^.\n]{1,200},\s[a-z])|(?:if|assuming|provided|given "
    r"that)\s(?![^.\n]{1,200}(?:,\s[a-z]|\bthen\b|=)))"
    r"|,\s(?:which is|or)\s(?:about|approximately|roughly|around|\d{1,3}(?:\.\d+)?\s?(?:%|percent) of)\s"
)
_RATIO = re.compile(r"\bratio\b[^\n]{0,80}?(?<![\d.])(\d{1,6} to \d{1,6})\b")
_SOURCE = re.compile(
    r"(?i)(?:\b(?:compared (?:to|with)|instead of|rather than|versus|vs\.?|as opposed to|up from|down from"
    r"|relative to|against)(?: only)?|\bfrom|\bout of|% of|percent of)(?: (?:the|his|her|their|its|a))?(?: "
    r"\w{1,12})?\s$"
)
_COMPARED = re.compile(r"[^,.\n]{0,30}?(?<!rather )(?<!other )\bthan\b")
_ROUNDED = re.compile(r"(?i)\bround(?:s|ed|ing)?\b")
_ODDS = re.compile(
    r"(?i)\b(?:probability|chance|chances|odds|likelihood)\b[^\n]{0,80}?(?<![\d.])(\d{1,6} (?:out of|in) "
    r"(?:every )?\d{1,6})\b"
)
_BOLD = re.compile(r"\*\*([^*\n]{1,80})\*\*(?!\s?:)")
_ADJECTIVE = re.compile(r"-[a-zA-Z]{2,}")
CURVE = re.compile(
    r"(?i)\b(?:equation|circle|line|plane|curve|ellipse|parabola|hyperbola|sphere|graph|asymptote|tangent"
    r"|locus|directrix)s?\b[^.\n]*$"
)
PROSE = re.compile(r"(?<![\\a-zA-Z{])[a-zA-Z]{3,} [a-zA-Z]")


def from_sentence(text: str, start: int, stop: int, context: int) -> Answer | None:
    """The answer in the one sentence `text[start:stop]`, given the calculation since `context`."""
    return chosen(Passage(text, max(context, stop - WINDOW), stop), start, stop)


def chosen(passage: Passage, begin: int, stop: int) -> Answer | None:
    """The number of one sentence that answers; if it stands in a formula that is more than a number, the formula."""
    answer = _chosen_number(passage, begin, stop)
    if answer is None or passage.text.find("$", begin, stop) == passage.text.find("\\", begin, stop) == -1:
        return answer
    for segment in SEGMENT.finditer(passage.text, begin, stop):
        if segment.start() <= answer.start and answer.end <= segment.end():
            group = segment.lastgroup or "dollar"
            whole = CURVE.search(passage.text, begin, segment.start()) and not is_name(sides(segment[group])[0].strip())
            formula = segment[group] if whole else sides(segment[group])[-1]
            start = segment.end(group) - len(formula)
            if not QUANTITY.fullmatch(formula.strip()) and not PROSE.search(formula) and canonical(formula):
                return answer_at(passage, Value(start, segment.end(group), canonical(formula)), answer.match)
    return answer


def _chosen_number(passage: Passage, begin: int, stop: int) -> Answer | None:
    stop = _before_reason(passage, begin, stop)
    values = _counted(passage, begin, stop)
    if not values:
        return None
    if ratio := _RATIO.search(passage.text, begin, stop) or _ODDS.search(passage.text, begin, stop):
        return answer_at(passage, Value(ratio.start(1), ratio.end(1), canonical(ratio[1])), "conclusion")
    if each := _EACH.search(passage.text, begin, stop):
        return answer_at(passage, next(value for value in values if value.start >= each.end()), "conclusion")
    bold = _in_bold(passage.text, begin, stop, values)
    if bold is not None:
        return answer_at(passage, bold, "bold")
    latest = passage.latest(stop)
    own = latest is not None and latest.start >= begin
    if own and latest is not None and latest.end == values[-1].end:
        return answer_at(passage, latest, "equation")
    if _ROUNDED.search(passage.text, begin, stop):
        return answer_at(passage, values[-1], "conclusion")
    behind = latest.end if own and latest is not None else begin
    shared = [value for value in values if latest is not None and agrees(value, latest)]
    if (result := _result(passage.text, behind, stop, values, settled=bool(shared))) is not None:
        return answer_at(passage, result, "conclusion")
    if shared:
        return answer_at(passage, shared[-1], "equation" if own else "conclusion")
    stated = _stated_before(passage, begin) if latest is None else None
    if stated is not None and (shared := [value for value in values if value.canonical == stated]):
        return answer_at(passage, shared[-1], "conclusion")
    if purposes := list(_PURPOSE.finditer(passage.text, values[0].end, stop)):
        spans = [purpose.span() for purpose in purposes]
        values = [value for value in values if not any(left <= value.start < right for left, right in spans)]
    elif purpose := _PURPOSE.search(passage.text, begin, values[0].start):
        word = WORD_NUMBER.search(passage.text, begin, purpose.start())
        if word and len(values) == 1 and "," not in passage.text[word.end() : purpose.start()]:
            return answer_at(passage, Value(word.start(), word.end(), canonical(word[0])), "words")
    fresh = [value for value in values if passage.is_new(value, begin)]
    if not fresh:
        computed = {value.canonical for value in passage.all_results()}
        fresh = [value for value in values if value.canonical in computed]
    return answer_at(passage, _asserted(passage.text, begin, fresh or values), "conclusion")


def _before_reason(passage: Passage, begin: int, stop: int) -> int:
    """Where a sentence goes on to say why or how, if its answer comes before that; else its end."""
    for pattern in (_REASON, _WAY):
        reason = pattern.search(passage.text, begin, stop)
        if reason is None or not passage.values(begin, reason.start()):
            continue
        rest = passage.text[reason.start() : stop]
        if pattern is _REASON or not ("=" in rest or _RESULTS.search(rest)):
            stop = reason.start()
    return stop


def _counted(passage: Passage, begin: int, stop: int) -> list[Value]:
    """The values of a sentence, without the 8 of "8-point" where it has others."""
    values = passage.values(begin, stop)
    if leading := _LEADING.match(passage.text, begin, stop):
        values = [value for value in values if value.start >= leading.end()] or values
    outside = [
        value
        for value in values
        if not _in_brackets(passage.text, begin, value.start) or _after_equals(passage.text, value.start)
    ]
    values = outside or values
    counted = [
        value
        for number, value in enumerate(values)
        if not (number and _ADJECTIVE.match(passage.text, value.end, stop))
        or passage.text[values[number - 1].end : value.start].strip()
    ]
    if so := list(_SO.finditer(passage.text, begin, stop)):
        counted = [value for value in counted if value.start >= so[-1].end()] or counted
    return counted or values


def _after_equals(text: str, position: int) -> bool:
    return text[max(0, position - 3) : position].rstrip(" $").endswith("=")


def _stated_before(passage: Passage, begin: int) -> str | None:
    """The last result that the text before a sentence states with a verb: "42 divided by 14 equals 3."."""
    verbs = list(_RESULTS.finditer(passage.text, max(passage.start, begin - 300), begin))
    values = passage.values(verbs[-1].end(), begin) if verbs else []
    return values[0].canonical if values else None


def _first_after(text: str, position: int, values: list[Value]) -> Value | None:
    """The first value after a verb of result, unless it is only a share or a comparison."""
    after = [value for value in values if value.start >= position - 2]
    if after and not _COMPARED.match(text, after[0].end) and not _SHARE_OF.match(text, after[0].end - 1):
        return after[0]
    return None


def _result(text: str, begin: int, stop: int, values: list[Value], settled: bool) -> Value | None:
    """The number after the verb of a result ("resulting in 5"), or at the end after what something is ("... is 7")."""
    said = text[begin:stop]
    verbs = list(_RESULTS.finditer(text, begin, stop)) if _RESULT_WORDS.search(said) else []
    verbs += [] if settled else list(_TOTAL.finditer(text, begin, stop))
    if verbs:
        aims = [purpose.start() for purpose in _PURPOSE.finditer(text, values[0].end, stop)]
        verbs = [
            verb
            for verb in verbs
            if not any(0 <= verb.start() - aim < 20 for aim in aims) and not _in_brackets(text, begin, verb.start())
        ]
        last_verb = max(verbs, key=lambda verb: verb.end(), default=None)
        if last_verb is not None and (result := _first_after(text, last_verb.end(), values)) is not None:
            return result
    last = values[-1]
    if (
        last.start >= begin
        and len(values) > 1
        and _COPULA.search(text[max(begin, last.start - 60) : last.start])
        and not _COMPARED.match(text, last.end)
        and not _SHARE_OF.match(text, last.end - 1)
        and re.fullmatch(r"[\s\\)$*.]*(?:[a-zA-Z%°/']+[\s.]*){0,5}[\s\\)$*.\"]*", text[last.end : stop])
    ):
        return last
    return None


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


def _in_bold(text: str, begin: int, stop: int, values: list[Value]) -> Value | None:
    """The number in bold, if there is one alone."""
    if text.find("**", begin, stop) < 0:
        return None
    spans = [match.span() for match in _BOLD.finditer(text, begin, stop)]
    spans = [span for span in spans if not text[span[0] : span[1]].rstrip("* ").endswith(":")]  # no headings
    bold = [value for value in values if any(left <= value.start and value.end <= right for left, right in spans)]
    return bold[-1] if bold and len({value.canonical for value in bold}) == 1 else None


def agrees(value: Value, result: Value) -> bool:
    return value.canonical == result.canonical or fits(value.canonical, result.canonical)


def answer_at(passage: Passage, value: Value, match: MatchKind) -> Answer:
    return Answer(passage.text[value.start : value.end], value.canonical, match, value.start, value.end)
