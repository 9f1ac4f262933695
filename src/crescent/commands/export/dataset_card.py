"""The card of exported conversations, with how each trainer reads them."""

from collections.abc import Mapping
from typing import Any

CARD = """---
configs:
- config_name: default
  data_files: {file}
task_categories:
- text-generation
{licence}---
# Conversations by {model}

{count:,} conversations of one question and one solution, up to round {number} of the run `{name}` (seed {seed}), made
by Crescent (arm `{arm}`). An answer is what the model's samples agreed on, not a checked truth. Whoever trains on them
is bound by what the licence of {model} says about its output{terms}.

| column | meaning |
|---|---|
| `messages` | `user`: what is asked; `assistant`: the solution. Train on the assistant's turn alone |
| `id`, `round` | the question's name, and the round it was written in |
| `answer`, `agreement` | the final value of the solution, and votes for it / solutions sampled |

Read as it is by
- TRL: `SFTTrainer(train_dataset=load_dataset("THIS_FOLDER", split="train"), ...)`
- axolotl: the section in `axolotl.yaml`
- LLaMA-Factory: `dataset_dir: THIS_FOLDER`, `dataset: crescent`
- open-instruct: `--dataset_mixer_list THIS_FOLDER/{file} 1.0`
"""


def dataset_card(config: Mapping[str, Any], number: int, count: int, file: str) -> str:
    """The text of `README.md` beside exported conversations; `config` as a run folder keeps it."""
    model = config["model"]
    licence = model.get("licence")
    return CARD.format(
        file=file,
        licence=f"license: {licence}\n" if licence else "",
        terms=f" ({licence})" if licence else "",
        model=model["name"],
        count=count,
        number=number,
        name=config["name"],
        seed=config["seed"],
        arm=config["training"]["pairs"],
    )
