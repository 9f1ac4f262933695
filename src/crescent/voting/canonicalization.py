"""One text for each value: answers with the same canonical text are equivalent.

    18.00, $18, 18 dollars, \\boxed{18}, x = 18      18
    1,00,000  1.2 x 10^3  twenty-one                 100000  1200  21
    \\frac{1}{2}, 1/2, .5                             0.5
    50%, 50 percent, 50\\%                            50%      (what it equals: crescent.voting.equivalence)
    2:4, 1 to 2                                      1:2
    10:30 a.m.                                       10:30 am
    (1, 2)  [0, 1)  x < 3                            (1,2)  [0,1)  (-∞,3)
    y = 2, x = 1                                     x=1,y=2
    {2, 1}, 1 and 2, x = 1 or x = 2                  {1,2}
    \\text{Monday}, monday                            monday
    (B), B.                                          B

Everything else keeps its text without spaces and layout. `canonical(canonical(x)) == canonical(x)`.
"""

import re
from fractions import Fraction
from functools import lru_cache

from crescent.voting.arithmetic import value_of
from crescent.voting.latex import closing, closing_brace, simplified, split
from crescent.voting.numerals import CURRENCY, NUMBER, POWER_OF_TEN, SCALES, exact, from_words, written
from crescent.voting.units import compound

MAX_LENGTH = 1000
MAX_DEPTH = 6

PERCENT = r"(?:\\?%|percent(?:age)?(?:\s+points?)?\b|per\s+cent\b|pct\b)"
_PLAIN = re.compile(rf"\$?([-+]?{NUMBER})")
_QUANTITY = re.compile(
    rf"(?P<sign>[-+]?)\s?(?:{CURRENCY}\s?)?(?P<inner>[-+]?)"
    rf"(?:(?P<whole>\d{{1,9}})(?:\s+|-|\s+and\s+)(?P<over>\d{{1,9}})\s?/\s?(?P<under>\d{{1,9}})"
    rf"|(?P<number>{NUMBER}(?P<power>{POWER_OF_TEN})?)(?:\s?/\s?(?P<by>{NUMBER}))?)(?![\d:^])"
)
_SPACED = re.compile(r"(?<![\d.])\d{1,3}(?: \d{3}){1,5}(?!\d)")
_CURRENCY_SIGN = re.compile(r"\b(?:US|AU|CA|HK|NZ|[ACSR])?\$+|(?<=[\s\d])\$|\$")
_TIMES = re.compile(r"(?<=[\d)])\s+[xX]\s+(?=[$(.\d])")
_SCALE = re.compile(r"(?i)\s*\b(hundred|thousand|million|billion|trillion)\b|(?<=\d)([kKM])\b")
_NOT_A_UNIT = "and|or|to|plus|minus|times|sin|cos|tan|cot|sec|csc|log|ln|exp|sqrt|pi|mod|if|when|where|for|than|is"
_UNIT = re.compile(
    rf"(?i)\s*(?:[({{]?\s*(?!(?:{_NOT_A_UNIT})\b)(?:[a-z][a-z'-]+|(?-i:[mgshL])(?![\w(*+])|in\b)|°|[$€£¥₹¢]|per\b|/\s?[a-z])[^\d=<>+*|∪]*"
    r"(?:\^\s?\{?[23]\}?[^\d=<>+*|∪]*)?$"
)
_APPROXIMATION = re.compile(r"(?i)^(?:approximately|approx\.?|about|around|roughly|nearly|exactly|only|just|≈|~)\s*")
_ASSIGNED = re.compile(r"^\s*[|∠△]?(?:\\[a-z]+\s?)?[A-Za-z{(|∠△][A-Za-z{}():/,| '∠△]{0,60}(?:\(\d{1,4}\))?[|']?\s*$")
_SUBSCRIPT = re.compile(r"_(?:\{[^{}]{1,20}\}|\w)")
_TIME = re.compile(r"(?i)^(\d{1,2}):(\d\d)(?::(\d\d))?\s*(?:(a|p)\.?\s?m\.?)?(?:\s*o'?clock)?$")
_HOUR = re.compile(r"(?i)^(\d{1,2})\s*(a|p)\.?\s?m\.?$")
_RATIO = re.compile(rf"^({NUMBER})((?:\s*(?::|\bto\b)\s*{NUMBER}){{1,4}})$")
_CHOICE = re.compile(r"^\(?([A-J])[).:]?$|^\(([a-j])\)$|^\(([A-J])\)\s*(?!and\b|or\b)[^\s,]")
_MATRIX = re.compile(r"\\begin\{(?:[pbB]?matrix|array)\}(?:\{[clr| ]*\})?(.*?)\\end\{(?:[pbB]?matrix|array)\}", re.S)
_COMMAND = re.compile(r"\\[a-z]+")
_RELATION = re.compile(r"(<=|>=|<|>)")
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_MATH = re.compile(r"[\\^_=<>+*/|∪∩∞π±√{}\d]")
_LIST_WORDS = re.compile(r"(?i)(?:,\s*)?\s(?:and|or)\s|(?<=[)\d}\]])\s*(?:and|or)\s*(?=[-(\d\\\[{A-Z])")


