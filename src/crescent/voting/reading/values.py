"""Values as they stand in running text: where one begins and ends, and its canonical form."""

import re
from typing import NamedTuple

from crescent.voting.equality.amounts import PERCENT
from crescent.voting.equality.canonicalization import canonical
from crescent.voting.equality.latex import closing, closing_brace, split
from crescent.voting.equality.numerals import CURRENCY, NUMBER, NUMBER_WORDS, POWER_OF_TEN
from crescent.voting.equality.units import COMPOUND

MAX_FRAGMENT = 400
_FRACTION = r"\\[dtc]?frac\s?\{[^{}\n]{1,30}\}\s?\{[^{}\n]{1,30}\}"
_VULGAR = "[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]"
QUANTITY = re.compile(
    r"(?=[-−–±$€£¥₹\\.\d½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞URI])"  # only here can one begin: what makes scanning fast
    rf"(?:(?<![\w)\]%}}])[-−–]\s?|(?<=[=:])±\s?|(?<=[=:]\s)(?:±|\\pm)\s?)?(?<![A-Za-z_\\^])(?:{CURRENCY}\s{{0,60}})?"
    rf"(?:(?:\d{{1,9}}\s?)?(?:{_FRACTION}|{_VULGAR})"
    rf"|[-−]?\d{{1,9}}(?:\s+|-|\s+and\s+)\d{{1,4}}/\d{{1,4}}(?![\d/])"
    rf"|\d{{1,9}}\s+and\s+(?:(?:a|one)\s+(?:half|quarter|third)|three\s+quarters|two\s+thirds)\b"
    rf"|(?<=\$)\d{{1,3}}(?: \d{{3}}){{1,4}}(?!\d)"
    rf"|[-−]?{NUMBER}(?:{POWER_OF_TEN})?(?:\s?/\s?\d{{1,9}}(?![\d.,/]*\d)"
    rf"|(?::\d\d(?!\d)){{1,2}}(?:\s?[aApP]\.?\s?[mM]\b\.?)?"
    rf"|\s?:\s?\d{{1,9}}|\s?[aApP]\.?[mM]\b\.?)?)"
    rf"(?:\s?{PERCENT}|\s(?:hundred|thousand|lakh|million|crore|billion|trillion)\b)?"
)
_PLAIN = re.compile(r"\$?-?\d[\d,]*(?:\.\d+)?")  # nothing of what follows a number in prose can hold here
_LEAD = re.compile(
    r"(?i)(?:[\s:=*_`'\"“”>~≈|]|—|(?:is|are|was|be|approximately|approx\.?|about|around|roughly|exactly|equal to|that|"
    r"simply|just|only|a total of|therefore|thus|so|indeed|clearly|then|still|also|actually)\b,?"
    r"|\\(?:text|textbf|mathbf|mathrm)\{)*"
)
_DOLLARS = re.compile(r"\$\$?\s?([^$\n]{1,300}?)\s?\$\$?(?!\d)")
_PERCENT_AFTER = re.compile(rf"\s?{PERCENT}")
_CHOICE = re.compile(r"\(([A-J])\)|\*{0,2}([A-J])\*{0,2}(?=[).:,]|\s*$)")
_NAME = re.compile(r"\*{0,2}[A-Za-z_][\w' ]{0,60}?\s*(?:\([A-Za-z0-9]\)\s*)?[=≈]\s*(?!=)")
ABBREVIATION = "".join(
    rf"(?<!\b{short}\.)"
    for short in ("Mr", "Mrs", "Ms", "Dr", "St", "Prof", "Jr", "Sr", "Mt", "vs", "approx", r"e\.g", r"i\.e", "No", "Nr")
)
"""After a full stop: that it ends no abbreviation. After it, so that it is looked at only there."""
_ENDS = re.compile(rf"[.!?]{ABBREVIATION}(?=\s|$|[*\"'”)\]<])|[\n。！？]")
_OPERATOR = re.compile(r"\s*(?:[-+−–*/×÷^]|x\s|\\times|\\div|\\cdot)\s*[$(]?\s*[\d.(\\]")
_ARITHMETIC = re.compile(r"(?:[\d\s.,$()+\-−*/×÷^{}%]|x(?=\s)|\\(?:times|div|cdot|frac|\$|%))+")
_ASIDE = re.compile(r"(?i);|,(?!\s?[$(\d]|\s?which\b)|\b(?:since|because|as|where|with|so|given|if|when|but)\b")
_SIDES = re.compile(r"(?<![<>!=])=(?!=)|≈|,? which (?:equals|is equal to|is|gives|makes|comes to|totals)\b|\bequals\b")
_JOINS = re.compile(r"[-+−–*/×÷]|\b(?:plus|minus|times|divided|multiplied)\b|\sx\s")
_LIST = re.compile(
    rf"(?:[-−]?{NUMBER}(?:[,;]\s{{1,3}}[-−]?{NUMBER}|\s;\s?[-−]?{NUMBER}){{0,8}}(?:,?\s(?:and|or)\s[-−]?{NUMBER})?"
    r"|\d{1,9}(?:,\d{1,2}){1,9}|\d{1,3}(?:,\d{1,3}){1,9}(?<!,\d{3}))[\"'”’»]?"
)
_FORMULA = re.compile(
    r"\\[a-zA-Z]+|\d*\s?[a-zA-Z](?:\s?[-+*/^=<>≤≥]|\s[-+*/^=<>≤≥]\s)(?!\s?\d{1,3}(?:\.\d+)?\s=)"
    r"|\d+[a-z]\b(?!\s[a-z]{2})|[√π±]"
    r"|\d+(?:\s[a-zA-Z](?![a-zA-Z'’]))+(?=[\s.$*]*$)|\d+\s?(?:\\(?!text|mathrm|%|\$|times|div|cdot"
    r"|[()\[\],;!quad ])|π|√)"
)
_OUT_OF = re.compile(r"\d{1,6} out of (?:every )?\d{1,6}(?=\W*$)")


