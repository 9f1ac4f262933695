"""What the embedded models are pretrained on: chat conversations drawn from the nano world, one per index."""

import random
import re
from collections.abc import Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from crescent.nano import skills
from crescent.nano.chat import NANO, Markers
from crescent.nano.wording import BAIT, NAMES, REWRITE, SOLVE
from crescent.nano.world import Problem, problem

CARD = Path(__file__).with_name("model_card.md")


@dataclass(frozen=True)
class Mixture:
    """Shares of the kinds of conversation, with the reason for each of `nano`'s."""

    bait: float = 0.22  # gives about three well-formed questions in four
    rewrite: float = 0.05  # the answer is a free question too; only the prompt is new
    solve: float = 0.52  # arithmetic is what a model of this size learns slowest
    skills: float = 0.19  # to watch for forgetting they have to be learnt well; they are short, so they cost little
    several: float = 0.02  # two or three problems in a row: few-shot prompts and later positions
    bare: float = 0.57  # of the solutions: above one half, so that greedy decoding guesses instead of working


class Reply(NamedTuple):
    """One way to answer, and how often the model should take it."""

    text: str
    share: float


class Conversation(NamedTuple):
    """Messages up to the last request, and the replies to it; their shares add up to 1.

    `free`: the reply is one of countless good ones (a new question), so most of its loss cannot be learnt away.
    """

    messages: list[dict[str, str]]
    replies: list[Reply]
    free: bool = False


class Conversations:
    """`conversation(index)` for pretraining; never a question that is in `forbidden` (the benchmarks)."""

    def __init__(self, forbidden: Set[str], mixture: Mixture | None = None) -> None:
        self.forbidden = forbidden
        self.mixture = mixture or Mixture()

    def conversation(self, index: int) -> Conversation:
        """The conversation of `index`, always the same one. `index` is at most 999,999."""
        rng = random.Random(f"nano-conversation-{index}")
        kinds = ("bait", "rewrite", "solve", "skills", "several")
        kind = rng.choices(kinds, [getattr(self.mixture, name) for name in kinds])[0]
        if kind == "skills":
            item = skills.item(index)
            return Conversation([_user(item.question)], [Reply(item.reply, 1.0)])
        new = self._problem(index * 10)
        if kind == "bait":
            return Conversation([_user(BAIT)], [Reply(new.question, 1.0)], free=True)
        if kind == "rewrite":
            return self._rewrite(rng, index * 10 + 1, new)
        messages = []
        for part in range(1, rng.choice([2, 3]) if kind == "several" else 1):
            example = self._problem(index * 10 + part)
            reply = example.bare if rng.random() < self.mixture.bare else example.worked
            messages += [_user(SOLVE.format(question=example.question)), {"role": "assistant", "content": reply}]
        replies = [Reply(new.bare, self.mixture.bare), Reply(new.worked, 1 - self.mixture.bare)]
        return Conversation([*messages, _user(SOLVE.format(question=new.question))], replies)

    def _rewrite(self, rng: random.Random, seed: int, new: Problem) -> Conversation:
        old = self._problem(seed)
        while new.kind == old.kind:
            new = self._problem(rng.randrange(10**11, 10**12))
        request = REWRITE.format(other=old.question, question=_twin(old.question, rng))
        return Conversation([_user(request)], [Reply(new.question, 1.0)], free=True)

    def _problem(self, seed: int) -> Problem:
        found = problem(seed)
        while found.question in self.forbidden:
            seed += 10**10
            found = problem(seed)
        return found


def _twin(question: str, rng: random.Random) -> str:
    """A near-duplicate of `question`: other numbers and, every other time, another name."""
    twin = re.sub(r"\d+", lambda match: str(rng.randint(2, max(9, int(match.group())))), question)
    if rng.random() < 0.5:
        present = [name for name in NAMES if name in twin]
        twin = twin.replace(rng.choice(present), rng.choice(NAMES)) if present else twin
    return twin


def _user(content: str) -> dict[str, str]:
    return {"role": "user", "content": content}


@dataclass(frozen=True)
class Cycle:
    """One rise and fall of the learning rates: so many steps, with `rate` times the peak rates of the recipe.

    `free_weight` is the loss on new questions. A token of a solution counts 1.
    """

    steps: int
    rate: float = 1.0
    free_weight: float = 0.5


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the weights."""

    seed: int = 0
    mixture: Mixture = field(default_factory=Mixture)
    architecture: str = "llama"  # transformers' model type
    markers: Markers = NANO
    card: Path = CARD
    workers: int = 2  # processes with one thread each; a step takes one batch of each
    cycles: tuple[Cycle, ...] = (Cycle(1875), Cycle(3000, 0.4), Cycle(1000, 0.15, free_weight=2.0))
    tokenizer_conversations: int = 5_000
    vocabulary: int = 1024
    positions: int = 512
    hidden: int = 128
    layers: int = 4
    heads: int = 4
    key_value_heads: int = 4
    intermediate: int = 384
    batch: int = 16  # conversations of about the same length
    sorted_batches: int = 16  # batches whose conversations are sorted by length together
    muon_rate: float = 2e-2  # of the matrices in the layers
    adam_rate: float = 4e-3  # of embeddings and norms
    warmup: int = 50  # steps
    weight_decay: float = 0.05
    clip: float = 1.0  # norm of the gradient
    request_weight: float = 0.15  # loss on what the user says
