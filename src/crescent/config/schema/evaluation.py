"""Benchmarks and the gate."""

from dataclasses import dataclass
from typing import Any

from crescent.config.schema.option import option, section, slot
from crescent.config.schema.questions import Dedup


@dataclass
class Alarms:
    """What a round's replies to the dev task may become, against the base model's, before a warning; null: no warning.

    Warnings decide nothing. Without a measurement of the base model its shares count as 0.
    """

    grow: float | None = option(2.0, low=1.0)
    """Their mean length in tokens is more than this many times the base model's."""
    shrink: float | None = option(0.5, low=0.0, high=1.0)
    """It is less than this share of the base model's."""
    cut: float | None = option(0.05, low=0.0, high=1.0)
    """By so much more of them than of the base model's are cut at the token limit (a share of all)."""
    repeat: float | None = option(0.05, low=0.0, high=1.0)
    """By so much more of them than of the base model's repeat themselves: most runs of four words were there before."""


@dataclass
class Gate:
    """Keep a round only if the dev benchmark agrees; otherwise go back to the best round so far."""

    enabled: bool = True
    """False keeps every round, whatever the dev benchmark says."""
    rule: dict[str, Any] = slot("points")
    """When a round is kept, and the settings of that: `use` is a name (conf/gate) or package.module:Class."""
    guard_margin: float = option(1.0, low=0.0, high=100.0)
    """A fall of so many points on `evaluation.guard_task` is none."""
    guard_level: float = option(0.05, low=0.0001, high=0.5)
    """How often a round that has fallen there by just the margin may be lost by chance."""
    patience: int | None = option(None, low=1)
    """Rounds in a row without gain after which the run ends; null: never."""
    stop_on_false_confidence: bool = False
    """End the run when agreement rises while dev accuracy falls: the vote rewards consistent errors."""
    min_distinct: float = option(0.0, low=0.0, high=1.0)
    """End the run when a smaller share of what was written, rewrites counted, was new: diversity has collapsed."""
    min_variety: float = option(0.0, low=0.0, high=1.0)
    """End the run when the questions' Vendi score falls below this share of the first round's: they are much alike."""


@dataclass
class ReplySampling:
    """How replies to benchmarks are sampled, where that is not how the vote samples: as the model's authors say."""

    temperature: float = option(1.0, low=0.0, high=5.0)
    """As `voting.sampling.temperature`; 0 makes all samples the same and is refused."""
    top_p: float = option(1.0, low=0.01, high=1.0)
    """As `voting.sampling.top_p`."""
    top_k: int | None = option(None, low=1)
    """As `voting.sampling.top_k`."""
    min_p: float = option(0.0, low=0.0, high=1.0)
    """As `voting.sampling.min_p`."""
    max_new_tokens: int | None = option(None, low=1, high=131072)
    """Longer replies are cut and counted as cut; null: `evaluation.max_new_tokens`, or as each task states."""


@dataclass
class Evaluation:
    """lm-evaluation-harness on the base model and after every round."""

    tasks: list[str] = option(["nano_math", "nano_hard", "nano_skills"], affects=("evaluation", "dataset"))
    """Benchmarks that are reported and that no decision reads."""
    dev_task: str = option("nano_dev", affects=("evaluation", "dataset", "samples", "gate"))
    """The only benchmark a decision may read. Must not be among `tasks`."""
    guard_task: str | None = option(None, affects=("evaluation", "dataset", "gate"))
    """A second benchmark that the gate reads, against forgetting: a round that is shown to be worse on it than the base
    model, by more than `gate.guard_margin`, is not kept. Must not be among `tasks`; null: none."""
    base: bool = option(True, affects=("gate", "report"))
    """Measure the base model too; without it there is no gain to report."""
    num_fewshot: int | None = option(0, low=0, high=64, affects=("evaluation", "draws"))
    """Worked examples before each item; null: as many as each task states."""
    chat_template: bool = option(True, affects=("evaluation", "draws"))
    """Put items as the user's turn of the chat template, where the tokenizer has one."""
    filter: str = "flexible-extract"
    """Which filter's figure comes first where a task has several; tasks without it take their first."""
    limit: int | None = option(None, low=1, affects=("evaluation", "samples", "draws"))
    """Items per task, for quick looks."""
    batch_size: int = option(64, low=1, affects=())
    """Items decoded or scored together in this process; an engine of `backend` batches as it does elsewhere."""
    max_new_tokens: int | None = option(None, low=1, affects=("evaluation", "samples", "draws"))
    """Longest output in tokens; null: as each task states."""
    isolated: bool = option(False, affects=())
    """Evaluate in a process of its own, which gives all its memory back. The figures are the same."""
    samples: int | None = option(None, low=2, high=4096, affects=("samples",))
    """Solutions sampled of each dev problem, for pass@k and majority@k; null: none. No decision reads them."""
    sampled: dict[str, int] | None = option(None, low=2, high=512, affects=("draws", "gate"))
    """Task, or file of conf/evaluation -> replies sampled to each of its problems, for avg@K, pass@k and majority@K;
    null: none. Of the dev task the gate reads these in place of the greedy replies."""
    sampling: ReplySampling | None = option(None, affects=("samples", "draws"))
    """How `samples` and `sampled` are drawn; null: as `voting.sampling` says, as long as the task allows."""
    local_data: dict[str, str] | None = option(None, affects=("evaluation", "dataset", "samples", "draws"))
    """Task -> folder or file with its problems, for machines without a network. Prompt and metrics stay the task's."""
    audit: str = option("none", of=("none", "nano"), affects=("report",))
    """Who knows the truth of generated questions, for the report alone: `nano`, the embedded model's world."""
    contamination: Dedup | None = section(Dedup, affects=("dataset",))
    """When a generated question is too close to a benchmark's to be trained on; null: not checked."""
    gate: Gate = section(Gate, affects=("gate",))
    alarms: Alarms = section(Alarms, affects=("report",))
