"""The answer of a solution that names none: what its concluding sentence says, or its last equation.

A concluding sentence often repeats what the question gave ("so all 12 of the 15 eggs are sold"). Such numbers are not
the answer: preferred is a number that the sentence shares with the latest result of the calculation, then one that
appears there for the first time. Sentences are looked at from the end, so that most texts are decided by their last.
"""

import re

from crescent.voting.answer import Answer, MatchKind
from crescent.voting.equality.canonicalization import canonical
from crescent.voting.equality.forms import fits
from crescent.voting.equality.names import is_name
from crescent.voting.reading.languages import CONCLUDES
from crescent.voting.reading.passage import NUMERAL, Passage
from crescent.voting.reading.values import QUANTITY, SEGMENT, Value

WINDOW = 4000
"""Characters before the end that are looked at."""
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
    r"reached|determined|arrived at|figured out|worked out|got)\b)"
)
_AFTERWORD = re.compile(
    r"(?im)^\W*(?:(?:explanation|reason(?:ing)?|verification|check|proof|notes?)\W*:"
    r"|(?:(?:we|you|i) can |let'?s |let me |to |now,? |as a )?(?:also |now |quickly )?(?:verif(?:y|ying"
    r"|ication)|(?:double[- ]?)?check(?:ing)?|confirm)\b"
    r"[^\n=\d]{0,60}(?::|$))"
)
_RESULTS = re.compile(
    r"(?i)(?:\b(?:resulting in|results in|which (?:equals|is equal to|gives|makes|comes to|leaves|totals|means"
    r"|amounts to|results in|yields)|giving|"
    r"to get|(?:we|you|i|he|she|it|they) (?:gets?|obtains?)|yields?|yielding|equals|is equal to|for a total of"
    r"|making a total of|comes (?:out )?to|amounts to|"
    r"adds up to|totall?ing|leaves|leaving)|,? which is)"
    r"(?: (?:us|him|her|them|you|a total of|about|approximately|roughly|exactly|only|just|an? \w+ "
    r"of))*[\s:*$\\(]*(?=[$\d\\.-])"
)
_RESULT_WORDS = ("result", "which", "giv", "get", "btain", "yield", "qual", "total", "com", "mount", "adds", "leav")
_PURPOSE = re.compile(
    r"(?i)(?:,?\s(?:in order |so as )?to (?!the\b|a\b|an\b|get (?:a total of )?\$?\d|find\b|\d|\$)[a-z]{2,}\b"
    r"|\sso that\b|\sfor (?:the|a|an|his|her|their|its) [a-z]+ to\b)"
)
_WAY = re.compile(r"(?i)\s(?:by|through|from|after|when|using)\s(?:\w+ly )?(?:\w{3,}ing|this|the following)\b")
_EACH = re.compile(r"(?i),\s?or\s(?=[$\d])(?=[^,.\n]{1,30}\b(?:each|apiece|per|a)\b)")
_SHARE_OF = re.compile(r"%|\w (?:%|percent|times|more|less|fewer|of\b)")
_COPULA = re.compile(
    r"(?i)(?<!\bto )\b(?:is|are|was|were|be|becomes?|equals?)\s(?:(?:about|approximately|roughly|exactly|only"
    r"|just|therefore|thus|then|equal to|now|simply|still|also) )*[$\\(*\s]*$"
)
_WORD_NUMBER = re.compile(
    r"(?i)\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?= (?:more|extra|additional"
    r"|fewer|less|other|full|whole|[a-z]{3,}s?\b))(?! (?:of|by|and|or|hundred|thousand|dozen|point)\b)"
)
_GIVEN = re.compile(
    r"(?i)(?:\b(?:after|in|for|from|per|over|every|during|within|when|if|than|on|buy|bought|using|between|among|"
    r"(?:out )?of (?:the|his|her|their|its|all|those|these))"
    r"|\b(?:of|from|in|for|after|over|between|among) (?:the|his|her|their|its|these|those))"
    r"(?: (?:all|next|first|last|same|other|initial|original|only))?\s$"
)
_CONCLUDES = re.compile(
    r"(?i)^\W*(?:so,? )?(?:therefore|thus|hence|in total|in conclusion|altogether|overall|consequently|as a result|"
    r"in summary|to summarize|final|conclusion|(?:the )?total\b|answer|(?:that|this) means\b|"
    + CONCLUDES
    + r")|\b(?:therefore|thus|hence)\b,"
)
_REASON = re.compile(
    r"(?i)[\s,](?:because\s|since\s(?![^.\n]{1,200},\s[a-z]))"
    r"|,\s(?:which is|or)\s(?:about|approximately|roughly|around|\d{1,3}(?:\.\d+)?\s?(?:%|percent) of)\s"
)
_RATIO = re.compile(r"\bratio\b[^\n]{0,80}?(?<![\d.])(\d{1,6} to \d{1,6})\b")
_SOURCE = re.compile(
    r"(?i)(?:\b(?:compared (?:to|with)|instead of|rather than|versus|vs\.?|as opposed to|up from|down from"
    r"|relative to|against)(?: only)?|\bfrom|\bout of|% of|percent of)(?: (?:the|his|her|their|its|a))?(?: "
    r"\w{1,12})?\s$"
)
_COMPARED = re.compile(r"[^,.\n]{0,30}?(?<!rather )(?<!other )\bthan\b")
_GIVES = re.compile(
    r"(?i)^\W*so\b|=|\b(?:is|are|needs?|has|have|costs?|spent|spends|makes?|paid|pays|earned|earns|left|total)\b"
)
_ROUNDED = re.compile(r"(?i)\bround(?:s|ed|ing)?\b")
_ODDS = re.compile(
    r"(?i)\b(?:probability|chance|chances|odds|likelihood)\b[^\n]{0,80}?(?<![\d.])(\d{1,6} (?:out of|in) "
    r"(?:every )?\d{1,6})\b"
)
_SHARE = re.compile(r"\b\d+ (?:out )?of (?:the |his |her |their |its |all |those |these )?\d+\b")
_BOLD = re.compile(r"\*\*([^*\n]{1,80})\*\*(?!\s?:)")
_ADJECTIVE = re.compile(r"-[a-zA-Z]{2,}")
_PYTHON = re.compile(r"```(?:python|py)\b[^\n]*\n.*?(?:```|\Z)", re.S | re.I)
_FENCE = re.compile(r"```[^\n]*\n.*?(?:```|\Z)", re.S)
_LEADS = re.compile(
    r"(?i)(?:\b(?:is|are|equals?|be|becomes?|by|as|get|gives|obtain|have)|:|=|是|为)\s*(?:\\\[|\$)?\s*$"
)
_CURVE = re.compile(
    r"(?i)\b(?:equation|circle|line|plane|curve|ellipse|parabola|hyperbola|sphere|graph|asymptote|tangent"
    r"|locus|directrix)s?\b[^.\n]*$"
)
_NAMED = re.compile(
    r"\b(?:is|are|was|be)\s(?:\*\*(?P<bold>[A-Za-z][A-Za-z ]{0,30})\*\*|[\"“](?P<quoted>[A-Za-z][A-Za-z ]{0,30})[\"”]"
    r"|(?:\\\(|\$)?\s?\\text(?:bf)?\{(?P<text>[A-Za-z][A-Za-z ]{0,30})\}|(?P<plain>[A-Z][a-z]{1,15}))[\s.$\\)*\"”]*$"
)
_THEREFORE = re.compile(r"(?i)\W*(?:so|therefore|thus|hence|in conclusion|consequently|this means|that means)\b")
_WORDS = re.compile(r"(?<![\\a-zA-Z{])[a-zA-Z]{3,} [a-zA-Z]")
_EQUALS = re.compile(r"(?<![<>!])=")


