"""Text that a model wrote, made safe to look at.

HTML escaping alone is the template's work. What is left is what escaping does not touch: characters that are invisible,
that reorder the text around them, that a file cannot hold, or that a terminal obeys; and texts of any length.
"""

import unicodedata

KEPT = {"\n", "\t"}
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that get a visible stand-in: controls, format characters (bidirectional overrides, zero-width
characters, tags), lone surrogates, private use, unassigned, line and paragraph separators."""


def visible(text: str) -> str:
    """The text with stand-ins for invisible characters: the picture of a C0 control, else the code (`⟨U+202E⟩`)."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n")
    return "".join(c if c in KEPT or unicodedata.category(c) not in INVISIBLE else _stand_in(c) for c in text)


def _stand_in(character: str) -> str:
    code = ord(character)
    return chr(0x2400 + code) if code < 0x20 else f"⟨U+{code:04X}⟩"


def cut(text: object, limit: int) -> str:
    """The text as it is shown: visible, and beyond `limit` characters cut, with the full length said."""
    whole = str(text)
    if len(whole) <= limit:
        return visible(whole)
    return f"{visible(whole[:limit])} … (cut here: {limit:,} of {len(whole):,} characters shown)"
