"""Word problems of the nano world: a plan of sentences per kind, drawn until it asks for what was ordered.

A plan says which facts, events and question may come in which order; `solver.interpret` works out the steps, and a
draw that is ill-posed, too large or has another number of steps is thrown away. So there is one semantics only, and the
worked solution of a problem is the chain of steps that the interpreter wrote down.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from crescent.nano.grammar import Sentence, render
from crescent.nano.plans import KINDS, Draw, Sizes
from crescent.nano.solver import IllPosedError, Value, interpret

SMALL = Sizes()
# Seen: at most a few hundred draws for any kind and number of steps that exist.
ATTEMPTS = 20_000
LARGE = Sizes(start=(40, 400), change=(11, 99), factor=(3, 12), limit=2000)


@dataclass(frozen=True)
class Problem:
    """A question with its answer and its two solutions, `worked` step by step and `bare`."""

    question: str
    answer: int
    worked: str
    bare: str
    steps: int
    kind: str


def problem(seed: int, *, steps: int | None = None, kind: str | None = None, sizes: Sizes = SMALL) -> Problem:
    """The problem of `seed`: always the same one for the same arguments.

    `steps` (1 to 4 by default, drawn) is the number of operations of the worked solution. The first sentence or two may
    state a quantity that the answer does not need. Raises ValueError for a kind that is not in `KINDS` and where a kind
    has no problem of so many steps ("age" ends at three).
    """
    if kind is not None and kind not in KINDS:
        raise ValueError(f"no kind {kind!r}: one of {', '.join(KINDS)}")
    rng = random.Random(f"nano-{seed}-{steps}-{kind}-{sizes}")
    wanted = steps or rng.choices((1, 2, 3, 4), (15, 40, 30, 15))[0]
    for _ in range(ATTEMPTS):
        chosen = kind or rng.choices(tuple(KINDS), [1 / (rank + 4) for rank in range(len(KINDS))])[0]
        draw = Draw(rng, sizes, rng.randint(max(1, wanted - 2), wanted))
        try:
            sentences = KINDS[chosen](draw)
            value = interpret(sentences)
        except IllPosedError:
            continue
        if len(value.steps) == wanted and _sizes_hold(value, sizes):
            return _written(sentences, value, chosen, rng)
    raise ValueError(f"no {kind} problem of {wanted} steps in {ATTEMPTS} draws")


def _sizes_hold(value: Value, sizes: Sizes) -> bool:
    return all(int(step.rsplit(" ", 1)[1]) <= sizes.limit for step in value.steps)


def _written(sentences: Sequence[Sentence], value: Value, kind: str, rng: random.Random) -> Problem:
    bare = f"#### {value.number}"
    worked = " ".join(f"{'Then' if index else 'First'} {step}." for index, step in enumerate(value.steps))
    return Problem(
        question=" ".join(render(sentence, rng) for sentence in sentences),
        answer=value.number,
        worked=f"{worked} {bare}",
        bare=bare,
        steps=len(value.steps),
        kind=kind,
    )
