"""Pairs as `messages`: the format that TRL, axolotl, LLaMA-Factory and open-instruct have in common.

A row is `{"messages": [{"role": "user", "content": ...}, {"role": "assistant", "content": ...}], ...}` with the pair's
id, round, answer and agreement beside it. No column is called `prompt`, `completion`, `text` or `tools`: trainers take
those for instructions to treat the row otherwise.
"""

import json
from typing import Any

from crescent.generation.prompts import fill
from crescent.records import Pair

NAME = "train"
DATASET = "crescent"
"""What the files for LLaMA-Factory and axolotl call the dataset."""


def conversation(pair: Pair, prompt: str) -> dict[str, Any]:
    """One row. The user says what the student was asked in training: `prompt` with the question in it."""
    asked = fill(prompt, question=pair.question)
    return {
        "messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": pair.solution}],
        "id": pair.id,
        "round": pair.round,
        "answer": pair.answer,
        "agreement": pair.agreement,
    }


def dataset_info(file: str) -> bytes:
    """`dataset_info.json`, as LLaMA-Factory looks for it in its `dataset_dir` (its data/README.md, OpenAI format)."""
    tags = {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}
    entry = {"file_name": file, "formatting": "sharegpt", "columns": {"messages": "messages"}, "tags": tags}
    return (json.dumps({DATASET: entry}, indent=2) + "\n").encode()


def axolotl(file: str) -> bytes:
    """The `datasets` section of an axolotl configuration (its docs/dataset-formats/conversation.qmd)."""
    kind = "parquet" if file.endswith(".parquet") else "json"
    return f"""\
# Put this into an axolotl configuration, with the path as axolotl will see it.
datasets:
  - path: {file}
    ds_type: {kind}
    type: chat_template
    field_messages: messages
    roles_to_train: [assistant]
    train_on_eos: turn
""".encode()
