"""The card of a dataset, as Hugging Face's hub and `datasets.load_dataset` read it."""

from collections.abc import Sequence

from crescent.config.schema import Config
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