def conclude(text: str, start: int, end: int) -> Answer | None:
    """The answer that `text[start:end]` comes to, without any phrase that announces it."""
    start = max(start, end - WINDOW)
    end = _before_afterword(text, start, end)
    passage = Passage(_without_code(text[:end], start), start, end)
    if (formula := _closing_formula(passage)) is not None:
        return formula
    if (word := _closing_word(passage)) is not None:
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
            return _chosen(passage, begin, stop)
    latest = passage.latest(end)
    if latest is not None:
        return _answer(passage, latest, "equation")
    values = passage.values(*spare) if spare else []
    return _answer(passage, values[-1], "last-number") if values else None


def _closing_formula(passage: Passage) -> Answer | None:
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
    if not _LEADS.search(line) or _WORDS.search(formula) or re.search(r"\\(?:text|boxed)", formula):
        return None
    start = last.start(group)
    sides = [side for side in _EQUALS.split(formula) if side.strip()]
    if (
        len(sides) == 2
        and not is_name(sides[0].strip())
        and (not re.search(r"[a-zA-Z]", sides[0]) or not _CURVE.search(line))
    ):
        return None
    if len(sides) > 2:
        return None
    if len(sides) == 2 and is_name(sides[0].strip()) and not _CURVE.search(line):
        start = last.end(group) - len(sides[1])
        formula = sides[1]
    value = canonical(formula)
    if (
        not value
        or QUANTITY.fullmatch(formula.strip(" .,"))
        or not re.search(r"(?<!\\)(?<![a-zA-Z\\])[a-zA-Z]|√|π|\\[a-z]", formula)
    ):
        return None
    return _answer(passage, Value(start, start + len(formula), value), "conclusion")


