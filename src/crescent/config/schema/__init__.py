"""The typed configuration: one dataclass per group of `conf/`, every field with its meaning and its bounds.

The bounds stand in the field's metadata, so that `config/check.py` can report every value that breaks one, and so that
help and documentation say the same. What a key decides stands there too (`affects=`, see `config/effects.py`): plans of
stages, names of run folders and what a run may change all follow from it. Nothing here imports more than the standard
library: a wrong configuration is reported before anything heavy is loaded.
"""

from dataclasses import dataclass
from typing import Any

from crescent.config.schema.backend import Backend
from crescent.config.schema.commands import Claim, Export, HalfHour, PlanOptions
from crescent.config.schema.evaluation import Alarms, Evaluation, Gate, ReplySampling
from crescent.config.schema.model import Model, Sampling, Shape
from crescent.config.schema.option import option, section, slot
from crescent.config.schema.questions import Dedup, Embedding, Minhash, Proposer, Questions
from crescent.config.schema.tracking import Tracking
from crescent.config.schema.training import Lora, Replay, Trainer, Training
from crescent.config.schema.voting import Audit, Voting

__all__ = [
    "Alarms",
    "Audit",
    "Backend",
    "Claim",
    "Config",
    "Dedup",
    "Embedding",
    "Evaluation",
    "Export",
    "Gate",
    "HalfHour",
    "Lora",
    "Minhash",
    "Model",
    "PlanOptions",
    "Proposer",
    "Questions",
    "Replay",
    "ReplySampling",
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

    name: str = option("nano", affects=())
    """First part of the run folder's name; unless given, an experiment's own, or that of the model's file."""
    seed: int = option(
        1,
        low=0,
        high=2**31 - 1,
        affects=("proposer", "questions", "answers", "dataset", "replay", "training", "samples", "draws", "report"),
    )
    """Every random draw of the run derives from it."""
    rounds: int = option(2, low=1, high=100, affects=("length",))
    """How often the loop of questions, consensus, fine-tuning and gate is gone through. A run that has begun may go on
    with more, but with no fewer than it has."""
    output_dir: str = option("outputs", affects=())
    """Where the run folders are."""
    run_dir: str | None = option(None, affects=())
    """The run folder itself; null: `output_dir/NAME-seedSEED` and what differs from the experiment's own values."""
    from_run: str | None = option(None, affects=())
    """The folder of another run, whose questions and solutions are taken over as far as these settings and the model
    would sample the same ones. Voting, and everything after it, is done anew, by this run's rules."""
    store: str | None = option(None, affects=())
    """A folder where runs share finished stages: what another run has made with an equal plan is linked in, not made
    again. A claim gives its runs one."""
    stage: str = option("all", of=("all", "vote", "audit", "claim", "half_hour", "export"), affects=())
    """`all`: the loop. `vote`: vote anew on a run's solutions. `audit`: what labels are worth, see `audit.data`.
    `claim`: the loop for every arm of `claim` and several seeds, compared.
    `half_hour`: every path of this machine tried and measured, and a small claim.
    `export`: a round's pairs and model for others."""
    executor: str = option("inline", of=("inline", "process"), affects=())
    """`inline`: all stages in this process. `process`: each stage in processes of its own, several with
    `trainer.devices`."""
    model: Model = section(Model, affects=("model",))
    student: Model | None = option(None, affects=("model",))
    """Distillation: another model that is trained on what `model` writes; null: `model` improves itself."""
    source: dict[str, Any] = slot("bait", affects=("questions",))
    """Where questions come from, and the settings of that: `use` is a name (conf/source) or package.module:Class."""
    questions: Questions = section(Questions, affects=("questions",))
    dedup: Dedup = section(Dedup, affects=("questions",))
    voting: Voting = section(Voting, affects=("labels",))
    label: dict[str, Any] = slot("majority", affects=("labels", "dataset"))
    """What makes a label of solutions, and its settings: `use` is a name (conf/label) or package.module:Class."""
    select: dict[str, Any] = slot("all", affects=("dataset",))
    """Which of the pairs with a label are learned from: `use` is a name (conf/select) or package.module:Class."""
    objective: dict[str, Any] = slot("sft", affects=("training",))
    """What is made of the pairs in training, and its settings: a name (conf/objective) or package.module:Class."""
    training: Training = section(Training, affects=("training",))
    evaluation: Evaluation = section(Evaluation, affects=("evaluation",))
    audit: Audit = section(Audit, affects=("audit",))
    backend: Backend = section(Backend, affects=())
    trainer: Trainer = section(Trainer, affects=())
    tracking: Tracking = section(Tracking, affects=())
    claim: Claim | None = option(None, affects=("claim",))
    half_hour: HalfHour = section(HalfHour, affects=())
    export: Export = section(Export, affects=())
    plan: PlanOptions = section(PlanOptions, affects=())
