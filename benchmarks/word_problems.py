"""Seeded, varied grade-school word problems for measuring speed: no data from outside, any number of them."""

import random
from collections.abc import Iterator

NAMES = str.split(
    """
    Ada Amir Anna Arjun Bella Ben Bo Carla Chen Dana Darius Diego Elena Emil Esther Farah Felix Gina Goran Hana Hugo
    Ida Ines Ivan Jada Jonas Kaito Karim Lara Leo Lina Luis Maja Marco Mei Milan Mina Nadia Nils Noor Olga Omar Otto
    Paula Priya Quinn Rafael Rina Rosa Samir Sara Sven Tara Theo Tomas Uma Vera Victor Wanda Yara Yusuf Zoe
    """
)
KINDS = str.split(
    """
    red blue green small large wooden paper glass old new shiny striped spotted fresh dried frozen handmade painted
    broken folded heavy light round square golden silver plastic cotton woollen leather ceramic wild sweet sour spicy
    printed carved woven rusty polished
    """
)
THINGS = str.split(
    """
    apples pears plums lemons melons cookies muffins pies loaves pretzels candles lamps baskets jars bottles boxes
    crates bags shirts scarves hats gloves socks boots stamps coins cards posters books notebooks pencils brushes
    crayons stickers beads buttons ribbons bricks tiles planks nails screws bolts seeds bulbs roses tulips ferns eggs
    fish chickens goats marbles puzzles kites drums flutes bells shells stones feathers maps tickets photographs
    magazines envelopes
    """
)
PLACES = str.split(
    """
    market bakery school library garden workshop museum harbour orchard stadium farm kitchen factory theatre station
    zoo bookshop pharmacy campsite castle cinema clinic garage greenhouse gym hotel laundry lighthouse mill office
    palace park quarry restaurant stable studio temple tower vineyard warehouse
    """
)
PEOPLE = str.split(
    """
    sister brother neighbour teacher uncle aunt cousin friend grandmother grandfather colleague classmate coach boss
    customer partner daughter son visitor manager
    """
)
TIMES = str.split(
    """
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April June July August September
    October November December spring summer autumn winter
    """
)
VERBS = str.split(
    """
    buys collects paints packs sells carries sorts repairs borrows wraps counts loses finds delivers orders stacks
    polishes trades donates plants harvests weighs ships bakes prints folds cuts unpacks returns keeps inspects labels
    washes throws hides photographs lends steals rents imports auctions recycles stores builds draws sews melts glues
    moves gathers cleans measures arranges displays
    """
)
OPENINGS = [
    "At first",
    "Then",
    "Every morning",
    "Before lunch",
    "In {time}",
    "On the first {time}",
    "During a sale",
    "After the storm",
    "By noon",
    "Each weekend",
    "Later that day",
    "For a school project",
    "To save money",
    "Without any help",
    "Together with the {person}",
    "On the way to the {place}",
    "Near the {place}",
    "As a present",
    "While waiting",
    "Once the {place} opens",
    "Three times a week",
    "Over the holidays",
    "With the money left",
    "Next to the old {place}",
    "Before {time} ends",
    "All through {time}",
    "Because of the weather",
    "When the {person} arrives",
]
SUBJECTS = [
    "{name}",
    "the {person}",
    "{name}'s {person}",
    "every {person}",
    "{name} and a {person}",
    "one {person} in {m}",
    "the owner of the {place}",
    "a group of {n} people",
    "the {kind} team",
    "nobody but {name}",
    "the oldest {person}",
    "half of the class",
]
OBJECTS = [
    "{n} {kind} {thing}",
    "{n} {thing}",
    "{m} boxes of {thing}",
    "{n}% of the {kind} {thing}",
    "{m} times as many {thing} as {other}",
    "twice as many {kind} {thing}",
    "{n} pounds of {thing}",
    "all but {m} of the {thing}",
    "a third of the {kind} {other}",
    "{n} {thing} and {m} {kind} {other}",
    "{m} rows of {n} {thing}",
    "{kind} {thing} worth ${n}",
    "{m} more {thing} than {other}",
    "{n} {thing} a week",
]
TAILS = [
    "at the {place}",
    "for ${n} each",
    "in {m} days",
    "from the {place} to the market",
    "and gives {m} of them to a {person}",
    "but only {m} are {kind}",
    "which takes {n} minutes",
    "at a discount of {m}%",
    "per hour",
    "into {m} equal groups",
    "from a {person}",
    "and pays {m} dollars for shipping",
    "on {m} shelves",
    "before breaking {m} of them",
    "over {m} weeks",
    "with {m} left over",
    "for the {person}",
    "to fill {m} {kind} bags",
    "instead of {other}",
    "and {m} {kind} {other}",
    "behind the {place}",
    "on both floors of the {place}",
    "until {time}",
    "in exchange for {n} {other}",
]
ASKS = [
    "How many {thing} does {name} have now?",
    "How much does the {person} pay for the {kind} {thing}?",
    "How many {kind} {other} are left at the {place}?",
    "What is the total number of {thing} after {time}?",
    "How long will it take until all {kind} {thing} are sold?",
    "How many more {thing} than {other} are there?",
    "If {name} sells all of them, what does the {place} earn in {m} weeks?",
    "What fraction of the {kind} {thing} goes to the {person}?",
]


