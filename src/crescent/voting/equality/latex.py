"""LaTeX to the plain notation that `canonical` compares: one spelling for each symbol, no layout.

Not a LaTeX parser. What is left untouched (`\\frac`, `\\sqrt`, braces of groups) is understood by
`crescent.voting.equality.arithmetic` or left to the symbolic comparison.
"""

import re

_LAYOUT = re.compile(
    r"\\(?:left|right|[bB]igg?[lr]?|displaystyle|textstyle|limits|quad|qquad|mathstrut|phantom\{[^{}]*\})(?![a-zA-Z])"
    r"|\\q?quad(?=[a-zA-Z]_)|\\[!,;:> ]|~"
)
_WORDS = re.compile(
    r"\\(?:text|textbf|textit|textrm|textsf|texttt|textnormal|mathrm|mathbf|mathit|mathsf|mathtt|mathcal|mbox|hbox|"
    r"operatorname|emph|bm|boldsymbol|underline)\*?\s?\{([^{}]*)\}"
)
_UNBRACED_FRACTION = re.compile(r"\\frac\s*(?:\{([^{}]*)\}|(\d|[a-zA-Z]))\s*(?:\{([^{}]*)\}|(\d|[a-zA-Z]))")
_UNBRACED_ROOT = re.compile(r"\\sqrt\s*(\d|[a-zA-Z])(?![\w{])")
_COMMANDS = {
    "times": "*", "cdot": "*", "ast": "*", "div": "/", "pm": "±", "mp": "∓",
    "le": "<=", "leq": "<=", "leqslant": "<=", "ge": ">=", "geq": ">=", "geqslant": ">=", "lt": "<", "gt": ">",
    "ne": "!=", "neq": "!=", "approx": "≈", "infty": "∞", "pi": "π", "cup": "∪", "cap": "∩", "in": "∈",
    "emptyset": "∅", "varnothing": "∅", "lbrace": r"\{", "rbrace": r"\}", "lbrack": "[", "rbrack": "]",
    "colon": ":", "degree": "°", "dollar": "$", "percent": "%", "pounds": "£", "euro": "€", "ldots": "...",
    "dots": "...", "cdots": "...", "lvert": "|", "rvert": "|", "vert": "|", "mid": "|",
}  # fmt: skip
_REPEATING = re.compile(
    r"(?<![\d.])(\d{0,20})\.(\d{0,20}?)(?:\\(?:overline|bar|dot)\s?\{?(\d{1,20})\}?|(\d)\4{2,20}(?:\.\.+|…"
    r"|\\ldots|\\dots))"
)
_COMMAND = re.compile(r"\\([a-zA-Z]+)")
_SYMBOLS = str.maketrans(
    {
        "−": "-", "–": "-", "﹣": "-", "－": "-", "×": "*", "·": "*", "⋅": "*", "∙": "*", "÷": "/", "∕": "/", "⁄": "/",
        "≤": "<=", "⩽": "<=", "≥": ">=", "⩾": ">=", "≠": "!=", "：": ":", "，": ",", "（": "(", "）": ")", "％": "%",
        "½": r"\frac{1}{2}", "⅓": r"\frac{1}{3}", "⅔": r"\frac{2}{3}", "¼": r"\frac{1}{4}", "¾": r"\frac{3}{4}",
        "⅕": r"\frac{1}{5}", "⅖": r"\frac{2}{5}", "⅗": r"\frac{3}{5}", "⅘": r"\frac{4}{5}", "⅙": r"\frac{1}{6}",
        "⅚": r"\frac{5}{6}", "⅛": r"\frac{1}{8}", "⅜": r"\frac{3}{8}", "⅝": r"\frac{5}{8}", "⅞": r"\frac{7}{8}",
        "⁰": "^0", "¹": "^1", "²": "^2", "³": "^3", "⁴": "^4", "⁵": "^5", "⁶": "^6", "⁷": "^7", "⁸": "^8", "⁹": "^9",
        "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u200b": "", "\ufeff": "", "“": '"', "”": '"', "‘": "'", "’": "'",
        "、": ",", "；": ";", "。": ".", "٫": ".", "٬": ",", "［": "[", "］": "]", "＝": "=", "＋": "+", "ℓ": "l",
        "„": '"', "«": '"', "»": '"', "‟": '"', "‹": "'", "›": "'", "‚": "'", "「": '"', "」": '"',
        "『": '"', "』": '"',
        "〝": '"', "〞": '"',
    }
)  # fmt: skip
_ZEROS = "٠۰߀०০੦૦୦௦౦೦൦෦๐໐༠၀႐០᠐᥆᧐᪀᪐᭐᮰᱀᱐꘠꣐꤀꧐꧰꩐꯰０𝟎𝟘𝟢𝟬𝟶"
_SYMBOLS |= {ord(zero) + digit: str(digit) for zero in _ZEROS for digit in range(10)}