@lru_cache(maxsize=1 << 16)
def canonical(text: str) -> str:
    """The canonical text of an answer; empty when there is nothing in it. Never raises, takes bounded time."""
    for _ in range(MAX_DEPTH):  # odd texts need several passes: "((1)),." and the like
        before, text = text, _one_pass(text)
        if text == before:
            break
    return text


def _one_pass(text: str) -> str:
    if len(text) < 40 and (plain := _PLAIN.fullmatch(text)) and (value := exact(plain[1])) is not None:
        return written(value)
    if len(text) > MAX_LENGTH:
        return " ".join(text.split()).casefold()
    if "\\\\" in text and "\\begin" not in text:
        text = text.replace("\\\\", "\\")
    if "\\begin" in text:
        text = _MATRIX.sub(_rows, text)
    text = _CURRENCY_SIGN.sub(" ", simplified(text))  # also the delimiters of formulas
    return _canonical(_TIMES.sub("*", text), 0)


def _canonical(text: str, depth: int) -> str:
    text = _unwrapped(text)
    if not text or depth > MAX_DEPTH:
        return _spelled(text)
    return (
        _sum_of_units(text)
        or _number(text)
        or _clock(text)
        or _choice(text)
        or _equation(text, depth)
        or _inequality(text, depth)
        or _union(text, depth)
        or _bracketed(text, depth)
        or _worded(text)
        or _listed(text, depth)
        or _spelled(text)
    )


def _unwrapped(text: str) -> str:
    """Without emphasis, quotes, mathematical delimiters, final punctuation, `\\boxed` and idle brackets."""
    for _ in range(8):
        before = text
        text = text.strip().strip('*`"').strip("\u2026").rstrip(",;:!").strip()
        if text.endswith(".") and not text.endswith(".m.") and not text.endswith(".M."):
            text = text[:-1]
        text = _APPROXIMATION.sub("", text)
        if text[:2] in (r"\(", r"\[") and text[-2:] in (r"\)", r"\]"):
            text = text[2:-2]
        elif text.startswith((r"\boxed", r"\fbox")) and (opened := text.find("{")) in (5, 6, 7):
            closed = closing_brace(text, opened)
            text = f"{text[opened + 1 : closed]} {text[closed + 1 :]}" if closed > 0 else text[opened + 1 :]
        elif text[:1] in ("(", "{", "[") and closing(text, 0) == len(text) - 1 and _idle(text[1:-1]):
            text = text[1:-1]
        elif text.startswith("_") and text.endswith("_"):
            text = text.strip("_")
        if text == before:
            break
    return text


def _idle(inside: str) -> bool:
    """Whether brackets around `inside` say nothing: no list in them, and no letter of a choice."""
    return len(split(inside, ",;|")) == 1 and not re.fullmatch(r"\s*[A-Ja-j]\s*", inside) and ":" not in inside


def _sum_of_units(text: str) -> str:
    parts = compound(text) if text[0].isdigit() else []
    return " ".join(f"{number} {unit}" for number, unit in parts)


def _number(text: str) -> str:
    text = _SPACED.sub(lambda spaced: spaced[0].replace(" ", ""), text)
    match = _QUANTITY.match(text)
    if match is None:
        if not _MATH.search(text) or (text[0] in "([{" and "," in text):
            return ""
        result = value_of(_without_unit(text.removesuffix("%")))
        return "" if result is None else written(result) + "%" * text.endswith("%")
    value = _quantity(match)
    rest = text[match.end() :]
    if value is None:
        return ""
    if scale := _SCALE.match(rest):
        value *= SCALES[scale[1].lower()] if scale[1] else {"k": 10**3, "K": 10**3, "M": 10**6}[scale[2]]
        rest = rest[scale.end() :]
    if not rest.strip():
        return written(value)
    if percent := re.match(rf"(?i)\s*{PERCENT}", rest):
        tail = rest[percent.end() :]
        if not tail.strip() or _UNIT.match(tail) or tail.lstrip().startswith(("of ", "off")):
            return written(value) + "%"
    if _UNIT.match(rest):
        return "" if _clock(text) else written(value)
    result = value_of(_without_unit(text))
    return "" if result is None else written(result)


