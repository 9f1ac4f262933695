"""How questions are asked for, and which are too much alike."""

from dataclasses import dataclass, field
from typing import Any

from crescent.config.schema.model import Sampling
from crescent.config.schema.option import option, slot

SCREENS = (
    "cut-off", "prompt-repeated", "chat-token", "thought", "dialogue", "answer-attached", "preamble",
    "several-questions", "heading", "no-quantity", "nothing-asked",
)  # fmt: skip
"""The checks by which a text is found to be no question, beside that it is empty."""


@dataclass
class Proposer:
    """A model of its own that writes the questions from the second round on.

    Before each round it is fine-tuned on the bait and the questions of the round before whose agreement fell into the
    band: what the solver is unsure of is asked for more often. It learns in as many steps as said here, and otherwise
    as `training` says; `objective` and replay have no part in it. The solver never learns to ask, nor it to solve.
    """

    min_agreement: float | None = option(None, low=0.0, high=1.0)
    """The band's lower end: below it, answers are taken to be guesses. It has to be said."""
    max_agreement: float | None = option(None, low=0.0, high=1.0)
    """The band's upper end: above it, questions are too easy. It has to be said."""
    epochs: int = option(2, low=1, high=1000)
    """How often each question is seen."""
    steps: int | None = option(None, low=1)
    """Optimizer steps of a round's fine-tuning: the epochs repeat until so many are done; null: as `epochs` say."""
    learning_rate: float | None = option(None, low=0.0, high=1.0)
    """The highest; null: `training.learning_rate`."""


@dataclass
class Questions:
    """The bait, the rewrite, and when to stop asking for more. Where questions come from is `source`."""

    bait: str = ""
    """The one prompt that makes the model write a question; `source=bait` has nothing else go in (paper, section 2)."""
    rewrite: str = ""
    """Asks for a different question. `{question}` is the near-duplicate, `{other}` the one it resembles."""
    vary: str | None = None
    """Of `source=vary`: asks for a variation of the seed problem `{question}`; `{other}` is another one. null:
    `rewrite` does."""
    screen: list[str] = option(list(SCREENS), of=SCREENS)
    """By which checks a text is dropped as no question (docs/runs.md says what each means); an empty one always is."""
    target: int = option(1000, low=1)
    """Accepted questions per round."""
    wave_size: int = option(512, low=1)
    """Questions the model is asked for at once."""
    max_waves: int = option(20, low=1)
    """Waves per round at most."""
    max_tokens: int | None = option(None, low=1)
    """Generated tokens per round after which no further wave is begun."""
    min_yield: float = option(0.05, low=0.0, high=1.0)
    """The waves end when a wave accepts less than this share of what the model wrote."""
    max_rewrites: int = option(1, low=0, high=20)
    """How often a near-duplicate is sent back before it is dropped. Every rewrite is checked again."""
    recheck_rewrites: bool = True
    """False repeats the published code: the first rewrite enters the pool unchecked."""
    sampling: Sampling = field(default_factory=Sampling)
    proposer: Proposer | None = option(None, affects=("proposer",))
    """A model of its own that learns which questions to ask (docs/proposer.md); null: the model that answers asks."""


@dataclass
class Minhash:
    """MinHash-LSH finds candidates; every candidate is verified by exact Jaccard on its shingles."""

    shingle: str = option("word", of=("word", "char"))
    """What a text is cut into before it is compared."""
    size: int = option(2, low=1, high=50)
    """Words or characters per shingle."""
    mask_numbers: bool = True
    """Numbers with their units become one mark, so that the same problem with other figures is the same."""
    mask_names: bool = False
    """Capitalised words that are no common words become one mark."""
    threshold: float = option(0.6, low=0.01, high=1.0)
    """Jaccard similarity from which two questions are near-duplicates."""
    permutations: int = option(256, low=8, high=4096)
    """Hash values per signature."""
    bands: int | None = option(None, low=1)
    """Bands x rows of the LSH table; both null: chosen so that a pair at the threshold is found with 0.98."""
    rows: int | None = option(None, low=1)
    """Hash values per band."""
    seed: int = option(1, low=0)
    """Of the permutations; part of the method, so it does not follow the run's seed."""


@dataclass
class Embedding:
    """Cosine similarity of embeddings finds paraphrases."""

    encoder: str = "model"
    """`model`: mean-pooled hidden states of the generating model; otherwise folder or id of a sentence encoder."""
    revision: str | None = None
    """Branch, tag or commit of a sentence encoder on the hub; null: its main branch."""
    threshold: float = option(0.9, low=0.01, high=1.0)
    """Cosine similarity from which two questions are near-duplicates."""
    figures_threshold: float | None = option(None, low=0.01, high=1.0)
    """The same for two questions with the same numbers, at least two different ones: a paraphrase keeps them, another
    problem hardly ever has them all. null: `threshold` for all."""
    batch_size: int = option(128, low=1, affects=())
    """Questions embedded together."""


@dataclass
class Dedup:
    """The cascade of near-duplicate tests, cheapest first. A test that is null is left out."""

    exact: bool = True
    """Equal after Unicode, case and white-space normalisation."""
    minhash: Minhash | None = field(default_factory=Minhash)
    embedding: Embedding | None = None
    own: dict[str, Any] = slot(None)
    """A further test after these, and its settings: `use` is package.module:Class (docs/extending.md)."""
