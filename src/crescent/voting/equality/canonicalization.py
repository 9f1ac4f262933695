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
from functools import lru_cache

from crescent.voting.equality.amounts import MATH, amount, without_unit
from crescent.voting.equality.arithmetic import value_of
from crescent.voting.equality.bases import in_base, odds
from crescent.voting.equality.inequalities import interval
from crescent.voting.equality.latex import closing, closing_brace, simplified, split
from crescent.voting.equality.names import is_name
from crescent.voting.equality.numerals import NUMBER, exact, from_words, short_number, written
from crescent.voting.equality.separators import in_english, unbraced

MAX_LENGTH = 1000
MAX_DEPTH = 6

_PLAIN = re.compile(rf"\$?([-+]?{NUMBER})")
_CURRENCY_SIGN = re.compile(r"\b(?:US|AU|CA|HK|NZ|[ACSR])?\$+|(?<=[\s\d])\$|\$")
_TIMES = re.compile(r"(?<=[\d)])\s+[xX]\s+(?=[$(.\d])")
_APPROXIMATION = re.compile(r"(?i)^(?:approximately|approx\.?|about|around|roughly|nearly|exactly|only|just|≈|~)\s*")
_CHOICE = re.compile(
    r"^(?:(?:[Oo]ption|[Cc]hoice|[Aa]nswer)\s+)?\(?([A-J])[).:]?$|^\(([a-j])\)$|^\(?([A-J])\)\s*(?!and\b|or\b)[^\s,]"
    r"|^([A-J])(?:\.\s*|:\s+|\s+(?=\())(?=[^,=]*[\d\\])(?![A-J]\b)[^=]+$"  # "B. 6", "B (6)"
)
_LETTERS = re.compile(r"^(?:\([A-J]\)\s*){2,}$|^[A-J](?:(?:[\s,;/&]|\band\b|\bor\b)+[A-J])+$")
_JOINED_LETTERS = re.compile(r"(?=[A-J]{2,10}$)A?B?C?D?E?F?G?H?I?J?")  # the options "ACD"
_LABEL = re.compile(r"^\s*(?:[A-Za-zΓ]|\\ell|\\Gamma)(?:_\w)?\s*:\s*(?=[^:]*[A-Za-z][^:]*=)")
_MATRIX = re.compile(r"\\begin\{(?:[pbB]?matrix|array)\}(?:\{[clr| ]*\})?(.*?)\\end\{(?:[pbB]?matrix|array)\}", re.S)
_NUMBER_COMMANDS = re.compile(r"\\(?:frac|sqrt|d?binom|text)(?![a-zA-Z])")
_COMMAND = re.compile(r"\\[a-z]+")
_EXCLAMATION = re.compile(r"(?<=[^\W\d_]{2})[)\"*]*!+$|(?<=\s)!+$")  # not the factorials "5!" and "n!"
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_LABELLED = re.compile(r"^[^\W\d_][^\d:=]{1,40}:\s*(?=\S)")
_LIST_WORDS = re.compile(r"(?i)(?:,\s*)?\s(?:and|or)\s|(?<=[)\d}\]])\s*(?:and|or)\s*(?=[-(\d\\\[{A-Z])")


@lru_cache(maxsize=1 << 16)
def canonical(text: str) -> str:
    """The canonical text of an answer; empty when there is nothing in it. Never raises, takes bounded time."""
    if number := short_number(text):
        return number
    if "," in text or "." in text:
        text = in_english(unbraced(text))
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
        text = re.sub(
            r"(?:\\left)?[\[(]\s*(\[\[[^\\]*?\]\])\s*(?:\\right)?[\])]", r"\1", text
        )  # brackets around the array
    text = _CURRENCY_SIGN.sub(" ", simplified(text))  # also the delimiters of formulas
    return _canonical(_TIMES.sub("*", text), 0)


def _canonical(text: str, depth: int) -> str:
    text = _unwrapped(text)
    if not text or depth > MAX_DEPTH:
        return _spelled(text)
    text = _LABEL.sub("", text)
    return (
        in_base(text)
        or odds(text)
        or amount(text)
        or _choice(text)
        or _plus_minus(text, depth)
        or _equation(text, depth)
        or interval(text, lambda part: _canonical(part, depth + 1))
        or _union(text, depth)
        or _bracketed(text, depth)
        or _worded(text)
        or _labelled(text, depth)
        or _listed(text, depth)
        or _spelled(text)
    )