_LABEL_WORDS = re.compile(r"\\text[a-z]*\s?\{[^{}]*[a-zA-Z]{2,}[^{}]*\}\s*\$?\\?\$?\d")
SEGMENT = re.compile(
    r"\\\((?P<round>[^\n]{1,200}?)\\\)|\\\[(?P<square>.{1,300}?)\\\]|\$\$?(?P<dollar>[^$\n]{1,200}?)\$\$?(?!\d)", re.S
)
"""A formula between mathematical delimiters."""


class Value(NamedTuple):
    """A value read from `text[start:end]`."""

    start: int
    end: int
    canonical: str
    choice: bool = False


def sentence_end(text: str, start: int, end: int) -> int:
    """Where the sentence that begins at `start` stops: a full stop that is no decimal point, or the line's end."""
    stop = min(end, start + MAX_FRAGMENT)
    match = _ENDS.search(text, start, stop)
    return match.start() if match else stop


def value_at(text: str, start: int, end: int, depth: int = 0) -> Value | None:
    """The value that stands at `start`, after words and signs that only lead to it; None if something else does."""
    lead = _LEAD.match(text, start, min(end, start + MAX_FRAGMENT))
    start = lead.end() if lead else start
    if start >= end or depth > 3:
        return None
    stop = sentence_end(text, start, end)
    return (
        _delimited(text, start, end)
        or _letter(text, start, stop)
        or _chain(text, start, stop, depth)
        or _quantity(text, start, stop)
        or _bracketed(text, start, end)
        or _named(text, start, end, depth)
        or _formula(text, start, stop)
        or _words(text, start, stop)
    )


def _value(text: str, start: int, end: int) -> Value | None:
    while end > start and text[end - 1].isspace():
        end -= 1
    value = canonical(text[start:end])
    return Value(start, end, value) if value else None


def _delimited(text: str, start: int, end: int) -> Value | None:
    """A value between mathematical delimiters or in `\\boxed`."""
    if text.startswith((r"\boxed", r"\fbox"), start):
        return boxed_at(text, start, end)
    if text.startswith((r"\(", r"\["), start):
        closed = text.find(r"\)" if text[start + 1] == "(" else r"\]", start, min(end, start + MAX_FRAGMENT))
        if closed < 0:
            return None
        return _mathematics(text, start + 2, closed, closed + 2, end)
    if text.startswith("$", start) and (match := _DOLLARS.match(text, start, end)):
        return _mathematics(text, match.start(1), match.end(1), match.end(), end)
    return None


def _mathematics(text: str, start: int, stop: int, after: int, end: int) -> Value | None:
    content = text[start:stop]
    box = max(content.find(r"\boxed"), content.find(r"\fbox"))
    if box >= 0:
        return boxed_at(text, start + box, end)
    if re.search(r"(?<![\\a-zA-Z{])[a-zA-Z]{3,} [a-zA-Z]", content):
        return None  # prose between two currency signs
    if percent := _PERCENT_AFTER.match(text, after, end):
        value = canonical(content.rstrip("\\") + "%")
        return Value(start, percent.end(), value) if value else None
    return _value(text, start, stop)


def boxed_at(text: str, start: int, end: int) -> Value | None:
    """The content of the `\\boxed` or `\\fbox` at `start`, with or without braces; cut short it reads to the end."""
    opened = start + (6 if text.startswith(r"\boxed", start) else 5)
    while opened < end and text[opened] == " ":
        opened += 1
    if opened >= end:
        return None
    if text[opened] != "{":
        match = re.compile(r"[^\s$]{1,60}").match(text, opened, end)
        return _value(text, opened, match.end()) if match else None
    closed = closing_brace(text, opened)
    if closed < 0 or closed > end:
        closed = min(end, opened + 60)
        if "\n" in text[opened:closed] or closed < end:
            return None
    content = text[opened + 1 : closed].strip()
    if not content or re.fullmatch(
        r"(?i)(?:\\text\{)?(?:your |final |the )*(?:answer|number|value|result)s?\}?|\.{2,}|_+|\?", content
    ):
        return None
    value = canonical(content)
    if "\\text" in content and not re.fullmatch(r"[-\d./,{}]+%?", value):  # "\text{Tom has } 5"
        numerals = re.findall(r"(?<![\w\\^_{.-])\d[\d,]*(?:\.\d+)?(?![\w^(\\.])", content)
        if len(numerals) == 1 and not re.search(r"[=+*^_]|\\(?!text)", content) and _LABEL_WORDS.search(content):
            value = canonical(numerals[0])
    return Value(opened + 1, closed, value, choice=bool(re.fullmatch(r"[A-J]", value))) if value else None


