"""Structures about several people or prices that are told by comparing them."""

from fractions import Fraction

from crescent.fresh.draw import Draw, need
from crescent.fresh.problem import Draft
from crescent.fresh.words import TIMES, listed


def comparison(draw: Draw) -> Draft:
    """Each has more, fewer or so many times as many as the one before; asked is the sum of the last ones."""
    compared = (draw.level + 1) // 2
    summed = draw.level - compared + 1
    names, things = [person.name for person in draw.people(compared + 1)], draw.things()
    values, relations = [draw.number(4)], []
    told = [f"{names[0]} has {values[0]} {things}."]
    for index in range(1, compared + 1):
        before, name = ("abcdefgh"[index - 2] if index > 1 else str(values[0])), "abcdefgh"[index - 1]
        kind = draw.pick(("more", "fewer", "times"))
        if kind == "times":
            factor = draw.pick(tuple(TIMES))
            values.append(values[-1] * factor)
            told.append(f"{names[index]} has {TIMES[factor]} as many as {names[index - 1]}.")
            relations.append(f"{name} == {factor} * {before}")
        else:
            count = draw.number(2, draw.size if kind == "more" else min(draw.size, values[-1] - 2))
            values.append(values[-1] + (count if kind == "more" else -count))
            told.append(f"{names[index]} has {count} {kind} than {names[index - 1]}.")
            relations.append(f"{name} == {before} {'+' if kind == 'more' else '-'} {count}")
        need(values[-1] <= 20 * draw.size)
    letters = [*([str(values[0])] if summed > compared else []), *"abcdefgh"[:compared]][-summed:]
    asked = names[-summed:]
    if summed == 1:
        told.append(f"How many {things} does {asked[0]} have?")
    else:
        together = draw.pick(("together", "in all"))
        told.append(f"How many {things} do {listed(asked)} have {together}?")
    return Draft(" ".join(told), (*relations, f"x == {' + '.join(letters)}"), Fraction(sum(values[-summed:])))


def ages(draw: Draw) -> Draft:
    """Ages in some years: told forwards up to three operations, as an equation from four on."""
    if draw.level > 3:
        return _ages_equation(draw)
    first, second, third = draw.people(3)
    young, older, years = draw.number(4, 40), draw.number(2, 30), draw.number(2, 20)
    told = f"{first.name} is {young} years old. {second.name} is {older} years older than {first.name}."
    if draw.level == 1:
        return Draft(f"{told} How old is {second.name}?", (f"x == {young} + {older}",), Fraction(young + older))
    if draw.level == 2:
        asked = f"How old will {second.name} be in {years} years?"
        return Draft(f"{told} {asked}", (f"x == {young} + {older} + {years}",), Fraction(young + older + years))
    need(young + older > years + 4)
    told += f" {third.name} is {years} years younger than {second.name}."
    later = draw.number(2, 20)
    asked = f"How old will {third.name} be in {later} years?"
    relation = f"x == {young} + {older} - {years} + {later}"
    return Draft(f"{told} {asked}", (relation,), Fraction(young + older - years + later))


def _ages_equation(draw: Draw) -> Draft:
    """Each is some years older than the one before; in some years the last is so many times as old as the first."""
    people = draw.people(draw.level - 2)
    young, years, factor = draw.number(3, 30), draw.number(2, 20), draw.pick((2, 3, 4))
    difference = (factor - 1) * (young + years)
    gaps, rest = [], difference
    for left in range(draw.level - 4, 0, -1):
        gaps.append(draw.number(2, min(25, rest - 2 * left)))
        rest -= gaps[-1]
    need(2 <= rest <= 60)
    gaps.append(rest)
    told = [
        f"{older.name} is {gap} years older than {younger.name}."
        for younger, older, gap in zip(people, people[1:], gaps, strict=False)
    ]
    told.append(f"In {years} years {people[-1].name} will be {TIMES[factor]} as old as {people[0].name} will be then.")
    told.append(f"How old is {people[0].name} now?")
    relation = f"x + {' + '.join(map(str, gaps))} + {years} == {factor} * (x + {years})"
    return Draft(" ".join(told), (relation,), Fraction(young))


