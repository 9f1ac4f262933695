"""The typed configuration: one dataclass per group of `conf/`, every field with its meaning and its bounds.

The bounds stand in the field's metadata, so that `config/check.py` can report every value that breaks one, and so that
help and documentation say the same. Nothing here imports more than the standard library: a wrong configuration is
reported before anything heavy is loaded.
"""

from dataclasses import dataclass, field

from crescent.config.schema.backend import Backend
from crescent.config.schema.evaluation import Evaluation, Gate
from crescent.config.schema.model import Model, Sampling
from crescent.config.schema.option import option
from crescent.config.schema.questions import Dedup, Embedding, Minhash, Questions
from crescent.config.schema.tracking import Tracking
from crescent.config.schema.trainer import Trainer
from crescent.config.schema.training import Lora, Training
from crescent.config.schema.voting import Audit, Voting

__all__ = [
    "Audit",
    "Backend",
    "Config",
    "Dedup",
    "Embedding",
    "Evaluation",
    "Gate",
    "Lora",
    "Minhash",
    "Model",
    "Questions",
    "Sampling",
    "Tracking",
    "Trainer",
    "Training",
    "Voting",
    "option",
]


@dataclass
class Config:
    """One run: everything that decides its results, and where they go."""

    name: str = "nano"
    """First part of the run folder's name."""
    seed: int = option(1, low=0, high=2**31 - 1)
    """Every random draw of the run derives from it."""
    rounds: int = option(2, low=1, high=100)
    """How often the loop of questions, consensus, fine-tuning and gate is gone through."""
    output_dir: str = "outputs"
    """Where the run folders are."""
    run_dir: str | None = None
    """The run folder itself; null: `output_dir/NAME-seedSEED` and the overrides."""
    stage: str = option("all", of=("all", "vote", "audit"))
    """`all`: the loop. `vote`: vote anew on a run's solutions. `audit`: what labels are worth, see `audit.data`."""
    executor: str = option("inline", of=("inline",))
    """`inline`: all stages in this process."""
    model: Model = field(default_factory=Model)
    questions: Questions = field(default_factory=Questions)
    dedup: Dedup = field(default_factory=Dedup)
    voting: Voting = field(default_factory=Voting)
    training: Training = field(default_factory=Training)
    evaluation: Evaluation = field(default_factory=Evaluation)
    audit: Audit = field(default_factory=Audit)
    backend: Backend = field(default_factory=Backend)
    trainer: Trainer = field(default_factory=Trainer)
    tracking: Tracking = field(default_factory=Tracking)