_REMEMBERED = 2000
"""Earlier questions that repetitions are drawn from; few, so that peak memory is not that of the generator."""


def word_problems(count: int, seed: int, repeated: float = 0.3) -> list[str]:
    """`count` questions; the share `repeated` are recent ones again: copied, with other figures, or reworded."""
    rng = random.Random(seed)
    problems: list[tuple[str, dict[str, str]]] = []
    return list(_drawn(rng, problems, count, repeated))


def _drawn(
    rng: random.Random, problems: list[tuple[str, dict[str, str]]], count: int, repeated: float
) -> Iterator[str]:
    for _ in range(count):
        if problems and rng.random() < repeated:
            pattern, words = problems[int(rng.random() * len(problems))]
            change = rng.random()
            if change > 0.2:
                words = words | _figures(rng)
            if change > 0.7:
                key = rng.choice(["name0", "kind1", "thing2", "place0"])
                words = words | {key: _word(rng, key[:-1])}
        else:
            facts = [_fact(rng) for _ in range(rng.randint(2, 4))]
            parts = [_numbered(fact, place) for place, fact in enumerate([*facts, rng.choice(ASKS)])]
            pattern = " ".join(parts)
            words = {f"{slot}{place}": _word(rng, slot) for slot in BANKS for place in range(6)} | _figures(rng)
            problems.append((pattern, words))
            del problems[:-_REMEMBERED]
        yield pattern.format_map(words)


BANKS = {
    "name": NAMES, "kind": KINDS, "thing": THINGS, "other": THINGS, "place": PLACES, "person": PEOPLE, "time": TIMES,
    "verb": VERBS,
}  # fmt: skip


def _fact(rng: random.Random) -> str:
    opening, subject, thing, tail = (
        bank[int(rng.random() * len(bank))].strip() for bank in (OPENINGS, SUBJECTS, OBJECTS, TAILS)
    )
    return f"{opening}, {subject} {_word(rng, 'verb')} {thing} {tail}."


def _word(rng: random.Random, slot: str) -> str:
    bank = BANKS[slot]
    return bank[int(rng.random() * len(bank))]


def _figures(rng: random.Random) -> dict[str, str]:
    figures = {f"n{place}": f"{int(10 ** (1 + 3 * rng.random())):,}" for place in range(6)}
    return figures | {f"m{place}": str(2 + int(18 * rng.random())) for place in range(6)}


def _numbered(part: str, place: int) -> str:
    """Slots of different sentences are different slots: `{name}` becomes `{name2}` in the third."""
    return part.replace("}", f"{place}}}")
