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
