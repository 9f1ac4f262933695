"""Sentences of the nano world: every wording is used both to write a sentence and to read it back.

A `Sentence` is a meaning with filled slots. `render` picks one of the wordings of that meaning; `parse` finds meaning
and slots again. The parser knows nothing of the order in which the generator puts sentences, so it also reads texts
that a model composed freely from the same sentence patterns.

Slots: `a`, `b` people; `o` a place or thing that owns; `x`, `y` items; `c` a kind of container; `n`, `m`, `k` numbers.
"""

import random
import re
from collections.abc import Mapping
from typing import NamedTuple

from crescent.nano import wording


class Sentence(NamedTuple):
    """One sentence: what it says (a key of `solver.MEANINGS`) and with which words and numbers."""

    meaning: str
    slots: Mapping[str, str]


class Pattern(NamedTuple):
    """One wording. `fixed` holds slots that the wording implies without naming them ("years old": x = years)."""

    meaning: str
    text: str
    slots: frozenset[str]
    fixed: Mapping[str, str]
    regex: re.Pattern[str]


_ITEM = r"(?!more |fewer |the |of )[a-z]+(?: [a-z]+)?"
_SLOT_REGEX = {
    **dict.fromkeys("ab", "[A-Z][a-z]+"),
    **dict.fromkeys("xy", _ITEM),
    **dict.fromkeys("oc", "[a-z]+"),
    **dict.fromkeys("nmk", "[0-9]{1,9}"),
}
# Units are measured, not owned: they are only ever written by wordings that imply them.
UNITS = frozenset({"years", "meters"})