def _quantity(match: re.Match[str]) -> Fraction | None:
    if match["whole"]:
        if int(match["under"]) == 0:
            return None
        value: Fraction | None = int(match["whole"]) + Fraction(int(match["over"]), int(match["under"]))
    else:
        value = exact(match["number"])
        if value is not None and match["by"]:
            under = exact(match["by"])
            value = value / under if under else None
    if value is None:
        return None
    return -value if (match["sign"] == "-") != (match["inner"] == "-") else value


def _without_unit(text: str) -> str:
    """The expression without the unit words, currency and degree signs around it."""
    text = text.replace("$", "").replace("°", "")
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    tail = re.search(r"(?<=[\d})])\s*[a-zA-Z][a-zA-Z .]*(?:\^\s?\{?[23]\}?)?$", text)
    return text[: tail.start()] if tail and _UNIT.match(tail[0]) else text


def _clock(text: str) -> str:
    if match := _TIME.match(text):
        hour, minute, second, half = int(match[1]), match[2], match[3], match[4]
        if hour <= 24 and int(minute) < 60:
            clock = f"{hour}:{minute}" + (f":{second}" if second else "")
            return f"{clock} {half.lower()}m" if half else clock
    if match := _HOUR.match(text):
        return f"{int(match[1])}:00 {match[2].lower()}m"
    if match := _RATIO.match(text):
        terms = [exact(term) for term in re.findall(NUMBER, text)]
        if all(term is not None for term in terms):
            return _ratio([term for term in terms if term is not None])
    return ""


