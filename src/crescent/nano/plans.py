"""Plans of the nano world: which facts, events and question make a problem of a kind, and in which order.

A plan is drawn blindly and may be ill-posed; `world.problem` throws such draws away.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crescent.nano import wording
from crescent.nano.grammar import Sentence, falling_weights
from crescent.nano.solver import IllPosedError


@dataclass(frozen=True)
class Sizes:
    """How large numbers may get: `start` in facts, `change` in events, `factor` in groups, `limit` anywhere."""

    start: tuple[int, int] = (3, 30)
    change: tuple[int, int] = (2, 12)
    factor: tuple[int, int] = (2, 6)
    limit: int = 70


class Draw:
    """The words and numbers of one problem."""

    def __init__(self, rng: random.Random, sizes: Sizes, events: int) -> None:
        self.rng = rng
        self.sizes = sizes
        self.events = events
        self.a, self.b, self.other = _weighted(rng, wording.NAMES, 3)
        self.x, self.y = _weighted(rng, wording.ITEMS, 2)

    def start(self) -> str:
        return str(self.rng.randint(*self.sizes.start))

    def change(self) -> str:
        return str(self.rng.randint(*self.sizes.change))

    def factor(self) -> str:
        return str(self.rng.randint(*self.sizes.factor))

    def container(self) -> str:
        return _weighted(self.rng, tuple(wording.CONTAINERS), 1)[0]

    def have(self, person: str, item: str) -> Sentence:
        return Sentence("have", {"a": person, "x": item, "n": self.start()})

    def plenty(self, person: str, item: str) -> list[Sentence]:
        """A first fact about an amount: a number, groups, or so many a day."""
        style = self.rng.choices(("have", "have_groups", "daily"), (6, 3, 1))[0]
        if style == "have":
            return [self.have(person, item)]
        slots = {"a": person, "x": item, "k": self.factor(), "n": self.factor()}
        return [Sentence(style, slots if style == "daily" else {**slots, "c": self.container()})]

    def changes(self, person: str, item: str, count: int) -> list[Sentence]:
        """`count` events that change what `person` has of `item`."""
        return [self._change(person, item) for _ in range(count)]

    def _change(self, person: str, item: str) -> Sentence:
        meaning = self.rng.choices(("gain", "lose", "gain_groups", "lose_groups", "lose_half"), (5, 5, 2, 2, 1))[0]
        slots = {"a": person, "x": item}
        if meaning in {"gain", "lose"}:
            slots["n"] = self.change()
        elif meaning != "lose_half":
            slots |= {"k": self.factor(), "n": self.factor()}
        if meaning == "gain_groups":
            slots["c"] = self.container()
        return Sentence(meaning, slots)

    def compare(self, person: str, other: str, item: str) -> Sentence:
        """How much `other` has, told by what `person` has."""
        meaning = self.rng.choices(("more", "fewer", "times", "half"), (4, 4, 3, 1))[0]
        number = {"more": {"n": self.change()}, "fewer": {"n": self.change()}, "times": {"k": self.factor()}}
        return Sentence(meaning, {"a": person, "b": other, "x": item, **number.get(meaning, {})})

    def ask_people(self, item: str) -> Sentence:
        """A question about `a` and `b`, or about `b` alone."""
        meaning = self.rng.choices(("ask_both", "ask_more", "ask_fewer", "ask"), (4, 2, 1, 3))[0]
        if meaning == "ask":
            return Sentence("ask", {"a": self.b, "x": item})
        pair = (self.a, self.b) if self.rng.random() < 0.5 else (self.b, self.a)
        return Sentence(meaning, {"a": pair[0], "b": pair[1], "x": item})


def _weighted(rng: random.Random, words: Sequence[str], count: int) -> list[str]:
    """`count` different words, the first of the list most often."""
    chosen: list[str] = []
    weights = falling_weights(len(words))
    while len(chosen) < count:
        word = rng.choices(words, weights)[0]
        if word not in chosen:
            chosen.append(word)
    return chosen


def _change(draw: Draw) -> list[Sentence]:
    return [
        *draw.plenty(draw.a, draw.x),
        *draw.changes(draw.a, draw.x, draw.events),
        Sentence("ask", {"a": draw.a, "x": draw.x}),
    ]


def _give(draw: Draw) -> list[Sentence]:
    facts = [*draw.plenty(draw.a, draw.x), draw.have(draw.b, draw.x)]
    draw.rng.shuffle(facts)
    giver, taker = draw.rng.sample([draw.a, draw.b], 2)
    give = Sentence("give", {"a": giver, "b": taker, "x": draw.x, "n": draw.change()})
    return [*facts, *draw.changes(draw.a, draw.x, max(0, draw.events - 2)), give, draw.ask_people(draw.x)]


def _compare(draw: Draw) -> list[Sentence]:
    return [
        *draw.plenty(draw.a, draw.x),
        *draw.changes(draw.a, draw.x, max(0, draw.events - 2)),
        draw.compare(draw.a, draw.b, draw.x),
        draw.ask_people(draw.x),
    ]


def _chain(draw: Draw) -> list[Sentence]:
    return [
        *draw.plenty(draw.other, draw.x),
        *draw.changes(draw.other, draw.x, max(0, draw.events - 3)),
        draw.compare(draw.other, draw.a, draw.x),
        draw.compare(draw.a, draw.b, draw.x),
        draw.ask_people(draw.x),
    ]


def _together(draw: Draw) -> list[Sentence]:
    facts = [*draw.plenty(draw.a, draw.x), *draw.plenty(draw.b, draw.x)]
    return [*facts, *draw.changes(draw.b, draw.x, max(0, draw.events - 2)), draw.ask_people(draw.x)]


def _kinds(draw: Draw) -> list[Sentence]:
    both = Sentence("have_two", {"a": draw.a, "x": draw.x, "y": draw.y, "n": draw.start(), "m": draw.start()})
    facts = [both] if draw.rng.random() < 0.5 else [*draw.plenty(draw.a, draw.x), *draw.plenty(draw.a, draw.y)]
    changes = draw.changes(draw.a, draw.rng.choice([draw.x, draw.y]), max(0, draw.events - 1))
    return [*facts, *changes, Sentence("ask_kinds", {"a": draw.a, "x": draw.x, "y": draw.y})]


def _share(draw: Draw) -> list[Sentence]:
    before = [*draw.plenty(draw.a, draw.x), *draw.changes(draw.a, draw.x, max(0, draw.events - 1))]
    container = draw.container()
    slots = {"a": draw.a, "x": draw.x, "c": container}
    style = draw.rng.choice(["friends", "share", "fill"])
    if style == "fill":
        fill = Sentence("fill", {**slots, "n": draw.factor()})
        return [*before, fill, Sentence("ask_filled", {"a": draw.a, "c": container})]
    if style == "friends":
        slots["c"] = "friends"
    share = Sentence("share", {**slots, "k": draw.factor()})
    return [*before, share, Sentence("ask_share", {"x": draw.x, "c": slots["c"]})]


def _shop(draw: Draw) -> list[Sentence]:
    items = [draw.x, draw.y][: draw.rng.choice([1, 1, 2])]
    prices = [Sentence("price", {"x": item, "n": draw.factor()}) for item in items]
    pays = [Sentence("pay", {"a": draw.a, "x": item, "k": draw.factor()}) for item in items]
    if draw.rng.random() < 0.4:
        return [*prices, *pays, Sentence("ask_paid", {"a": draw.a})]
    purse = [draw.have(draw.a, "dollars"), *draw.changes(draw.a, "dollars", max(0, draw.events - 2 * len(items)))]
    if any(sentence.meaning not in {"have", "gain", "lose"} for sentence in purse):
        raise IllPosedError("dollars come in no containers")
    return [*purse, *prices, *pays, Sentence("ask", {"a": draw.a, "x": "dollars"})]


def _place(draw: Draw) -> list[Sentence]:
    place = _weighted(draw.rng, wording.PLACES, 1)[0]
    owned = {"o": place, "x": draw.x}
    if draw.rng.random() < 0.3:
        groups = {"k": draw.factor(), "n": draw.factor(), "c": draw.container()}
        facts, question = [Sentence("have_groups", {**owned, **groups})], Sentence("ask", owned)
    elif draw.rng.random() < 0.4:
        facts = [Sentence("have_two", {**owned, "y": draw.y, "n": draw.start(), "m": draw.start()})]
        question = Sentence("ask_kinds", {**owned, "y": draw.y})
    else:
        facts, question = [Sentence("have", {**owned, "n": draw.start()})], Sentence("ask", owned)
    people = draw.rng.choices([draw.a, draw.b], k=draw.events)
    moves = [
        Sentence(draw.rng.choice(["gain", "lose"]), {**owned, "a": person, "n": draw.change()}) for person in people
    ]
    return [*facts, *moves, question]


def _age(draw: Draw) -> list[Sentence]:
    people = [draw.a, draw.b, draw.other][: draw.rng.choice([2, 2, 3])]
    facts = [draw.have(people[0], "years")]
    facts += [draw.compare(older, younger, "years") for older, younger in pairwise(people)]
    last = {"a": people[-1], "x": "years"}
    other = {"b": people[-2], "x": "years"}
    meaning = draw.rng.choice(["ask", "ask_later", "ask_before", "ask_both", "ask_more"])
    if meaning in {"ask_later", "ask_before"}:
        return [*facts, Sentence(meaning, {**last, "n": draw.change()})]
    if meaning in {"ask_both", "ask_more"}:
        return [*facts, Sentence(meaning, {**last, **other})]
    return [*facts, Sentence("ask", last)]


def _length(draw: Draw) -> list[Sentence]:
    thing = {"o": _weighted(draw.rng, wording.THINGS, 1)[0], "x": "meters"}
    facts = [Sentence("have", {**thing, "n": draw.start()})]
    people = draw.rng.choices([draw.a, draw.b], k=draw.events)
    facts += [
        Sentence(draw.rng.choice(["gain", "lose"]), {**thing, "a": person, "n": draw.change()}) for person in people
    ]
    if draw.rng.random() < 0.5:
        return [*facts, Sentence("ask", thing)]
    parts = {"c": "parts", "x": "meters"}
    return [
        *facts,
        Sentence("share", {**thing, **parts, "a": draw.a, "k": draw.factor()}),
        Sentence("ask_share", parts),
    ]


# Kinds of problem, common ones first (see `wording`): each a plan for one draw.
KINDS: Mapping[str, Callable[[Draw], list[Sentence]]] = {
    "change": _change,
    "compare": _compare,
    "give": _give,
    "share": _share,
    "together": _together,
    "shop": _shop,
    "chain": _chain,
    "kinds": _kinds,
    "place": _place,
    "age": _age,
    "length": _length,
}
