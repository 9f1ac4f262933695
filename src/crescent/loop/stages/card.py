"""The cards of a dataset and of a model, as Hugging Face's hub reads them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crescent import __version__
from crescent.config.schema import Config, Model
from crescent.records import Pair

CARD = """---
configs:
- config_name: default
  data_files: train.jsonl
task_categories:
- text-generation
---
# Questions and solutions written by {model}

{count:,} pairs up to round {number} of the run `{name}` (seed {seed}), made by Crescent. Every question and every
solution is the model's own: no seed data, no labels and no other model were used. An answer is what the model's samples
agreed on (arm `{arm}`), not a checked truth.

| column | meaning |
|---|---|
| `id`, `round` | the question's name, and the round it was written in |
| `question`, `solution` | what the student reads, and what it learns to write |
| `answer` | the final value read from the solution |
| `agreement` | votes for the answer / solutions sampled |
"""


def dataset_card(config: Config, number: int, pairs: Sequence[Pair]) -> str:
    """The text of `README.md` beside the pairs of round `number`."""
    return CARD.format(
        model=config.model.name,
        count=len(pairs),
        number=number,
        name=config.name,
        seed=config.seed,
        arm=config.training.pairs,
    )


MODEL_CARD = """---
library_name: transformers
pipeline_tag: text-generation
{tags}---
# {name}, fine-tuned on questions and solutions written by {writer}

Made by Crescent {version}: round {number} of the run `{run}` (seed {seed}). {pairs:,} pairs of question and solution
(arm `{arm}`{replayed}), {method}, {epochs} epochs in {steps:,} steps of {batch_size}, learning rate {learning_rate:g},
loss on the solution only. Answers are what samples agreed on, not checked truths.

| lineage | |
|---|---|
| model | {origin} |
| started from | `{start}`, `{identity}` |
| learned from | `{data}`, `{outcome}` |
"""


def model_card(config: Config, settings: Model, number: int, lineage: dict[str, Any], facts: dict[str, Any]) -> str:
    """The text of `README.md` in the trained model's folder. `settings`: the section of the model that was trained."""
    tags = f"license: {settings.licence}\n" if settings.licence else ""
    if lineage["hub"]:
        tags += f"base_model: {settings.path}\n"
    return MODEL_CARD.format(
        tags=tags,
        name=settings.name,
        writer="itself" if config.student is None else config.model.name,
        version=__version__,
        number=number,
        run=config.name,
        seed=config.seed,
        pairs=facts["pairs"],
        arm=config.training.pairs,
        replayed=f", and {facts['replayed']:,} replayed" if facts["replayed"] else "",
        method="all weights" if config.training.method == "full" else f"LoRA of rank {config.training.lora.rank}",
        epochs=config.training.epochs,
        steps=facts["steps"],
        batch_size=config.training.batch_size,
        learning_rate=config.training.learning_rate,
        origin=lineage["model"],
        start=lineage["start"],
        identity=lineage["start_identity"][:16],
        data=lineage["data"],
        outcome=lineage["data_outcome"][:16],
    )


def origin(settings: Model) -> tuple[str, bool]:
    """Where a model comes from, in words that say nothing of this machine; and whether that is an id of the hub."""
    if settings.path.startswith(("embedded:", "package:")):
        return f"`{settings.path}`", False
    if Path(settings.path).exists():
        return f"a local folder, `{Path(settings.path).name}`", False
    return f"`{settings.path}`, revision `{settings.revision or 'main'}`", True
