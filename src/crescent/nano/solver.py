"""The truth of the nano world: what a text of its sentences says, worked out one sentence at a time.

The solver is an audit. It tells how many of the labels that voting produced are right; nothing in the loop reads it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crescent.nano.grammar import Sentence, parse


class IllPosedError(Exception):
    """The sentences do not determine one nonnegative integer."""


class Value(NamedTuple):
    """A quantity and the steps ("12 + 5 = 17") that lead to it from the numbers of the text."""

    number: int
    steps: tuple[str, ...] = ()


def compute(left: Value, sign: str, right: Value) -> Value:
    """`left sign right` with the step written down. Raises `IllPosedError` below zero and for a remainder."""
    if sign == "/":
        number, rest = divmod(left.number, right.number) if right.number else (0, 1)
        if rest:
            raise IllPosedError(f"{left.number} / {right.number} is no integer")
    else:
        number = {"+": left.number + right.number, "-": left.number - right.number, "*": left.number * right.number}[
            sign
        ]
    if number < 0:
        raise IllPosedError("a quantity falls below zero")
    step = f"{left.number} {sign} {right.number} = {number}"
    return Value(number, tuple(dict.fromkeys((*left.steps, *right.steps, step))))


@dataclass
class State:
    """What is known after some sentences. An amount belongs to an owner and an item: ("Ann", "pens")."""

    amounts: dict[tuple[str, str], Value] = field(default_factory=dict)
    prices: dict[str, Value] = field(default_factory=dict)
    paid: dict[str, Value] = field(default_factory=dict)
    shares: dict[tuple[str, str], Value] = field(default_factory=dict)
    fills: dict[tuple[str, str], Value] = field(default_factory=dict)

    def get(self, owner: str, item: str) -> Value:
        """The amount of `item` that `owner` has; `IllPosedError` when nothing has said so."""
        return _known(self.amounts, (owner, item))

    def set(self, owner: str, item: str, value: Value) -> None:
        """State an amount for the first time; saying it twice is a contradiction."""
        if (owner, item) in self.amounts:
            raise IllPosedError(f"{owner} {item}: said twice")
        self.amounts[owner, item] = value

    def change(self, owner: str, item: str, sign: str, by: Value) -> None:
        """Add to, take from, multiply or divide an amount that is known."""
        self.amounts[owner, item] = compute(self.get(owner, item), sign, by)


def _known(table: Mapping[Any, Value], key: object) -> Value:
    if key not in table:
        raise IllPosedError(f"{key}: not known")
    return table[key]


class Words:
    """The slots of one sentence with what the meanings need from them."""

    def __init__(self, slots: Mapping[str, str]) -> None:
        self.slots = slots

    def __getitem__(self, name: str) -> str:
        return self.slots[name]

    def number(self, name: str) -> Value:
        """The number in slot `name`, as it stands in the text."""
        return Value(int(self.slots[name]))

    @property
    def owner(self) -> str:
        """Whose amount the sentence is about: the place or thing if it names one, else person `a`."""
        return self.slots.get("o") or self.slots["a"]

    @property
    def people(self) -> tuple[str, str]:
        """Persons `a` and `b`, who must not be the same."""
        if self.slots["a"] == self.slots["b"]:
            raise IllPosedError("one person twice")
        return self.slots["a"], self.slots["b"]

    @property
    def product(self) -> Value:
        """`k` groups of `n`."""
        return compute(self.number("k"), "*", self.number("n"))


def _have_two(state: State, words: Words) -> None:
    state.set(words.owner, words["x"], words.number("n"))
    state.set(words.owner, words["y"], words.number("m"))


def _compared(sign: str, slot: str) -> Callable[[State, Words], None]:
    def effect(state: State, words: Words) -> None:
        person, other = words.people
        state.set(other, words["x"], compute(state.get(person, words["x"]), sign, words.number(slot)))

    return effect


def _half_as_many(state: State, words: Words) -> None:
    person, other = words.people
    state.set(other, words["x"], compute(state.get(person, words["x"]), "/", Value(2)))


def _give(state: State, words: Words) -> None:
    giver, taker = words.people
    state.change(giver, words["x"], "-", words.number("n"))
    if (taker, words["x"]) in state.amounts:
        state.change(taker, words["x"], "+", words.number("n"))


def _daily(state: State, words: Words) -> None:
    if (words.owner, words["x"]) in state.amounts:
        state.change(words.owner, words["x"], "+", words.product)
    else:
        state.set(words.owner, words["x"], words.product)


def _price(state: State, words: Words) -> None:
    if words["x"] in state.prices:
        raise IllPosedError("two prices")
    state.prices[words["x"]] = words.number("n")


def _pay(state: State, words: Words) -> None:
    person = words["a"]
    cost = compute(words.number("k"), "*", _known(state.prices, words["x"]))
    state.paid[person] = compute(state.paid[person], "+", cost) if person in state.paid else cost
    if (person, "dollars") in state.amounts:
        state.change(person, "dollars", "-", cost)


def _share(state: State, words: Words) -> None:
    state.shares[words["x"], words["c"]] = compute(state.get(words.owner, words["x"]), "/", words.number("k"))
    del state.amounts[words.owner, words["x"]]


def _fill(state: State, words: Words) -> None:
    state.fills[words["a"], words["c"]] = compute(state.get(words["a"], words["x"]), "/", words.number("n"))
    del state.amounts[words["a"], words["x"]]


def _ask_people(sign: str) -> Callable[[State, Words], Value]:
    def effect(state: State, words: Words) -> Value:
        person, other = words.people
        return compute(state.get(person, words["x"]), sign, state.get(other, words["x"]))

    return effect


def _ask_kinds(state: State, words: Words) -> Value:
    if words["x"] == words["y"]:
        raise IllPosedError("one item twice")
    return compute(state.get(words.owner, words["x"]), "+", state.get(words.owner, words["y"]))


# What each meaning does to the state; a question gives back a value, everything else None.
MEANINGS: Mapping[str, Callable[[State, Words], Value | None]] = {
    "have": lambda state, words: state.set(words.owner, words["x"], words.number("n")),
    "have_two": _have_two,
    "have_groups": lambda state, words: state.set(words.owner, words["x"], words.product),
    "more": _compared("+", "n"),
    "fewer": _compared("-", "n"),
    "times": _compared("*", "k"),
    "half": _half_as_many,
    "gain": lambda state, words: state.change(words.owner, words["x"], "+", words.number("n")),
    "lose": lambda state, words: state.change(words.owner, words["x"], "-", words.number("n")),
    "gain_groups": lambda state, words: state.change(words.owner, words["x"], "+", words.product),
    "lose_groups": lambda state, words: state.change(words.owner, words["x"], "-", words.product),
    "lose_half": lambda state, words: state.change(words.owner, words["x"], "/", Value(2)),
    "give": _give,
    "daily": _daily,
    "price": _price,
    "pay": _pay,
    "share": _share,
    "fill": _fill,
    "ask": lambda state, words: state.get(words.owner, words["x"]),
    "ask_later": lambda state, words: compute(state.get(words["a"], words["x"]), "+", words.number("n")),
    "ask_before": lambda state, words: compute(state.get(words["a"], words["x"]), "-", words.number("n")),
    "ask_both": _ask_people("+"),
    "ask_kinds": _ask_kinds,
    "ask_more": _ask_people("-"),
    "ask_fewer": _ask_people("-"),
    "ask_paid": lambda state, words: _known(state.paid, words["a"]),
    "ask_share": lambda state, words: _known(state.shares, (words["x"], words["c"])),
    "ask_filled": lambda state, words: _known(state.fills, (words["a"], words["c"])),
}


def interpret(sentences: Sequence[Sentence]) -> Value:
    """The value that the last sentence asks for. Raises `IllPosedError` unless exactly the last one is a question."""
    state = State()
    value = None
    for sentence in sentences:
        if value is not None:
            raise IllPosedError("something follows the question")
        value = MEANINGS[sentence.meaning](state, Words(sentence.slots))
    if value is None:
        raise IllPosedError("no question")
    return value


def solve(text: str) -> int | None:
    """The answer to `text`, or None when it is not a well-posed problem of this world. Never raises."""
    sentences = parse(text)
    if sentences is None:
        return None
    try:
        return interpret(sentences).number
    except IllPosedError:
        return None
