"""Which words stand for a number, a unit or a name.

"The same problem with other figures" is one problem: a number together with its unit becomes one mark, so that
"2 hours", "two hours" and "120 minutes" leave the same text, and "$1,200" the same as "twelve hundred dollars". The
decision is made word by word and needs no other text, so it never depends on what else is in the pool.
"""

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