def _unwrapped(text: str) -> str:
    """Without emphasis, quotes, mathematical delimiters, final punctuation, `\\boxed` and idle brackets."""
    for _ in range(8):
        before = text
        text = text.strip().strip('*`"').strip("\u2026").rstrip(",;:\\").strip()
        text = _EXCLAMATION.sub("", text)
        if text.endswith(".") and not text.endswith(".m.") and not text.endswith(".M."):
            text = text[:-1]
        text = _APPROXIMATION.sub("", text)
        if text[:2] in (r"\(", r"\[") and text[-2:] in (r"\)", r"\]"):
            text = text[2:-2]
        elif text.startswith((r"\boxed", r"\fbox")) and (opened := text.find("{")) in (5, 6, 7):
            closed = closing_brace(text, opened)
            text = f"{text[opened + 1 : closed]} {text[closed + 1 :]}" if closed > 0 else text[opened + 1 :]
        elif (text[:1] in ("(", "{", "[") and closing(text, 0) == len(text) - 1 and _idle(text[1:-1], text[0])) or (
            len(text) > 2 and text[0] == text[-1] == "'"
        ):
            text = text[1:-1]
        elif text.startswith("_") and text.endswith("_"):
            text = text.strip("_")
        if text == before:
            break
    return text


def _idle(inside: str, opening: str) -> bool:
    """Whether brackets around `inside` say nothing: no list in them, and no letter of a choice."""
    if inside.lstrip().startswith("[") and opening == "[":
        return False  # the matrix [[1,2]] of one row is not the vector [1,2]
    return len(split(inside, ",;|")) == 1 and not re.fullmatch(r"\s*[A-Ja-j]\s*", inside) and ":" not in inside


def _choice(text: str) -> str:
    if _LETTERS.match(text):
        letters = sorted(set(re.findall(r"[A-J]", text)))
        return "{" + ",".join(letters) + "}" if len(letters) > 1 else letters[0]
    match = _CHOICE.match(text)
    return (match[1] or match[2] or match[3] or match[4]).upper() if match else ""


def _plus_minus(text: str, depth: int) -> str:
    """Both values of a text with one ±: ±3 is {-3,3}."""
    if text.count("±") != 1 or re.search(r"[∓:|]", text) or len(split(text, ",;")) > 1:
        return ""
    name, equals, rest = text.rpartition("=")
    if equals and not is_name(name):
        return ""
    before, _, after = rest.partition("±")
    return _as_set(
        [_canonical(f"{before}{sign if before.strip() or sign == '-' else ''}{after}", depth + 1) for sign in "+-"]
    )


def _equation(text: str, depth: int) -> str:
    if not re.search(r"(?<![<>!])=|≈|∈", text) or re.search(r"[<>]|!=", text):
        return ""
    text = _THOUSANDS.sub("", text)
    if len(split(text, ",;")) > 1 or _LIST_WORDS.search(text):
        return ""
    exact_part = text.partition("≈")[0]
    text = exact_part if "=" in exact_part else text
    sides = split(text.replace("==", "="), "=≈∈")
    if any(not side.strip() for side in sides[1:]):
        return ""
    name, last = sides[0].strip(), sides[-1]
    if not name or is_name(name):
        key = _canonical(last, depth + 1)
        unknowns = re.fullmatch(r"-?[a-z]", key) or (MATH.search(key) and re.search(r"[a-zA-Z]", _COMMAND.sub("", key)))
        return f"{name}={key}" if unknowns and re.fullmatch(r"\w'*(?:\(\w\))?", name) else key
    value = value_of(without_unit(last))
    if value is not None and not re.search(r"[a-zA-Z]", _NUMBER_COMMANDS.sub("", name)):
        return written(value)
    return ""


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
        return _condition(inside, depth)
    parts = split(inside, ",;")
    if len(parts) < 2 and text[0] != "{":
        return ""
    values = [_canonical(part, depth + 1) for part in parts if part.strip()]
    if text[0] == "{":
        return _as_set(values)
    return f"{text[0]}{','.join(values)}{text[-1]}"


