"""Structures about rates, units, work done together, and percentages."""

from fractions import Fraction

from crescent.fresh.draw import Draw, need
from crescent.fresh.problem import Draft

_RATES = [  # who, and who again; what is done in so much time; what is lost; how all and the rest are asked for
    (
        ("A machine", "The machine"),
        "makes {} bolts per hour for {} hours.",
        "{} of the bolts turn out to be faulty.",
        ("How many bolts does it make in all?", "How many good bolts does it make?"),
    ),
    (
        ("A pump", "The pump"),
        "moves {} litres per minute for {} minutes.",
        "{} litres are lost through a leak.",
        ("How many litres does it move in all?", "How many litres arrive?"),
    ),
    (
        ("A bakery", "The bakery"),
        "bakes {} loaves per hour for {} hours.",
        "{} loaves are burnt.",
        ("How many loaves does it bake in all?", "How many loaves can be sold?"),
    ),
    (
        ("A cyclist", "The cyclist"),
        "rides at {} kilometres per hour for {} hours.",
        "{} kilometres of that were a detour.",
        ("How many kilometres is that in all?", "How many kilometres is the way without the detour?"),
    ),
    (
        ("A gardener", "The gardener"),
        "earns {} dollars per hour for {} hours.",
        "{} dollars are spent on tools.",
        ("How many dollars is that in all?", "How many dollars remain?"),
    ),
]