def _closing_word(passage: Passage) -> Answer | None:
    """A number in words, or a word set apart, in a closing sentence without figures: "So she needs one more cow."."""
    begin = max(passage.start, passage.text.rfind("\n", passage.start, passage.end) + 1)
    line = passage.text[begin : passage.end].rstrip()
    sentence = begin + max(line.rfind(". ") + 1, line.rfind("! ") + 1, 0)
    if NUMERAL.search(passage.text, sentence, passage.end) or not _THEREFORE.match(passage.text, sentence, passage.end):
        return None
    if (named := _NAMED.search(passage.text, sentence, passage.end)) is not None:
        word = named.lastgroup or "plain"
        return _answer(passage, Value(named.start(word), named.end(word), canonical(named[word])), "conclusion")
    if " point " in passage.text[sentence : passage.end]:
        return None
    words = list(_WORD_NUMBER.finditer(passage.text, sentence, passage.end))
    if len(words) != 1:
        return None
    return _answer(passage, Value(words[0].start(), words[0].end(), canonical(words[0][0])), "words")


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
            whole = _CURVE.search(passage.text, begin, segment.start()) and not is_name(
                _EQUALS.split(segment[group])[0].strip()
            )
            formula = segment[group] if whole else _EQUALS.split(segment[group])[-1]
            start = segment.end(group) - len(formula)
            if not QUANTITY.fullmatch(formula.strip()) and not _WORDS.search(formula) and canonical(formula):
                return _answer(passage, Value(start, segment.end(group), canonical(formula)), answer.match)
    return answer


def _chosen_number(passage: Passage, begin: int, stop: int) -> Answer | None:
    stop = _before_reason(passage, begin, stop)
    values = _counted(passage, begin, stop)
    if not values:
        return None
    if ratio := _RATIO.search(passage.text, begin, stop) or _ODDS.search(passage.text, begin, stop):
        return _answer(passage, Value(ratio.start(1), ratio.end(1), canonical(ratio[1])), "conclusion")
    if each := _EACH.search(passage.text, begin, stop):
        return _answer(passage, next(value for value in values if value.start >= each.end()), "conclusion")
    bold = _in_bold(passage.text, begin, stop, values)
    if bold is not None:
        return _answer(passage, bold, "bold")
    latest = passage.latest(stop)
    own = latest is not None and latest.start >= begin
    if own and latest is not None and latest.end == values[-1].end:
        return _answer(passage, latest, "equation")
    if _ROUNDED.search(passage.text, begin, stop):
        return _answer(passage, values[-1], "conclusion")
    behind = latest.end if own and latest is not None else begin
    if (result := _result(passage.text, behind, stop, values)) is not None:
        return _answer(passage, result, "conclusion")
    if latest is not None and (shared := [value for value in values if _same(value, latest)]):
        return _answer(passage, shared[-1], "equation" if own else "conclusion")
    if purpose := _PURPOSE.search(passage.text, values[0].end, stop):
        values = [value for value in values if value.start < purpose.start()]
    elif purpose := _PURPOSE.search(passage.text, begin, values[0].start):
        word = _WORD_NUMBER.search(passage.text, begin, purpose.start())
        if word and len(values) == 1 and "," not in passage.text[word.end() : purpose.start()]:
            return _answer(passage, Value(word.start(), word.end(), canonical(word[0])), "words")
    fresh = [value for value in values if passage.is_new(value, begin)]
    if not fresh:
        computed = {value.canonical for value in passage.all_results()}
        fresh = [value for value in values if value.canonical in computed]
    return _answer(passage, _asserted(passage.text, begin, fresh or values), "conclusion")


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
    counted = [
        value
        for value in values
        if not _ADJECTIVE.match(passage.text, value.end, stop) or _after_equals(passage, value)
    ]
    return counted or values


def _after_equals(passage: Passage, value: Value) -> bool:
    return passage.text[max(0, value.start - 3) : value.start].rstrip(" $").endswith("=")


def _result(text: str, begin: int, stop: int, values: list[Value]) -> Value | None:
    """The number after the verb of a result ("resulting in 5"), or at the end after what something is ("... is 7")."""
    said = text[begin:stop]
    verbs = list(_RESULTS.finditer(text, begin, stop)) if any(word in said for word in _RESULT_WORDS) else []
    if verbs:
        after = [value for value in values if value.start >= verbs[-1].end() - 2]
        if after and not _COMPARED.match(text, after[0].end) and not _SHARE_OF.match(text, after[0].end - 1):
            return after[0]
    last = values[-1]
    if (
        last.start >= begin
        and len(values) > 1
        and _COPULA.search(text[max(begin, last.start - 60) : last.start])
        and not _COMPARED.match(text, last.end)
        and re.fullmatch(r"[\s\\)$*.]*(?:[a-zA-Z%°]+[\s.]*)?[\s\\)$*.\"]*", text[last.end : stop])
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
    spans = [span for span in spans if not text[span[0] : span[1]].rstrip("* ").endswith(":")]  # no headings
    bold = [value for value in values if any(left <= value.start and value.end <= right for left, right in spans)]
    return bold[-1] if bold and len({value.canonical for value in bold}) == 1 else None


def _without_code(text: str, start: int) -> str:
    """The text with code blocks blanked; other blocks than of Python are kept if all digits stand in them."""
    if "```" not in text:
        return text
    text = _PYTHON.sub(_blank, text)
    blanked = _FENCE.sub(_blank, text)
    return blanked if NUMERAL.search(blanked, start) else text


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _same(value: Value, result: Value) -> bool:
    return value.canonical == result.canonical or fits(value.canonical, result.canonical)


def _answer(passage: Passage, value: Value, match: MatchKind) -> Answer:
    return Answer(passage.text[value.start : value.end], value.canonical, match, value.start, value.end)
