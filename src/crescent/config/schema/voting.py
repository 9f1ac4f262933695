"""How solutions become one answer, and the audit of it."""

from dataclasses import dataclass

from crescent.config.schema.model import Sampling
from crescent.config.schema.option import option, section

READING = ("labels", "samples", "draws")
"""How answers are read and compared, in the vote and in pass@k alike."""


@dataclass
class Voting:
    """K solutions per question, and what guards the label that `label` makes of them."""

    prompt: str = option("", affects=("answers", "training"))
    """Asks for a solution. `{question}` is the question."""
    samples: int = option(8, low=1, high=4096, affects=("answers",))
    """Solutions sampled per question."""
    max_tokens: int | None = option(None, low=1, affects=("answers",))
    """Sampled tokens of a round, its questions included, after which no further one is answered; null: no limit."""
    sampling: Sampling = section(Sampling, affects=("answers", "samples", "draws"))
    reject_ties: bool = True
    """Reject a question whose leading answers have equally many votes; false: the one sampled first wins."""
    min_agreement: float = option(0.4, low=0.0, high=1.0)
    """The band of agreement that is kept, both ends inclusive, compared exactly."""
    max_agreement: float = option(1.0, low=0.0, high=1.0)
    """Below 1: questions that are too easy to learn from are dropped."""
    min_votes: int = option(2, low=1)
    """Votes that the majority answer needs at least."""
    representative: str = option("first", of=("first", "shortest", "median", "likeliest", "distinct"))
    """Which of the solutions with the majority answer stands for the consensus; `distinct`: several, as unlike each
    other as can be, each a training pair."""
    representatives: int = option(2, low=2, high=64)
    """For `distinct`: solutions per question at most."""
    marker: str = option("####", affects=READING)
    """What the prompt asks to write before the final answer; empty: no marker."""
    symbolic: bool = option(True, affects=READING)
    """Compare formulas with math-verify, where it is installed (extra `symbolic`), in a process with limits."""
    symbolic_seconds: float = option(5.0, low=0.1, high=600.0, affects=READING)
    """A comparison that computes longer is given up and counts as different."""
    symbolic_megabytes: int = option(2048, low=256, affects=READING)
    """Memory the comparing process may use."""
    adaptive: str = option("off", of=("off", "lossless", "probable"), affects=("answers",))
    """Stop sampling a question early: when its outcome is certain, or when its majority is probable enough."""
    confidence: float = option(0.95, low=0.5, high=1.0, affects=("answers",))
    """For `probable`: how sure the leading answer must be to beat the runner-up (Aggarwal et al., 2023)."""
    step: int = option(2, low=1, affects=("answers",))
    """Solutions asked for at a time when sampling is adaptive."""


@dataclass
class Audit:
    """Questions with known answers, to learn what labels are worth: `stage=audit` alone, or in every round of a run.

    A run asks them of the model that answers the round's own questions, and keeps them out of what it learns from.
    """

    data: str | None = None
    """A JSON Lines, JSON or CSV file, or a folder: its `test.*`, or its only such file; null: none."""
    limit: int | None = option(None, low=1)
    """Take the first rows only; null: all."""
    question: str | None = None
    """Column of the question; null: `question` as in GSM8K, or `Body` and `Question` as in SVAMP."""
    answer: str | None = None
    """Column of the true answer, whole or behind `####`; null: `answer` or `Answer`."""