def simplified(text: str) -> str:
    """`text` with one spelling per symbol and without layout commands and font switches."""
    text = text.translate(_SYMBOLS)
    if "..." in text or "…" in text or "\\" in text:
        text = _REPEATING.sub(_repeated, text)
    if "\\" not in text:
        return text
    text = text.replace("{,}", ",").replace(r"\%", "%").replace(r"\$", "$").replace(r"\#", "#").replace(r"\_", "_")
    text = re.sub(r"(?<=\d),?\\[!,] ?(?=\d{3})", "", text)
    text = re.sub(r"\^\s?\{?\s?\\(?:circ|degree)\s?\}?|\\circ\b", "°", text)
    text = _LAYOUT.sub(" ", text)
    for _ in range(4):
        text, count = _WORDS.subn(r" \1 ", text)
        if not count:
            break
    text = re.sub(r"\\[dtc]frac(?![a-zA-Z])", r"\\frac", text)
    text = _COMMAND.sub(lambda match: _COMMANDS.get(match[1], match[0]), text)
    text = _UNBRACED_ROOT.sub(r"\\sqrt{\1}", text)
    return _UNBRACED_FRACTION.sub(_braced_fraction, text)


def _repeated(match: re.Match[str]) -> str:
    """A repeating decimal as a fraction: 0.1\\overline{6} is 15/90."""
    whole, before, period = match[1] or "0", match[2] or "", match[3] or match[4]
    over = int(whole + before + period) - int(whole + before)
    return f"\\frac{{{over}}}{{{10 ** len(before) * (10 ** len(period) - 1)}}}"


def _braced_fraction(match: re.Match[str]) -> str:
    over, under = match[1] or match[2] or "", match[3] or match[4] or ""
    return f"\\frac{{{over}}}{{{under}}}"


def closing(text: str, start: int, limit: int = 2000) -> int:
    """Index of the bracket that closes the one at `text[start]`, at most `limit` characters on; -1 if there is none.

    Any opening bracket may be closed by any closing one, as in the interval (0, 1].
    """
    depth = 0
    position = start
    end = min(len(text), start + limit)
    while position < end:
        char = text[position]
        if char == "\\" and position + 1 < end and text[position + 1] not in "{}[]()":
            position += 1
        elif char in "{[(":
            depth += 1
        elif char in "}])":
            depth -= 1
            if depth == 0:
                return position
        position += 1
    return -1


def closing_brace(text: str, start: int, limit: int = 2000) -> int:
    """Index of the `}` that closes the `{` at `text[start]`, counting unescaped braces alone; -1 if there is none."""
    depth = 0
    position = start
    end = min(len(text), start + limit)
    while position < end:
        char = text[position]
        if char == "\\":
            position += 1
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return position
        position += 1
    return -1


def sides(text: str) -> list[str]:
    """`text` cut at its equals signs, not at those of a subscript or of `<=`."""
    parts = split(text, "=")
    return [text] if any(part.endswith(("<", ">", "!")) for part in parts[:-1]) else parts


def split(text: str, separators: str) -> list[str]:
    """`text` cut at the separators that stand outside all brackets."""
    parts, depth, start = [], 0, 0
    for position, char in enumerate(text):
        if char in "{[(":
            depth += 1
        elif char in "}])":
            depth -= 1
        elif depth == 0 and char in separators:
            parts.append(text[start:position])
            start = position + 1
    parts.append(text[start:])
    return parts