def rate(draw: Draw) -> Draft:
    """So much per unit of time, in one or several stretches; with an even number of operations something is lost."""
    (who, again), does, lost, (asked, asked_left) = draw.pick(_RATES)
    told, terms, total = [], [], 0
    for stretch in range((draw.level + 1) // 2):
        speed, time = draw.number(3, max(6, draw.size // 4)), draw.number(2, 20)
        told.append(f"{again if stretch else who} {'then ' if stretch else ''}{does.format(speed, time)}")
        terms.append(f"{speed} * {time}")
        total += speed * time
    relation = " + ".join(terms)
    if draw.level % 2 == 0:
        count = draw.number(2, min(draw.size, total - 2))
        told.append(lost.format(count))
        relation, total, asked = f"{relation} - {count}", total - count, asked_left
    return Draft(" ".join([*told, asked]), (f"x == {relation}",), Fraction(total))


_UNITS = [  # large unit, small unit, how many, what it is, into what it is divided
    ("metres", "centimetres", 100, "rope", "cut into pieces of {} centimetres each"),
    ("kilograms", "grams", 1000, "flour", "filled into bags of {} grams each"),
    ("litres", "millilitres", 1000, "juice", "poured into bottles of {} millilitres each"),
]
_TIMES = [("hours", "minutes", 60), ("minutes", "seconds", 60), ("weeks", "days", 7), ("days", "hours", 24)]


def units(draw: Draw) -> Draft:
    """An amount in two units; asked is it in the small one, the number of parts, or what is earned with them."""
    if draw.level <= 2 and draw.pick((True, False)):
        return _duration(draw)
    large, small, ratio, what, divided = draw.pick(_UNITS)
    part = draw.number(1, ratio // 50) * 10
    whole, rest, rolls = draw.number(2, 30), draw.number(1, ratio // 10 - 1) * 10, draw.factor()
    amount = f"{whole} {large} and {rest} {small} of {what}"
    if draw.level == 1:
        question = f"A shop has {whole} {large} of {what}. How many {small} is that?"
        return Draft(question, (f"x == {whole} * {ratio}",), Fraction(whole * ratio))
    if draw.level == 2:
        question = f"A shop has {amount}. How many {small} is that?"
        return Draft(question, (f"x == {whole} * {ratio} + {rest}",), Fraction(whole * ratio + rest))
    value, relation = Fraction(whole * ratio + rest), f"({whole} * {ratio} + {rest})"
    told = [f"A shop has {amount}."]
    if draw.level > 3:
        told = [f"A shop gets {rolls} deliveries, each with {amount}."]
        value, relation = value * rolls, f"{relation} * {rolls}"
    part_name = divided.split()[2]
    told.append(f"All of it is {divided.format(part)}.")
    value, relation = value / part, f"{relation} / {part}"
    need(value.denominator == 1 and value > 1)
    asked = f"How many {part_name} are there?"
    if draw.level > 4:
        price = draw.number(2, 12)
        told.append(f"Each of these {part_name} is sold for {price} dollars.")
        value, relation, asked = value * price, f"{relation} * {price}", "How many dollars does the shop take in?"
    if draw.level > 5:
        costs = draw.number(2, min(draw.size, int(value) - 2))
        told.append(f"The shop pays {costs} dollars for the transport.")
        value, relation, asked = value - costs, f"{relation} - {costs}", "How many dollars remain?"
    if draw.level > 6:
        more = draw.number()
        told.append(f"It adds {more} dollars that it had saved.")
        value, relation, asked = value + more, f"{relation} + {more}", "How many dollars does the shop have then?"
    if draw.level > 7:
        owners = draw.factor()
        told.append(f"Its {owners} owners share all this money equally.")
        value, relation, asked = value / owners, f"({relation}) / {owners}", "How many dollars does each owner get?"
    return Draft(" ".join([*told, asked]), (f"x == {relation}",), value)


def _duration(draw: Draw) -> Draft:
    large, small, ratio = draw.pick(_TIMES)
    whole, rest = draw.number(2, 20), draw.number(2, ratio - 1)
    what = draw.pick(("A journey", "A film festival", "A repair", "A game"))
    if draw.level == 1:
        question = f"{what} takes {whole} {large}. How many {small} is that?"
        return Draft(question, (f"x == {whole} * {ratio}",), Fraction(whole * ratio))
    question = f"{what} takes {whole} {large} and {rest} {small}. How many {small} is that?"
    return Draft(question, (f"x == {whole} * {ratio} + {rest}",), Fraction(whole * ratio + rest))


def work(draw: Draw) -> Draft:
    """More workers need less time; from four operations on, each has a speed of its own."""
    job = draw.pick(("paint a fence", "dig a trench", "clean a hall", "plant a field"))
    if draw.level <= 3:
        workers, days, others = draw.factor(), draw.number(2, 30), draw.factor()
        told = f"{workers} workers need {days} days to {job}."
        if draw.level == 2:
            need(others != workers)
            asked = f"How many days do {others} workers need for it, if all work at the same speed?"
            return Draft(f"{told} {asked}", (f"x == {workers} * {days} / {others}",), Fraction(workers * days, others))
        told += f" This time {others} more workers help them."
        asked = "How many days do they need, if all work at the same speed?"
        relation = f"x == {workers} * {days} / ({workers} + {others})"
        return Draft(f"{told} {asked}", (relation,), Fraction(workers * days, workers + others))
    people = draw.people(2 if draw.level < 6 else 3)
    hours = [draw.number(2, 60) for _ in people]
    need(len(set(hours)) == len(hours))
    alone = zip(people, hours, strict=True)
    told = " ".join(f"{person.name} alone needs {each} hours to {job}." for person, each in alone)
    answer = 1 / sum((Fraction(1, each) for each in hours), Fraction(0))
    together = " + ".join(f"1 / {each}" for each in hours)
    need(answer.denominator == 1 if draw.level == 4 else answer.denominator <= 12)
    all_of_them = "both" if len(people) == 2 else "all three"
    if draw.level in (5, 7):
        rest = draw.number(2, 9)
        asked = (
            f"Today {all_of_them} work together, and they rest for {rest} hours in between. "
            "How many hours after the beginning are they done?"
        )
        return Draft(f"{told} {asked}", (f"(x - {rest}) * ({together}) == 1",), answer + rest)
    asked = f"How many hours do they need if {all_of_them} work together?"
    return Draft(f"{told} {asked}", (f"x * ({together}) == 1",), answer)


_PERCENT = [
    ("A hall has {} seats, and {} % of them are taken.", "How many seats are taken?"),
    ("A park has {} trees, and {} % of them are oaks.", "How many oaks are there?"),
    ("A school has {} pupils, and {} % of them sing in a choir.", "How many pupils sing in the choir?"),
]


def percent(draw: Draw) -> Draft:
    """A share in percent; a price that is lowered, and raised again, for several goods, with postage."""
    base, off, up = draw.number(5) * 2, draw.number(1, 18) * 5, draw.number(1, 10) * 5
    if draw.level == 2:
        told, asked = draw.pick(_PERCENT)
        return Draft(f"{told.format(base, off)} {asked}", (f"x == {base} * {off} / 100",), Fraction(base * off, 100))
    goods, count, post = draw.pick(("lamp", "chair", "coat", "kettle", "tent")), draw.factor(), draw.number(2, 20)
    value, relation = Fraction(base * (100 - off), 100), f"{base} * (100 - {off}) / 100"
    sentences = [f"A {goods} costs {base} dollars. Its price is lowered by {off} %."]
    if draw.level >= 6:
        sentences.append(f"A month later the new price is raised by {up} %.")
        value, relation = value * (100 + up) / 100, f"{relation} * (100 + {up}) / 100"
    ordered = f"this {goods}"
    if draw.level in (5, 7, 8):
        ordered = f"{count} of these {goods}s"
        value, relation = value * count, f"{relation} * {count}"
    if draw.level in (4, 5, 8):
        sentences.append(f"Postage for the whole order is {post} dollars.")
        value, relation = value + post, f"{relation} + {post}"
    sentences.append(f"How many dollars does somebody pay who orders {ordered} now?")
    return Draft(" ".join(sentences), (f"x == {relation}",), value)
