"""Whether a text has a number in it and asks for something: in English, German, French and Chinese.

A text is taken for German or French where words of that language stand in it, for Chinese where its signs do; what
holds for English holds for every text. In another language figures and a question mark are understood.
"""

import re
from dataclasses import dataclass

SENTENCE = (
    r"(?:\A|[.!?:;,，。：；！？…\n]|\b(?:then|and|please|now|to|und|bitte|dann|et|puis|请|試|试))[\s\"'“„«(*_#>-]*"
)
"""Before a word with which a sentence begins, or its last part: "Then find ..."."""


@dataclass(frozen=True)
class Language:
    """`spoken`: what shows that a text is in this language; `quantity`: a number in words; `asks`: it asks for one."""

    spoken: re.Pattern[str]
    quantity: re.Pattern[str]
    asks: re.Pattern[str]


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W\d_])(?:{pattern})(?![^\W\d_])", re.IGNORECASE)


def _asks(anywhere: str, first: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W\d_])(?:{anywhere})(?![^\W\d_])|{SENTENCE}(?:{first})(?![^\W\d_])", re.IGNORECASE)


ENGLISH = Language(
    re.compile(""),
    _words(
        "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
        "|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|dozen|half|third|quarter|twice"
        "|double|triple"
    ),
    _asks(
        "find|calculate|compute|determine|how (?:many|much|long|far|old|often)|what (?:is|are|was)",
        "solve|simplify|evaluate|give|express|factori[sz]e|factor|expand|convert|round|name|state|estimate|prove"
        "|differentiate|integrate|compare|reduce|divide|multiply|add|subtract|count|work out|identify|list|show"
        r"|write(?! (?:an?|another|me|some)\b[^.?!\n]{0,40}\b(?:story|poem|essay|problem|question)s?\b)"
        "|approximate|how|what|by how",
    ),
)
_NUMBER = (
    "ein|eins|zwei|drei|vier|fünf|sechs|sech|sieben|sieb|acht|neun|zehn|elf|zwölf|zwan|zig|ßig|ssig|hundert|tausend|und"
)
GERMAN = Language(
    _words(
        "der|das|dem|den|und|ist|sind|ein|eine[nrsm]?|wie|viele|wieviele?|mit|für|von|auf|nach|gib|berechne[nt]?"
        "|bestimme[nt]?|löse|ermittle|vereinfache|nenne|hälfte|welche[nrsm]?"
    ),
    _words(
        rf"(?!(?:ein|und)+\b)(?:{_NUMBER})+(?:mal|fache[ns]?|fach|tel[ns]?|te[nrs]?|ste[nrs]?)?|million(?:en)?|milliarden?"
        "|dutzend|hälfte|halbe[nrsm]?|halb|drittel[ns]?|viertel[ns]?|doppelte?[nrs]?|doppelt|dreifache?[ns]?|paar"
    ),
    _asks(
        "wie ?viele?[ns]?|wie (?:groß|lange?|weit|oft|alt|hoch|schwer|schnell|teuer|breit|tief|spät)|welche[nrsm]?"
        "|was (?:ist|sind|ergibt|kostet|kosten)",
        "berechne[nt]?|bestimme[nt]?|löse[nt]?|ermittle|ermitteln|vereinfache[nt]?|finde[nt]?|gib|geben sie|nenne[nt]?"
        "|schreibe?|zeige[nt]?|vergleiche[nt]?|rechne|wandle|runde|kürze|erweitere|faktorisiere|ordne|schätze|addiere"
        "|subtrahiere|multipliziere|dividiere|teile|zähle|werte|was|wie",
    ),
)
FRENCH = Language(
    _words(
        "les|des|une|est|sont|dans|avec|combien|quel(?:le)?s?|qui|calcule[rz]?|détermine[rz]?|trouve[rz]?|résou(?:s|dre)"
        "|résolve[zr]?|simplifie[rz]?|donne[rz]?|évalue[rz]?|moitié|du|sa|ses|chaque|nombre"
    ),
    _words(
        "deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingts?|trente|quarante"
        "|cinquante|soixante|cents?|mille|millions?|moitié|tiers|quarts?|double|triple|douzaines?|demie?s?"
    ),
    _asks(
        "combien|quel(?:le)?s?|que (?:vaut|valent|font)|qu['’]est-ce",
        "calcule[rz]?|détermine[rz]?|trouve[rz]?|résou(?:s|dre)|résolve[zr]?|simplifie[rz]?|donne[rz]?|évalue[rz]?"
        "|exprime[rz]?|factorise[rz]?|développe[rz]?|écri(?:s|re|vez)|compare[rz]?|converti(?:s|r|ssez)"
        "|arrondi(?:s|r|ssez)|cherche[rz]?|montre[rz]?|additionne[rz]?|nomme[rz]?|indique[rz]?|démontre[rz]?",
    ),
)
CHINESE = Language(
    re.compile(r"[\u4e00-\u9fff]"),
    re.compile(r"[二两四五六七八九百千亿半]|三(?!角)|十(?!分)|(?<!千)万(?!一)|[一零]百|一(?=半|倍|打|双|对)|双倍|翻倍"),
    re.compile(
        r"多少|几|什么|哪|如何|怎样|怎么|吗|是否|请问|试问"
        rf"|{SENTENCE}[试請请]?(?:求|计算|解|化简|证明|写出|列出|算出|找出|比较|给出|确定|估算|估计|因式分解|画出|展开|约分)"
    ),
)
LANGUAGES = (ENGLISH, GERMAN, FRENCH, CHINESE)
QUESTION_MARK = re.compile(r"[?？؟՞]")


def has_quantity(text: str) -> bool:
    """Whether a number is in the text, in figures or in words."""
    return any(map(str.isdigit, text)) or any(
        language.spoken.search(text) and language.quantity.search(text) for language in LANGUAGES
    )


def asks(text: str) -> bool:
    """Whether the text has a question mark, or a word that asks."""
    return QUESTION_MARK.search(text) is not None or any(
        language.spoken.search(text) and language.asks.search(text) for language in LANGUAGES
    )
