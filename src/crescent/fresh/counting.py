"""Structures about the number of somebody's things: what is left, what was there, what each one gets."""

from fractions import Fraction
from math import gcd

from crescent.fresh.draw import Draw, need
from crescent.fresh.pile import Pile, happen, pile
from crescent.fresh.problem import Draft
from crescent.fresh.words import TIMES


def chain(draw: Draw) -> Draft:
    """One event after the other; asked is the end."""
    made = pile(draw, draw.level)
    asked = draw.pick(
        (
            f"How many {made.things} did {made.owner.name} have in the end?",
            f"How many {made.things} does {made.owner.name} have now?",
        )
    )
    return Draft(f"{made.text} {asked}", (f"x == {made.expression}",), Fraction(made.value))


def unknown(draw: Draw) -> Draft:
    """One event after the other; the end is told, asked is the beginning."""
    [owner] = draw.people(1)
    things, start = draw.things(), draw.number(4)
    told = draw.pick((f"{owner.name} had some {things}.", f"{owner.name} kept {things} in a drawer."))
    made = Pile(owner, things, [told], "x", start)
    happen(draw, made, draw.level)
    end = draw.pick((f"In the end {owner.they} had {made.value}.", f"Now {owner.they} has {made.value} of them."))
    asked = draw.pick(
        (f"How many {things} did {owner.name} have at first?", f"How many {things} were there at the beginning?")
    )
    return Draft(f"{made.text} {end} {asked}", (f"{made.expression} == {made.value}",), Fraction(start))


def equal_shares(draw: Draw) -> Draft:
    """Everybody gets as many."""
    friends = draw.factor()
    made = pile(draw, draw.level - 1, friends)
    told = draw.pick(
        (
            f"{made.owner.capital} shared them equally among {friends} friends. How many {made.things} did each get?",
            f"{made.owner.capital} put all of them into {friends} boxes, the same number into each. "
            f"How many {made.things} are in one box?",
        )
    )
    return _of(made, told, f"x == {made.expression} / {friends}", Fraction(made.value, friends))


def packing(draw: Draw) -> Draft:
    """As many full boxes as there can be; asked is their number or what is left over."""
    made, box = pile(draw, draw.level - 1), draw.number(3, max(6, draw.size // 5))
    told = f"{made.owner.capital} packed them into boxes of {box}, as many full boxes as possible."
    if draw.pick((True, False)):
        asked = f"How many {made.things} were left over?"
        return _of(made, f"{told} {asked}", f"x == {made.expression} % {box}", Fraction(made.value % box))
    asked = draw.pick(("How many boxes were full?", "How many full boxes were there?"))
    return _of(made, f"{told} {asked}", f"x == {made.expression} // {box}", Fraction(made.value // box))


def ratio(draw: Draw) -> Draft:
    """Two people share in the ratio of two numbers."""
    first, second = draw.rng.sample(range(2, 10), 2)
    need(gcd(first, second) == 1)
    made = pile(draw, draw.level - 3, first + second)
    one, other = (person.name for person in draw.people(2))
    told = draw.pick(
        (
            f"{one} and {other} got all of them in the ratio {first} to {second}.",
            f"They were divided between {one} and {other}: for every {first} that {one} got, {other} got {second}.",
        )
    )
    asked = f"How many {made.things} did {one} get?"
    answer = Fraction(made.value * first, first + second)
    return _of(made, f"{told} {asked}", f"x == {made.expression} / ({first} + {second}) * {first}", answer)


def unequal_shares(draw: Draw) -> Draft:
    """Two shares of which one is larger by a number, or so many times as large; asked is the smaller one."""
    one, other = (person.name for person in draw.people(2))
    if draw.pick((True, False)):
        factor = draw.pick(tuple(TIMES))
        made = pile(draw, draw.level - 2, factor + 1)
        told, relation = f"{TIMES[factor]} as many as {other}", f"x + {factor} * x == {made.expression}"
        answer = Fraction(made.value, factor + 1)
    else:
        made = pile(draw, draw.level - 2)
        more = draw.number(2, min(draw.size, made.value - 2))
        told, relation = f"{more} more than {other}", f"x + x + {more} == {made.expression}"
        answer = Fraction(made.value - more, 2)
    asked = f"How many {made.things} did {other} get?"
    return _of(made, f"{one} and {other} got all of them, {one} {told}. {asked}", relation, answer)


def _of(made: Pile, told: str, relation: str, answer: Fraction) -> Draft:
    return Draft(f"{made.text} {told}", (relation,), answer)
