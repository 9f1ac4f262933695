"""Texts to masked words, whole waves at once.

A text is cut into words, every distinct word is judged once, and the masks are applied to arrays of word numbers. That
is what makes masking a million questions a matter of seconds.
"""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

NUMBER = "#"
UNIT = "~"
NAME = "@"

NUMBER_WORDS = frozenset(
    str.split(
        """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands
    million millions billion billions trillion dozen dozens half halves third thirds fourth fourths quarter quarters
    fifth fifths sixth sixths seventh sevenths eighth eighths ninth ninths tenth tenths twentieth hundredth hundredths
    thousandth first once twice thrice double doubled triple tripled quadruple quadrupled
    """
    )
)

UNIT_WORDS = frozenset(
    str.split(
        """
    second seconds sec secs minute minutes min mins hour hours hr hrs day days week weeks month months year years
    decade decades century centuries am pm inch inches foot feet ft yard yards yd mile miles mph meter meters metre
    metres centimeter centimeters centimetre centimetres millimeter millimeters millimetre millimetres kilometer
    kilometers kilometre kilometres km cm mm kmh square cubic sq acre acres hectare hectares gram grams kilogram
    kilograms kilo kilos milligram milligrams kg mg ounce ounces oz pound pounds lb lbs ton tons tonne tonnes stone
    liter liters litre litres milliliter milliliters millilitre millilitres ml gallon gallons gal quart quarts pint
    pints cup cups tablespoon tablespoons teaspoon teaspoons tbsp tsp fluid dollar dollars usd cent cents euro euros
    penny pennies nickel nickels dime dimes buck bucks percent percentage percents degree degrees celsius fahrenheit
    time times watt watts kilowatt kilowatts
    """
    )
)

# Words that are capitalised at the start of a sentence without being a name.
_COMMON_WORDS = frozenset(
    str.split(
        """
    a about after all also although altogether am among an and another any are as ask assume assuming at be because
    before both but by calculate can consider could determine did do does during each either equal estimate evaluate
    every everyone except express figure find for from give given had has have he hence her here hers his how however
    i if in initially instead into is it its just last later let many more most much my name neither next no not now
    of on only or other our out over please prove round she should show simplify since so solve some step suppose that
    the their them then there therefore these they this those though thus to together today tomorrow total until up
    upon use using was we were what when where whether which while who whom whose why will with without would write
    yesterday yet you your monday tuesday wednesday thursday friday saturday sunday january february march april may
    june july august september october november december
    """
    )
)


def is_number(word: str) -> bool:
    """Whether a case-folded word is a number: it starts with a digit ("12", "3rd", "5kg") or is a number word."""
    return word[0].isnumeric() or word in NUMBER_WORDS


def is_name(word: str) -> bool:
    """Whether a word, in its own case, is taken for a name: capitalised and no common word or number or unit.

    A common noun at the start of a sentence is taken for a name too, which only makes the mask a little wider.
    """
    if len(word) < 2 or not word[0].isupper() or not word[1:].islower():
        return False
    lower = word.casefold()
    return lower not in _COMMON_WORDS and lower not in NUMBER_WORDS and lower not in UNIT_WORDS


# Scripts written without spaces: every character is a word. Signs of arithmetic are words too.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_SIGNS = "+*=<>^"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+|(?<= )-(?= )|[{_SIGNS}×÷√]")
_BREAK = "\0"
_TABLE = bytes(
    code if code > 127 or chr(code).isalnum() or chr(code) in _SIGNS + _BREAK else ord(" ") for code in range(256)
)

_END, _NUMBER, _UNIT, _NAME, _A, _AN, _AND = range(7)
_FIXED = ["\n", NUMBER, UNIT, NAME, "a", "an", "and"]


class Vocabulary(dict[str, int]):
    """Word as written -> number of its masked form, found out on first use. `words` is the way back."""

    def __init__(self, mask_numbers: bool, mask_names: bool) -> None:
        super().__init__({_BREAK: _END})
        self.mask_numbers = mask_numbers
        self.mask_names = mask_names
        self.words = list(_FIXED)
        self._number_of = {word: number for number, word in enumerate(_FIXED) if number >= _A}

    def __missing__(self, word: str) -> int:
        folded = word.casefold()
        if self.mask_numbers and is_number(folded):
            number = _NUMBER
        elif self.mask_numbers and folded in UNIT_WORDS:
            number = _UNIT
        elif self.mask_names and is_name(word):
            number = _NAME
        else:
            number = self._number_of.setdefault(folded, len(self.words))
            if number == len(self.words):
                self.words.append(folded)
        self[word] = number
        return number

    def encode(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """The masked words of all texts as one array; a 0 ends each text."""
        numbers = np.fromiter(map(self.__getitem__, split(texts)), dtype=np.int32)
        return _join_numbers(numbers) if self.mask_numbers else numbers

    def decode(self, numbers: NDArray[np.int32]) -> list[str]:
        """The texts behind the result of `encode`, words joined by single spaces."""
        words = self.words
        joined = " ".join([words[number] for number in numbers.tolist()])
        return [text.strip(" ") for text in joined.split("\n")[:-1]]


def split(texts: Sequence[str]) -> list[str]:
    """The words of all texts in their own case, and a NUL after each text.

    Punctuation is left out; signs of arithmetic are words, a hyphen only where it stands alone ("12 - 5").
    """
    pieces = [text if text.isascii() else _spaced(text) for text in texts]
    if any(_BREAK in piece for piece in pieces):
        pieces = [piece.replace(_BREAK, " ") for piece in pieces]
    joined = _BREAK.join([*pieces, ""]).replace(" - ", " minus ").replace(_BREAK, f" {_BREAK} ")
    for sign in _SIGNS:
        joined = joined.replace(sign, f" {sign} ")
    return joined.encode().translate(_TABLE).decode().split()


def _spaced(text: str) -> str:
    """A text with characters beyond ASCII as its words with spaces between."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).replace("\u2212", " - ")))


def _join_numbers(words: NDArray[np.int32]) -> NDArray[np.int32]:
    """One mark for each number with its unit: "two hundred and five", "1 200", "2 hours and 30 minutes", "a half".

    Marks that follow each other, also over an "and", become one; an article before a number goes; a unit that follows
    no number keeps its own mark.
    """
    is_number = words == _NUMBER
    article = ((words == _A) | (words == _AN)) & _next(is_number)
    words = words[~article]
    is_number = words == _NUMBER
    part = is_number | (words == _UNIT)
    part |= (words == _AND) & _previous(part) & _next(is_number)
    seen = np.cumsum(is_number)
    starts = part & ~_previous(part)
    before = np.maximum.accumulate(np.where(starts, seen - is_number, 0))
    follows = part & (seen - is_number > before)
    joined: NDArray[np.int32] = words[~follows]
    return joined


def _next(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.append(mask[1:], False)


def _previous(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.append(False, mask[:-1])
