"""Small tasks that have nothing to do with word problems: what `nano` must not forget when fine-tuned."""

import random
from collections.abc import Callable, Mapping
from typing import NamedTuple

WORDS = (
    "sun", "cat", "tree", "milk", "door", "fish", "hand", "lamp", "snow", "bird",
    "king", "salt", "moon", "frog", "gold", "ship", "wind", "nest", "drum", "leaf",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
OPPOSITES = (
    ("hot", "cold"), ("big", "small"), ("fast", "slow"), ("old", "young"), ("up", "down"), ("day", "night"),
    ("wet", "dry"), ("full", "empty"), ("open", "closed"), ("rich", "poor"), ("hard", "soft"), ("light", "dark"),
)  # fmt: skip


class Item(NamedTuple):
    """One question of a skill and the only right reply."""

    skill: str
    question: str
    reply: str


def _reverse(rng: random.Random) -> tuple[str, str]:
    words = rng.sample(WORDS, 3)
    return f"Reverse the list: {' '.join(words)}", " ".join(reversed(words))


def _sort(rng: random.Random) -> tuple[str, str]:
    words = rng.sample(WORDS, 3)
    return f"Sort by the alphabet: {' '.join(words)}", " ".join(sorted(words))


def _letters(rng: random.Random) -> tuple[str, str]:
    word = rng.choice(WORDS)
    return f"How many letters has the word {word}?", str(len(word))


def _day_after(rng: random.Random) -> tuple[str, str]:
    day = rng.randrange(7)
    return f"Which day comes after {DAYS[day]}?", DAYS[(day + 1) % 7]


def _opposite(rng: random.Random) -> tuple[str, str]:
    pair = rng.sample(rng.choice(OPPOSITES), 2)
    return f"What is the opposite of {pair[0]}?", pair[1]


def _next_number(rng: random.Random) -> tuple[str, str]:
    start, step = rng.randint(1, 20), rng.randint(1, 5)
    numbers = [str(start + index * step) for index in range(4)]
    return f"Which number comes next: {' '.join(numbers[:3])}?", numbers[3]


def _upper(rng: random.Random) -> tuple[str, str]:
    word = rng.choice(WORDS)
    return f"Write in capital letters: {word}", word.upper()


def _last(rng: random.Random) -> tuple[str, str]:
    words = rng.sample(WORDS, 4)
    return f"Which word is the last one: {' '.join(words)}?", words[-1]


SKILLS: Mapping[str, Callable[[random.Random], tuple[str, str]]] = {
    "reverse": _reverse,
    "sort": _sort,
    "letters": _letters,
    "day_after": _day_after,
    "opposite": _opposite,
    "next_number": _next_number,
    "upper": _upper,
    "last": _last,
}


def item(seed: int) -> Item:
    """The skill item of `seed`; all skills are equally common."""
    rng = random.Random(f"nano-skill-{seed}")
    skill = rng.choice(tuple(SKILLS))
    return Item(skill, *SKILLS[skill](rng))