def _letter(text: str, start: int, stop: int) -> Value | None:
    match = _CHOICE.match(text, start, stop)
    if match is None:
        return None
    return Value(match.start(), match.end(), match[1] or match[2], choice=True)


def _chain(text: str, start: int, stop: int, depth: int) -> Value | None:
    """The last side of what begins as a calculation: the text's own result, not ours."""
    if text[start] not in "0123456789$€£¥₹(\\-−.":
        return None
    segment = text[start:stop]
    if depth >= 3 or not ("=" in segment or "≈" in segment or " equals" in segment or "which" in segment):
        return None
    sides = list(_SIDES.finditer(text, start, stop))
    if not sides:
        return None
    equals = sides[-1]
    before = text[start : equals.start()]
    if before.count("(") != before.count(")") or _ASIDE.search(before) or (before.count("$") % 2 and "\\" in before):
        return None
    if equals[0] not in ("=", "≈") and not _JOINS.search(before):
        return None
    if not re.search(r"\d", before):
        return None
    return value_at(text, equals.end(), stop, depth=3)


def _quantity(text: str, start: int, stop: int) -> Value | None:
    match = QUANTITY.match(text, start, stop)
    if match is None:
        return None
    rest = match.end()
    if rest == stop and _PLAIN.fullmatch(text, start, stop):
        return _value(text, start, stop)
    if text.startswith(" out of", rest) and (odds := _OUT_OF.match(text[:stop], start)):
        return _value(text, start, odds.end())
    if _OPERATOR.match(text, rest, stop) and (run := _ARITHMETIC.match(text, start, stop)):
        whole = _value(text, start, run.end())
        if whole is not None and re.fullmatch(r"-?[\d./]+", whole.canonical):
            return whole
    if sum_of_units := COMPOUND.match(text, start, stop):
        value = _value(text, start, sum_of_units.end())
        if value is not None and " " in value.canonical:
            return value
    if (listed := _LIST.fullmatch(text, start, stop)) and re.search(r"[,;]|\s(?:and|or)\s", listed[0]):
        return _value(text, listed.start(), listed.start() + len(listed[0].rstrip("\"'”’»")))
    if formula := _FORMULA.match(text, start, stop):
        return _formula(text, formula.start(), stop)
    if text.startswith(("^", r"\pi", r"\sqrt", "π", "√", "!"), rest) and text[rest : rest + 1] != "!":
        return _formula(text, start, stop) or _value(text, start, rest)
    return _value(text, start, rest)


def _bracketed(text: str, start: int, end: int) -> Value | None:
    """A tuple, an interval or a set."""
    opened = start + 1 if text.startswith(r"\{", start) else start
    if text[opened] not in "([{":
        return None
    closed = closing(text, opened, 200)
    if closed < 0 or closed >= end or "," not in text[opened:closed] or "\n" in text[opened:closed]:
        return None
    if re.search(r"[a-zA-Z]{3,} [a-zA-Z]", text[opened:closed]):
        return None
    return _value(text, start, closed + 1)


def _named(text: str, start: int, end: int, depth: int) -> Value | None:
    match = _NAME.match(text, start, end)
    if match is None:
        return None
    stop = sentence_end(text, start, end)
    last = stop - len(split(text[match.end() : stop], "=")[-1])
    return value_at(text, max(last, match.end()), end, depth + 1)


def _formula(text: str, start: int, stop: int) -> Value | None:
    if not re.compile(r"[-(]?\d*\s*").match(text, start) or stop - start > 120:
        return None
    match = _FORMULA.match(text, start, stop)
    if (
        match is None
        and not text.startswith(("-", "(", "±", r"\pm"), start)
        and not re.match(r"\d+[\\π√^]", text[start : start + 12])
    ):
        return None
    return (
        None if re.search(r"(?<![\\a-zA-Z{])[a-zA-Z]{3,} [a-zA-Z]{2,}", text[start:stop]) else _value(text, start, stop)
    )


def _words(text: str, start: int, stop: int) -> Value | None:
    """A number in words."""
    match = NUMBER_WORDS.match(text, start, stop)
    if match is None:
        return None
    value = canonical(text[start : min(stop, start + 80)])
    if re.fullmatch(r"-?[\d./]+", value):
        return Value(start, stop, value)
    value = canonical(match[0])
    return Value(start, match.end(), value) if value else None
