"""What happens to somebody's things: the events that several structures share."""

from dataclasses import dataclass
from fractions import Fraction

from crescent.fresh.draw import Draw, Person, need
from crescent.fresh.words import PART, TIMES


@dataclass
class Pile:
    """Somebody's things so far: the sentences that tell it, their number, and the expression that gives it."""

    owner: Person
    things: str
    sentences: list[str]
    expression: str
    value: int

    @property
    def text(self) -> str:
        return " ".join(self.sentences)

    def change(self, sentence: str, sign: str, operand: str, value: Fraction | int) -> None:
        self.sentences.append(sentence)
        self.expression, self.value = f"({self.expression} {sign} {operand})", int(value)


def pile(draw: Draw, events: int, multiple: int = 1) -> Pile:
    """A pile after so many operations, whose number `multiple` divides."""
    [owner] = draw.people(1)
    things = draw.things()
    low = max(1, -(-10 // multiple)) if not events else 1
    start = multiple * draw.number(low, draw.size // multiple) if not events else draw.number(4)
    told = draw.pick(
        (
            f"{owner.name} had {start} {things}.",
            f"{owner.name} started the week with {start} {things}.",
            f"There were {start} {things} in a drawer of {owner.name}'s.",
        )
    )
    made = Pile(owner, things, [told], str(start), start)
    happen(draw, made, events - 1 if multiple > 1 else events)
    if multiple > 1 and events:
        _round(draw, made, multiple)
    return made


def happen(draw: Draw, pile: Pile, operations: int) -> None:
    """Let events happen that take so many operations together."""
    while operations > 0:
        kinds = [_gain, _lose, _times, _keep]
        if operations > 1:
            kinds += [_boxes, _gifts]
        operations -= draw.pick(kinds)(draw, pile)
        need(2 <= pile.value <= 20 * draw.size)


def _gain(draw: Draw, pile: Pile, amount: int | None = None) -> int:
    count = draw.number() if amount is None else amount
    told = draw.pick(
        (
            f"{pile.owner.capital} bought {count} more.",
            f"{pile.owner.capital} found {count} more {pile.things}.",
            f"A friend gave {pile.owner.them} {count} more.",
            f"Then {count} more {pile.things} came by post.",
        )
    )
    pile.change(told, "+", str(count), pile.value + count)
    return 1


def _lose(draw: Draw, pile: Pile, amount: int | None = None) -> int:
    count = draw.number(2, min(draw.size, pile.value - 2)) if amount is None else amount
    told = draw.pick(
        (
            f"{pile.owner.capital} lost {count} of them.",
            f"{pile.owner.capital} gave {count} of them to a neighbour.",
            f"{pile.owner.capital} sold {count} of them.",
            f"A brother borrowed {count} of them and never brought them back.",
        )
    )
    pile.change(told, "-", str(count), pile.value - count)
    return 1


def _times(draw: Draw, pile: Pile) -> int:
    factor = draw.pick(tuple(TIMES))
    told = draw.pick(
        (
            f"A year later {pile.owner.they} had {TIMES[factor]} as many.",
            f"After a lucky trade {pile.owner.they} had {TIMES[factor]} as many {pile.things} as before.",
        )
    )
    pile.change(told, "*", str(factor), pile.value * factor)
    return 1


def _keep(draw: Draw, pile: Pile) -> int:
    factors = [factor for factor in PART if pile.value % factor == 0]
    need(bool(factors))
    factor = draw.pick(factors)
    told = draw.pick(
        (
            f"{pile.owner.capital} kept {PART[factor]} of them and gave away the rest.",
            f"{pile.owner.capital} sold all but {PART[factor]} of them.",
        )
    )
    pile.change(told, "/", str(factor), pile.value // factor)
    return 1


def _boxes(draw: Draw, pile: Pile) -> int:
    boxes, each = draw.factor(), draw.number(2, max(2, draw.size // 4))
    told = draw.pick(
        (
            f"{pile.owner.capital} bought {boxes} boxes of {each} {pile.things} each.",
            f"{pile.owner.capital} opened {boxes} bags with {each} {pile.things} in each and kept everything.",
        )
    )
    pile.change(told, "+", f"{boxes} * {each}", pile.value + boxes * each)
    return 2


def _gifts(draw: Draw, pile: Pile) -> int:
    friends = draw.factor()
    each = draw.number(2, min(draw.size, (pile.value - 2) // friends))
    told = draw.pick(
        (
            f"{pile.owner.capital} gave {each} {pile.things} to each of {friends} friends.",
            f"{pile.owner.capital} filled {friends} jars with {each} {pile.things} each and sold the jars.",
        )
    )
    pile.change(told, "-", f"{friends} * {each}", pile.value - friends * each)
    return 2


def _round(draw: Draw, pile: Pile, multiple: int) -> None:
    """One event more, after which `multiple` divides the number."""
    missing = -pile.value % multiple
    more = missing + multiple * draw.number(0, max(0, (draw.size - missing) // multiple))
    fewer = (pile.value % multiple) + multiple * draw.number(0, max(0, draw.size // multiple - 1))
    if draw.pick((True, False)) and 2 <= fewer <= min(draw.size, pile.value - multiple):
        _lose(draw, pile, fewer)
    else:
        need(2 <= more <= draw.size)
        _gain(draw, pile, more)
