"""People and things of the problems. Counts are never one, so that things are named in the plural alone."""

_SHE = (
    "Ada Bea Carla Dora Edith Farah Greta Hanna Ines Jo Karin Leila Mona Nadia Olga Priya Rosa Salma Tove Uma Vera "
    "Wanda Xenia Yasmin Zoe"
)
_HE = (
    "Adam Boris Carlos Dimitri Emil Farid Goran Hugo Igor Jonas Kofi Luis Marek Nils Omar Paolo Ravi Stefan Tarik Ugo "
    "Viktor Walter Xaver Yusuf Zeno"
)
PEOPLE = [(name, "she", "her") for name in _SHE.split()] + [(name, "he", "him") for name in _HE.split()]

_THINGS = (
    "shells stickers marbles buttons stamps postcards beads coins pencils cards pebbles badges bolts candles tiles "
    "bricks keys corks feathers magnets dice ribbons notebooks envelopes acorns chestnuts lanterns spoons nails screws"
)
THINGS = _THINGS.split()

TIMES = {2: "twice", 3: "three times", 4: "four times", 5: "five times"}
PART = {2: "half", 3: "a third", 4: "a quarter", 5: "a fifth"}


def listed(items: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
