"""Word problems and calculations that nobody has seen: drawn from a seed when they are needed.

A problem of level L takes exactly L operations of arithmetic, and its numbers grow with the level (`draw.SIZES`). There
are fifteen structures, that is, ways from what is given to what is asked, most of them at all levels, each in several
wordings.
What stands in a problem follows from (seed, level, number) alone, so any part of a set can be made, on any machine.

    python -m crescent.fresh --seed 7 --level 3 --count 5
"""

from crescent.fresh.draw import LEVELS, SIZES
from crescent.fresh.problem import Problem
from crescent.fresh.problems import STRUCTURES, problems

__all__ = ["LEVELS", "SIZES", "STRUCTURES", "Problem", "problems"]
