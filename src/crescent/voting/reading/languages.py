"""Words that name and conclude an answer in other languages, and their decimal comma.

Chinese, German, French, Spanish, Danish (also Norwegian and Swedish) and Portuguese; Italian and Dutch where the words
are alike.
"""

import re

from crescent.voting.equality.separators import grouped, in_english, swapped

ANSWER_IS = (
    r"(?:(?:最终|最后|正确)?(?:答案|结果)(?:应该|应当)?(?:是|为|等于)?\s?[:：]?|故(?:应)?选(?:择)?\s?[:：]?|(?:因此|所以|应该?|故)选择?\s?[:：]?|"
    r"(?:正确)?(?:选项|答案)(?:是|为)\s?[:：]?"
    r"|(?<![a-zåäöüéèß])(?i:antwort|lösung|ergebnis|endergebnis|réponse|solution|résultat|respuesta|solución"
    r"|resultado|resposta|solução|"
    r"svar(?:et)?|løsning(?:en)?|resultat(?:et)?|risposta|antwoord)(?i:\s(?:final|finale|correcta?|correta"
    r"|corretta|juste|richtige|rigtige|est donc))?[*_]{0,3}\s?"
    r"(?:(?i:ist|lautet|beträgt|est|es|é|er|är|blir|è|is)(?![a-zåäöüéèß'’])(?:\s?:)?|[:：]))"
)
"""Before an announced answer."""
OPTION_IS = (
    r"(?:正确选项(?:是|为)|故选|应选|因此选|所以选|选择|选)\s?[:：]?\s?"
    r"[(（]?(?P<zh>[A-J](?:[、,，]?[A-J])*)[)）]?(?![A-Za-z])"
)
CONCLUDES = (
    r"因此|所以|故|综上|总共|一共|共计|答：|"
    r"also\b|insgesamt|somit|daher|folglich|donc\b|au total|ainsi\b|por lo tanto|por "
    r"tanto|en total|"
    r"entonces|derfor|i alt\b|altså|så\b|portanto|logo\b|no total|assim\b|quindi|in totale|dus\b|in totaal"
)
"""At the start of a concluding sentence."""
_WORDS = re.compile(
    r"(?i)(?<![^\W\d_])(?:der|die|das|und|ist|sind|hat|insgesamt|antwort|also|für|kostet|bezahlt|"
    r"og|er|har|det|til|svaret|svar|betaler|koster|i alt|han|hun|på|"
    r"le|la|les|des|est|donc|pour|réponse|coûte|el|los|las|es|en|por|para|respuesta|cuesta|total de|"
    r"é|são|não|resposta|portanto|custa|um|uma|och|är|il|di|sono|costa|het|een|zijn|antwoord)(?![^\W\d_])"
)
_ENGLISH = re.compile(
    r"(?i)(?<![^\W\d_])(?:the|is|are|and|of|so|has|have|answer|we|she|he|they|for|total|it|that|per|each"
    r"|then)(?![^\W\d_])"
)
_COMMA = re.compile(r"(?<![\d.,])(\d{1,9}),(\d{1,2})(?![\d,]|\s?[;,]\s?\d|\.\d)")
_THOUSANDS = r"[1-9]\d{0,2}(?:\.\d{3})+(?!\d|[.,]\d)"
_GROUPS = re.compile(rf"(?<![\d.,]){_THOUSANDS}")
_GROUPS_OR_THREE = re.compile(rf"(?<![\d.,])(?:{_THOUSANDS}|\d{{1,3}},\d{{3}}(?![\d,]|\.\d))")
_SPACED = re.compile(
    r"(?<![\d.,])(?<!\d[ \u00a0])[1-9]\d{0,2}(?:[ \u00a0]\d{3})+(?:,\d{1,2})?(?=[ \u00a0][^\W\d_]{3}|[.?!]?$)", re.M
)
_DECIMAL_POINT = re.compile(r"(?<![\d.,])\d{1,9}\.\d{1,2}(?![\d.,])")
_SEPARATED = re.compile(r"\d[,.\s]\d")


def with_decimal_points(text: str) -> str:
    """`text` with the decimal commas of other languages as points, of the same length: 3,5 Meter, 12,50 kr, $100,00.

    What a number or its unit says holds in every text (`equality.separators`). In one whose words are of another
    language (twice as many as English ones) one or two digits after a comma are decimals, and points or spaces before
    three digits are thousands; three digits after a comma are decimals if another number of the text has decimals
    after a comma and none has them after a point.
    """
    if _SEPARATED.search(text) is None:
        return text
    foreign, english = len(_WORDS.findall(text[-4000:])), len(_ENGLISH.findall(text[-4000:]))
    if foreign <= 2 * english:
        return in_english(text)
    commas = _COMMA.search(text) is not None or in_english(text) != text
    threes = commas and _DECIMAL_POINT.search(text) is None
    text = (_GROUPS_OR_THREE if threes else _GROUPS).sub(swapped, text)
    text = _SPACED.sub(grouped, text)
    return _COMMA.sub(swapped, in_english(text))