def _condition(inside: str, depth: int) -> str:
    """A set by a condition in one letter is the interval of the condition: {x: x > 2} is (2,∞)."""
    name, _, condition = inside.partition(":") if ":" in inside else inside.partition("|")
    if (
        not re.fullmatch(r"\s*[a-z]\s*(?:∈\s*(?:\\mathbb\s?\{?\s?R\s?\}?|R)\s*)?", name)
        or name.strip()[0] not in condition
    ):
        return ""
    return interval(condition.strip(), lambda part: _canonical(part, depth + 1))


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
    if sum(char in "([{" for char in text) != sum(char in ")]}" for char in text):
        return ""
    if ";" in text and (tuples := _named_tuples(text, depth)):
        return tuples
    names = [part.partition("=")[0].strip() for part in parts]
    named = all("=" in part for part in parts) and all(map(is_name, names))
    values = [_canonical(part, depth + 1) for part in parts]
    if not all(values):
        return ""
    if named and len(set(names)) == len(names):
        pairs = sorted(zip((name.replace(" ", "") for name in names), values, strict=True))
        return ",".join(f"{name}={value.rpartition('=')[2]}" for name, value in pairs)
    return _as_set(values)


def _named_tuples(text: str, depth: int) -> str:
    """Several solutions with named values: "p=5,q=2; p=7,q=2" is {(5,2),(7,2)}."""
    solutions = [_listed(part, depth + 1) for part in split(text, ";") if ";" not in part]
    pairs = [[pair.partition("=") for pair in split(solution, ",")] for solution in solutions]
    names = {tuple(name for name, _, _ in pair) for pair in pairs}
    if (
        len(solutions) < 2
        or len(names) != 1
        or len(*names) < 2
        or not all(sign for pair in pairs for _, sign, _ in pair)
    ):
        return ""
    return _as_set([f"({','.join(value for _, _, value in pair)})" for pair in pairs])


def _labelled(text: str, depth: int) -> str:
    """A number with a label before it: "Total profit: 1,500"."""
    label = _LABELLED.match(text)
    value = _canonical(text[label.end() :], depth + 1) if label else ""
    return value if re.fullmatch(r"-?[\d./]+%?", value) else ""


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
    rows = re.split(r"\\\\|\\cr\b|\\(?=[\d\s(&-]|[a-z](?![a-zA-Z]))", match[1])  # also rows that lost a backslash
    cells = ["[" + ",".join(canonical(cell) for cell in row.split("&")) + "]" for row in rows if row.strip()]
    return "[" + ",".join(cells) + "]"


def _spelled(text: str) -> str:
    """What has no value of its own: words without case, formulas without spaces."""
    text = text.strip()
    letters_alone = re.search(r"[^\W\d_]{2}", text) is None  # "x - t", "(x)(y)"
    if (not MATH.search(text) and not letters_alone) or re.search(r"(?<![\\a-zA-Z])[a-zA-Z]{3,} [a-zA-Z]{2,}", text):
        words = " ".join(text.split()).strip(" .,!?\"'()")
        if len(words) == 1 or _JOINED_LETTERS.fullmatch(words):
            return words
        return re.sub(r"^(?:the|an?)\s+(?=\w)", "", words.casefold())
    text = re.sub(r"_(\w)(?=\s)", r"_{\1}", text)
    text = re.sub(r"(\\[a-zA-Z]+)\s+(?=\w)", "\\1\0", text)  # the space that ends a command's name
    if "^" in text and re.fullmatch(r"[\d^{}\s]+", text):
        text = re.sub(r"(?<=[\d}])\s+(?=\d)", "*", text)  # 2^2 3 5
    text = re.sub(r"(\^(?:\d+|\{[^{}]*\}))\s+(?=\d)|(?<=\d)\s+(?=\d+\^)", r"\1*", text)  # factors: 2^3 5
    text = re.sub(r"(\d/\d+)\s+(?=[a-zA-Z\\(√π])", r"\1*", text)  # 1/2 x
    text = re.sub(r"(?<=\d)\s+(?=\d)", "\0", text)  # "3 4" is not 34
    text = re.sub(r"\s+", "", text).replace("\0", " ")
    text = re.sub(r"\\sqrt\(([^()]*)\)|√\(([^()]*)\)", lambda m: f"\\sqrt{{{m[1] or m[2]}}}", text)
    text = re.sub(r"√(\d+|[a-z])", r"\\sqrt{\1}", text)
    return text if "/" in text else re.sub(r"(?<=[\d)}])\*(?=[a-zA-Z(\\π])", "", text)