def _pattern(meaning: str, text: str, **fixed: str) -> Pattern:
    seen: set[str] = set()

    def slot(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        return f"(?P<{name}>{_SLOT_REGEX[name]})"

    regex = re.sub(r"\\\{(\w)\\\}", slot, re.escape(text))
    return Pattern(meaning, text, frozenset(seen), fixed, re.compile(regex))


PATTERNS: tuple[Pattern, ...] = (
    # What there is.
    _pattern("have", "{a} has {n} {x}."),
    _pattern("have", "{a} starts with {n} {x}."),
    _pattern("have", "At first {a} has {n} {x}."),
    _pattern("have", "There are {n} {x} in the {o}."),
    _pattern("have", "The {o} holds {n} {x}."),
    _pattern("have", "{a} is {n} years old.", x="years"),
    _pattern("have", "A {o} is {n} meters long.", x="meters"),
    _pattern("have_two", "{a} has {n} {x} and {m} {y}."),
    _pattern("have_two", "There are {n} {x} and {m} {y} in the {o}."),
    _pattern("have_groups", "{a} has {k} {c} with {n} {x} in each."),
    _pattern("have_groups", "{a} fills {k} {c} with {n} {x} each."),
    _pattern("have_groups", "There are {k} {c} of {n} {x} in the {o}."),
    # One person beside another.
    _pattern("more", "{b} has {n} more {x} than {a}."),
    _pattern("more", "{b} is {n} years older than {a}.", x="years"),
    _pattern("fewer", "{b} has {n} fewer {x} than {a}."),
    _pattern("fewer", "{b} is {n} years younger than {a}.", x="years"),
    _pattern("times", "{b} has {k} times as many {x} as {a}."),
    _pattern("times", "{b} is {k} times as old as {a}.", x="years"),
    _pattern("half", "{b} has half as many {x} as {a}."),
    _pattern("half", "{b} is half as old as {a}.", x="years"),
    # What happens.
    *(_pattern("gain", f"{{a}} {verb} {{n}} more {{x}}.") for verb in wording.GAIN_VERBS),
    _pattern("gain", "{a} puts {n} more {x} in the {o}."),
    _pattern("gain", "{a} adds {n} {x} to the {o}."),
    _pattern("gain", "{a} ties {n} more meters to the {o}.", x="meters"),
    *(_pattern("lose", f"{{a}} {verb} {{n}} {{x}}.") for verb in wording.LOSE_VERBS),
    _pattern("lose", "{a} takes {n} {x} from the {o}."),
    _pattern("lose", "{a} cuts {n} meters off the {o}.", x="meters"),
    _pattern("gain_groups", "{a} buys {k} {c} of {n} {x}."),
    _pattern("gain_groups", "{a} gets {k} {c} with {n} {x} in each."),
    _pattern("lose_groups", "{a} gives {n} {x} to each of {k} friends."),
    _pattern("lose_half", "{a} gives away half of the {x}."),
    _pattern("lose_half", "{a} sells half of the {x}."),
    _pattern("give", "{a} gives {n} {x} to {b}."),
    _pattern("give", "{b} gets {n} {x} from {a}."),
    *(_pattern("daily", f"{{a}} {verb} {{n}} {{x}} a day for {{k}} days.") for verb in wording.MAKE_VERBS),
    _pattern("daily", "For {k} days {a} makes {n} {x} every day."),
    # Money.
    _pattern("price", "The {x} cost {n} dollars each."),
    _pattern("price", "Each of the {x} costs {n} dollars."),
    _pattern("pay", "{a} buys {k} of the {x}."),
    _pattern("pay", "{a} pays for {k} of the {x}."),
    # Equal parts.
    _pattern("share", "{a} shares the {x} equally among {k} friends.", c="friends"),
    _pattern("share", "{a} packs the {x} into {k} equal {c}."),
    _pattern("share", "{a} cuts the {o} into {k} equal parts.", c="parts", x="meters"),
    _pattern("fill", "{a} packs the {x} into {c} of {n}."),
    _pattern("fill", "{a} puts {n} {x} into each of the {c}."),
    # The question.
    _pattern("ask", "How many {x} does {a} have now?"),
    _pattern("ask", "How many {x} does {a} have in the end?"),
    _pattern("ask", "How many {x} does {a} have?"),
    _pattern("ask", "How many {x} are in the {o} now?"),
    _pattern("ask", "How many {x} are in the {o}?"),
    _pattern("ask", "How old is {a}?", x="years"),
    _pattern("ask", "How many meters long is the {o} now?", x="meters"),
    _pattern("ask_later", "How old will {a} be in {n} years?", x="years"),
    _pattern("ask_before", "How old was {a} {n} years ago?", x="years"),
    _pattern("ask_both", "How many {x} do {a} and {b} have together?"),
    _pattern("ask_both", "How many {x} do {a} and {b} have in all?"),
    _pattern("ask_both", "How old are {a} and {b} together?", x="years"),
    _pattern("ask_kinds", "How many {x} and {y} does {a} have in all?"),
    _pattern("ask_kinds", "How many {x} and {y} are in the {o} together?"),
    _pattern("ask_more", "How many more {x} does {a} have than {b}?"),
    _pattern("ask_more", "How many years older is {a} than {b}?", x="years"),
    _pattern("ask_fewer", "How many fewer {x} does {b} have than {a}?"),
    _pattern("ask_paid", "How many dollars does {a} pay?"),
    _pattern("ask_paid", "How many dollars does {a} spend?"),
    _pattern("ask_share", "How many {x} does each friend get?", c="friends"),
    _pattern("ask_share", "How many {x} are in each of the {c}?"),
    _pattern("ask_share", "How many meters long is each part?", c="parts", x="meters"),
    _pattern("ask_filled", "How many {c} does {a} fill?"),
    _pattern("ask_filled", "How many {c} does {a} need?"),
)

_WORDINGS: dict[str, list[Pattern]] = {}
for _each in PATTERNS:
    _WORDINGS.setdefault(_each.meaning, []).append(_each)


def render(sentence: Sentence, rng: random.Random) -> str:
    """Write `sentence` in one of its wordings. Raises KeyError when the world has none for it."""
    wordings = [pattern for pattern in _WORDINGS[sentence.meaning] if _fits(pattern, sentence)]
    if not wordings:
        raise KeyError(f"no wording for {sentence}")
    return rng.choices(wordings, falling_weights(len(wordings)))[0].text.format_map(sentence.slots)


def falling_weights(count: int) -> list[float]:
    """Weights for `count` choices of which the first is the most common (exponent 1.5 over the rank)."""
    return [(rank + 1) ** -1.5 for rank in range(count)]


def _fits(pattern: Pattern, sentence: Sentence) -> bool:
    slots = sentence.slots
    return (
        pattern.slots | pattern.fixed.keys() == slots.keys()
        and all(slots[name] == value for name, value in pattern.fixed.items())
        and (slots.get("x") not in UNITS or "x" in pattern.fixed)
        and (slots.get("c") not in {"friends", "parts"} or "c" in pattern.fixed)
    )


def parse(text: str) -> list[Sentence] | None:
    """Read `text` sentence by sentence; None when one of them is not of this world.

    Never raises, whatever the text; time is linear in its length times the number of wordings.
    """
    sentences = []
    for part in re.split(r"(?<=[.?]) ", text.strip()):
        sentence = _parse_sentence(part)
        if sentence is None:
            return None
        sentences.append(sentence)
    return sentences


def _parse_sentence(text: str) -> Sentence | None:
    for pattern in PATTERNS:
        if match := pattern.regex.fullmatch(text):
            sentence = Sentence(pattern.meaning, {**match.groupdict(), **pattern.fixed})
            if _fits(pattern, sentence):
                return sentence
    return None
