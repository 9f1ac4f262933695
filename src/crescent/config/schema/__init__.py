"""The typed configuration: one dataclass per group of `conf/`, every field with its meaning and its bounds.

The bounds stand in the field's metadata, so that `config/check.py` can report every value that breaks one, and so that
help and documentation say the same. Nothing here imports more than the standard library: a wrong configuration is
reported before anything heavy is loaded.
"""

from dataclasses import dataclass, field

from crescent.config.schema.backend import Backend
from crescent.config.schema.claim import Claim
from crescent.config.schema.evaluation import Evaluation, Gate
from crescent.config.schema.export import Export
from crescent.config.schema.model import Model, Sampling, Shape
from crescent.config.schema.option import option
from crescent.config.schema.plan import PlanOptions
from crescent.config.schema.questions import Dedup, Embedding, Minhash, Questions
from crescent.config.schema.tracking import Tracking
from crescent.config.schema.trainer import Trainer
from crescent.config.schema.training import Lora, Replay, Training
from crescent.config.schema.voting import Audit, Voting

__all__ = [
    "Audit",
    "Backend",
    "Claim",
    "Config",
    "Dedup",
    "Embedding",
    "Evaluation",
    "Export",
    "Gate",
    "Lora",
    "Minhash",
    "Model",
    "PlanOptions",
    "Questions",
    "Replay",
    "Sampling",
    "Shape",
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
    stage: str = option("all", of=("all", "vote", "audit", "claim", "export"))
    """`all`: the loop. `vote`: vote anew on a run's solutions. `audit`: what labels are worth, see `audit.data`.
    `claim`: the loop for every arm of `claim` and several seeds, compared.
    `export`: a round's pairs and model for others."""
    executor: str = option("inline", of=("inline", "process"))
    """`inline`: all stages in this process. `process`: each stage in processes of its own, several with
    `trainer.devices`."""
    model: Model = field(default_factory=Model)
    student: Model | None = None
    """Distillation: another model that is trained on what `model` writes; null: `model` improves itself."""
    questions: Questions = field(default_factory=Questions)
    dedup: Dedup = field(default_factory=Dedup)
    voting: Voting = field(default_factory=Voting)
    training: Training = field(default_factory=Training)
    evaluation: Evaluation = field(default_factory=Evaluation)
    audit: Audit = field(default_factory=Audit)
    backend: Backend = field(default_factory=Backend)
    trainer: Trainer = field(default_factory=Trainer)
    tracking: Tracking = field(default_factory=Tracking)
    claim: Claim | None = None
    export: Export = field(default_factory=Export)
    plan: PlanOptions = field(default_factory=PlanOptions)