def _ratio(terms: list[Fraction]) -> str:
    scale = Fraction(1)
    for term in terms:
        scale *= term.denominator
    whole = [int(term * scale) for term in terms]
    divisor = 0
    for number in whole:
        divisor = _gcd(divisor, number)
    return ":".join(str(number // (divisor or 1)) for number in whole)


def _gcd(one: int, other: int) -> int:
    while other:
        one, other = other, one % other
    return one


def _choice(text: str) -> str:
    match = _CHOICE.match(text)
    return (match[1] or match[2] or match[3]).upper() if match else ""


def _equation(text: str, depth: int) -> str:
    if not re.search(r"(?<![<>!])=|≈|∈", text) or re.search(r"[<>]|!=", text):
        return ""
    if len(split(text, ",;")) > 1 or _LIST_WORDS.search(text):
        return ""
    exact_part = text.partition("≈")[0]
    text = exact_part if "=" in exact_part else text
    sides = split(text.replace("==", "="), "=≈∈")
    if any(not side.strip() for side in sides[1:]):
        return ""
    name, last = sides[0].strip(), sides[-1]
    if not name or _ASSIGNED.match(_SUBSCRIPT.sub("", name)):
        key = _canonical(last, depth + 1)
        unknowns = _MATH.search(key) and re.search(r"[a-zA-Z]", _COMMAND.sub("", key))
        return f"{name}={key}" if unknowns and re.fullmatch(r"\w(?:\(\w\))?", name) else key
    value = value_of(_without_unit(last))
    if value is not None and not re.search(r"[a-zA-Z]", _COMMAND.sub("", name)):
        return written(value)
    return ""


def _inequality(text: str, depth: int) -> str:
    parts = [part.strip() for part in _RELATION.split(text)]
    if len(parts) not in (3, 5) or "!=" in text:
        return ""
    if len(parts) == 3:
        left, sign, right = parts
        if not re.fullmatch(r"-?[A-Za-z]", left):
            left, sign, right = right, _FLIPPED[sign], left
        negated = left.startswith("-")
        bound = _bound(right, depth)
        if not re.fullmatch(r"-?[A-Za-z]", left) or not bound:
            return ""
        closed = "=" in sign
        if negated:
            sign, bound = _FLIPPED[sign], _canonical(f"-({bound})", depth + 1)
        if sign.startswith("<"):
            return f"(-∞,{bound}{']' if closed else ')'}"
        return f"{'[' if closed else '('}{bound},∞)"
    low, first, name, second, high = parts
    if first[0] != second[0] or not re.fullmatch(r"[A-Za-z]", name):
        return ""
    if first[0] == ">":
        low, first, second, high = high, second, first, low
    below, above = _bound(low, depth), _bound(high, depth)
    if not below or not above:
        return ""
    return f"{'[' if '=' in first else '('}{below},{above}{']' if '=' in second else ')'}"


def _bound(text: str, depth: int) -> str:
    return _canonical(text, depth + 1) if _MATH.search(text) and not re.search(r"[=<>]", text) else ""


def _union(text: str, depth: int) -> str:
    text = re.sub(r"(?<=[)\]}])\s*U\s*(?=[(\[{\\])", "∪", text)
    parts = split(text, "∪")
    if len(parts) < 2 or not all(part.strip() for part in parts):
        return ""
    return "∪".join(sorted(_canonical(part, depth + 1) for part in parts))


def _bracketed(text: str, depth: int) -> str:
    if text.startswith(r"\{") and text.endswith(r"\}"):
        text = "{" + text[2:-2] + "}"
    if text[:1] not in ("(", "[", "{") or closing(text, 0) != len(text) - 1:
        return ""
    inside = text[1:-1]
    if ("|" in inside or ":" in inside) and text[0] == "{":
        return ""
    parts = split(inside, ",;")
    if len(parts) < 2 and text[0] != "{":
        return ""
    values = [_canonical(part, depth + 1) for part in parts if part.strip()]
    if text[0] == "{":
        return _as_set(values)
    return f"{text[0]}{','.join(values)}{text[-1]}"


def _as_set(values: list[str]) -> str:
    """Without order and repeats; a set of one value is that value."""
    distinct = sorted(set(values))
    return distinct[0] if len(distinct) == 1 else "{" + ",".join(distinct) + "}"


def _listed(text: str, depth: int) -> str:
    """A list without brackets: several unknowns with their values in the order of their names, otherwise a set."""
    parts = [part.strip() for part in split(_LIST_WORDS.sub(", ", text), ",;")]
    parts = [re.sub(r"(?i)^(?:and|or)\s", "", part) for part in parts if part]
    if len(parts) < 2 or any(len(part) > 60 for part in parts):
        return ""
    names = [part.partition("=")[0].strip() for part in parts]
    named = all("=" in part for part in parts) and all(_ASSIGNED.match(_SUBSCRIPT.sub("", name)) for name in names)
    values = [_canonical(part, depth + 1) for part in parts]
    if not all(values):
        return ""
    if named and len(set(names)) == len(names):
        pairs = sorted(zip((name.replace(" ", "") for name in names), values, strict=True))
        return ",".join(f"{name}={value.rpartition('=')[2]}" for name, value in pairs)
    return _as_set(values)


def _worded(text: str) -> str:
    """A number in words, alone or before what it counts."""
    if not re.match(r"[A-Za-z]", text) or len(text) > 100:
        return ""
    words = re.sub(r"[.,!]", " ", text).split()
    for length in range(min(len(words), 8), 0, -1):
        rest = words[length:]
        if rest and (
            rest[0].lower() in ("and", "or", "of", "to", "point") or any(any(map(str.isdigit, w)) for w in rest)
        ):
            continue
        value = from_words(" ".join(words[:length]))
        if value is not None:
            return written(value)
    return ""


def _rows(match: re.Match[str]) -> str:
    rows = re.split(r"\\\\|\\cr\b", match[1])
    cells = ["[" + ",".join(canonical(cell) for cell in row.split("&")) + "]" for row in rows if row.strip()]
    return "[" + ",".join(cells) + "]"


def _spelled(text: str) -> str:
    """What has no value of its own: words without case, formulas without spaces."""
    text = text.strip()
    if not _MATH.search(text) or re.search(r"(?<![\\a-zA-Z])[a-zA-Z]{3,} [a-zA-Z]{2,}", text):
        words = " ".join(text.split()).strip(" .,!?\"'()")
        if len(words) == 1:
            return words
        return re.sub(r"^(?:the|an?)\s+(?=\w)", "", words.casefold())
    text = re.sub(r"_(\w)(?=\s)", r"_{\1}", text)
    text = re.sub(r"(\\[a-zA-Z]+)\s+(?=\w)", "\\1\0", text)  # the space that ends a command's name
    text = re.sub(r"\s+", "", text).replace("\0", " ")
    text = re.sub(r"\\sqrt\(([^()]*)\)|√\(([^()]*)\)", lambda m: f"\\sqrt{{{m[1] or m[2]}}}", text)
    text = re.sub(r"√(\d+|[a-z])", r"\\sqrt{\1}", text)
    return re.sub(r"(?<=[\d)}])\*(?=[a-zA-Z(\\π])", "", text)
