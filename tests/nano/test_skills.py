from collections import Counter

from crescent.nano.skills import SKILLS, item


def test_items_are_the_same_for_the_same_seed_and_cover_all_skills():
    items = [item(seed) for seed in range(800)]
    assert items == [item(seed) for seed in range(800)]
    assert set(Counter(each.skill for each in items)) == set(SKILLS)


def test_replies_are_right():
    for each in map(item, range(500)):
        words = each.question.rstrip("?").split(": ")[-1].split()
        if each.skill == "sort":
            assert each.reply.split() == sorted(words)
        elif each.skill == "reverse":
            assert each.reply.split() == words[::-1]
        elif each.skill == "last":
            assert each.reply == words[-1]
        elif each.skill == "letters":
            assert int(each.reply) == len(words[-1])
        elif each.skill == "upper":
            assert each.reply == words[-1].upper()
        elif each.skill == "next_number":
            first, second, third = map(int, words)
            assert int(each.reply) - third == third - second == second - first