_GOODS = [("pen", "ruler", "book"), ("roll", "cake", "loaf"), ("ticket", "poster", "scarf"), ("lamp", "chair", "desk")]


def prices(draw: Draw) -> Draft:
    """What was paid for several goods; asked is the price of the cheapest. From two operations on with change."""
    first, second, third = draw.pick(_GOODS)
    buyer = draw.people(1)[0]
    price, count = draw.number(2, max(9, draw.size // 10)), draw.factor()
    told, total = [f"{count} {_many(first)}"], count * price
    compared: list[str] = []
    relation = f"{count} * x"
    if draw.level == 3:
        bag = draw.number(2, 9)
        told.append(f"a bag for {bag} dollars")
        relation, total = f"{relation} + {bag}", total + bag
    elif draw.level in (4, 5, 6, 7, 8):
        others, more = draw.factor(), draw.number(2, max(9, draw.size // 10))
        told.append(f"{others} {_many(second)}")
        if draw.level in (4, 5):
            compared.append(f"A {second} costs {more} dollars more than a {first}.")
            relation, total = f"{relation} + {others} * (x + {more})", total + others * (price + more)
        elif draw.level == 6:
            factor = draw.pick(tuple(TIMES))
            compared.append(f"A {second} costs {more} dollars more than {TIMES[factor]} the price of a {first}.")
            relation = f"{relation} + {others} * ({factor} * x + {more})"
            total += others * (factor * price + more)
        else:
            last, most = draw.factor(), draw.number(2, max(9, draw.size // 10))
            told.append(f"{last} {_many(third)}")
            compared.append(f"A {second} costs {more} dollars more than a {first}.")
            compared.append(f"A {third} costs {most} dollars more than a {first}.")
            relation = f"{relation} + {others} * (x + {more}) + {last} * (x + {most})"
            total += others * (price + more) + last * (price + most)
    if draw.level in (2, 3, 5, 6, 8):
        paid = total + draw.number(2, 20)
        end = f"{buyer.capital} paid with {paid} dollars and got {paid - total} dollars back."
        relation = f"{relation} == {paid} - {paid - total}"
    else:
        end, relation = f"{buyer.capital} paid {total} dollars.", f"{relation} == {total}"
    need(total <= 50 * draw.size)
    asked = f"What does a {first} cost in dollars?"
    question = " ".join([f"{buyer.name} bought {listed(told)}.", *compared, end, asked])
    return Draft(question, (relation,), Fraction(price))


def average(draw: Draw) -> Draft:
    """The mean of as many numbers as there are operations, or one of them, where the mean is told."""
    [person] = draw.people(1)
    values = [draw.number(4) for _ in range(draw.level)]
    need(sum(values) % len(values) == 0)
    what = draw.pick(("days", "rounds of a game", "tests", "weeks"))
    units = ("points", "pages", "kilometres") if draw.size <= 50 else ("points", "pages")
    unit = draw.pick(units) if what in ("days", "weeks") else "points"
    verb = {"points": "scored", "kilometres": "walked", "pages": "read"}[unit]
    mean = sum(values) // len(values)
    if draw.level > 2 and draw.pick((True, False)):
        told = f"In {len(values)} {what} {person.name} {verb} {mean} {unit} on average."
        known = f"In all but the last {person.they} {verb} {listed([str(value) for value in values[:-1]])} {unit}."
        asked = f"How many {unit} were there in the last?"
        relation = f"({' + '.join(map(str, values[:-1]))} + x) / {len(values)} == {mean}"
        return Draft(f"{told} {known} {asked}", (relation,), Fraction(values[-1]))
    told = f"In {len(values)} {what} {person.name} {verb} {listed([str(value) for value in values])} {unit}."
    asked = f"How many {unit} is that on average?"
    return Draft(f"{told} {asked}", (f"x == ({' + '.join(map(str, values))}) / {len(values)}",), Fraction(mean))


def _many(thing: str) -> str:
    return {"loaf": "loaves", "scarf": "scarves"}.get(thing, f"{thing}s")
