"""The words of the nano world, common ones first: names and items are drawn with weights that fall like 1 / rank.

The falling weights are what makes near-duplicates common among freely written questions, as they are for any language
model, without making them the rule.
"""

NAMES = (
    "Ann", "Ben", "Mia", "Tom", "Eva", "Leo", "Zoe", "Omar", "Mei", "Ravi", "Lily", "Juan",
)  # fmt: skip

ITEMS = (
    "apples", "pens", "books", "cards", "shells", "coins", "stickers", "cookies", "marbles", "plums",
    "red balls", "blue balls", "eggs", "stamps",
)  # fmt: skip

PLACES = ("box", "bowl", "garden", "shop", "barn", "school", "drawer", "kitchen")

THINGS = ("rope", "ribbon", "wire", "board")

CONTAINERS = {"bags": "bag", "boxes": "box", "jars": "jar", "baskets": "basket", "trays": "tray"}

GAIN_VERBS = ("buys", "finds", "gets", "wins", "collects")

LOSE_VERBS = ("loses", "sells", "uses", "gives away", "drops")

MAKE_VERBS = ("makes", "collects", "packs", "sorts")


BAIT = "Write a word problem."
REWRITE = "Old: {other}\nNew: {question}\nThe new problem is too close to the old one. Write a different one."
SOLVE = "{question}\nSolve it, answer after ####."
