"""Bringing texts into one form before they are compared, and refusing rows that are no text."""

import unicodedata
from collections.abc import Sequence

from crescent.errors import DataError

_CHECKED_TOGETHER = 4096


def normalise(text: str) -> str:
    """The text as the exact test compares it: Unicode NFKC, case folded, runs of white space as one space.

    NFKC runs a second time after case folding, because folding can bring back characters that NFKC would have changed
    (Unicode Standard, section 3.13, toNFKC_Casefold).
    """
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def check_texts(texts: Sequence[str], what: str = "questions") -> None:
    """Refuse anything but a sequence of strings that can be encoded.

    Raises `DataError` naming the first bad row, counted from 0.
    """
    if isinstance(texts, str):
        raise DataError(f"{what}: a list of texts is needed, not one text")
    for begin in range(0, len(texts), _CHECKED_TOGETHER):
        try:
            "".join(texts[begin : begin + _CHECKED_TOGETHER]).encode()
        except (TypeError, UnicodeEncodeError):
            for row in range(begin, len(texts)):
                _check_text(texts[row], f"{what}, row {row}")


def _check_text(text: object, place: str) -> None:
    if not isinstance(text, str):
        raise DataError(f"{place}: a text is needed, not {type(text).__name__}")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise DataError(f"{place}: the text has a lone surrogate, which no file can hold; decode it again")
