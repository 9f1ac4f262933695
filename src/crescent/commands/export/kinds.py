"""What an export can be: its rows, their columns, and who reads them. `export.kind` names one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crescent.commands.export.conversations import conversation
from crescent.commands.export.preferences import preferences, unpaired
from crescent.commands.export.questions import questions, verl
from crescent.records import Pair

Rows = Callable[[Sequence[Pair], str], list[dict[str, Any]]]


@dataclass(frozen=True)
class Kind:
    """`folder`: its name in the export. `columns`: name -> type, a word of `files.TYPES`. `rows`, `meanings` and
    `reading` are for the card; `nothing`: why there can be no row.
    """

    folder: str
    make: Rows
    columns: Mapping[str, str]
    rows: str
    meanings: Mapping[str, str]
    reading: str
    nothing: str = ""


def _conversations(pairs: Sequence[Pair], prompt: str) -> list[dict[str, Any]]:
    return [conversation(pair, prompt) for pair in pairs]


NAMED = {"`id`, `round`": "the question's name, and the round it was written in"}
ASKED = "what the user asks"
READ_BY = "Read as it is by\n"
LOSERS = "no answer lost a vote: every question was unanimous, or this arm holds no vote"

KINDS: dict[str, Kind] = {
    "conversations": Kind(
        "dataset",
        _conversations,
        {"messages": "messages", "id": "text", "round": "integer", "answer": "text", "agreement": "number"},
        "conversations of one question and one solution each",
        {
            "`messages`": "`user`: what is asked; `assistant`: the solution. Train on the assistant's turn alone",
            **NAMED,
            "`answer`, `agreement`": "the final value of the solution, and votes for it / solutions sampled "
            "(empty without)",
        },
        READ_BY + '- TRL: `SFTTrainer(train_dataset=load_dataset("THIS_FOLDER", split="train"), ...)`\n'
        "- axolotl: the section in `axolotl.yaml`\n"
        "- LLaMA-Factory: `dataset_dir: THIS_FOLDER`, `dataset: crescent`\n"
        "- open-instruct: `--dataset_mixer_list THIS_FOLDER/{file} 1.0`\n",
    ),
    "preferences": Kind(
        "preferences",
        preferences,
        {
            "prompt": "messages", "chosen": "messages", "rejected": "messages", "margin": "number", "id": "text",
            "round": "integer", "answer": "text",
        },
        "preferences between two solutions of a question each",
        {
            "`prompt`": ASKED,
            "`chosen`, `rejected`": "a solution with the majority answer, and the first with the least voted one",
            "`margin`": "(votes for the one - votes for the other) / solutions sampled",
            "`answer`": "the majority answer",
            **NAMED,
        },
        READ_BY + '- TRL: `DPOTrainer(train_dataset=load_dataset("THIS_FOLDER", split="train"), ...)`\n',
        LOSERS,
    ),
    "unpaired": Kind(
        "unpaired",
        unpaired,
        {"prompt": "messages", "completion": "messages", "label": "truth", "id": "text", "round": "integer"},
        "solutions with a judgement each",
        {
            "`prompt`, `completion`": f"{ASKED}, and a solution",
            "`label`": "true: it has the majority answer; false: it is the first with the least voted one",
            **NAMED,
        },
        READ_BY + '- TRL: `KTOTrainer(train_dataset=load_dataset("THIS_FOLDER", split="train"), ...)`\n',
    ),
    "questions": Kind(
        "questions",
        questions,
        {"prompt": "messages", "answer": "text", "agreement": "number", "id": "text", "round": "integer"},
        "questions with their majority answer each",
        {
            "`prompt`": ASKED,
            "`answer`, `agreement`": "what most solutions gave, not a checked truth, and their share",
            **NAMED,
        },
        READ_BY + '- TRL: `GRPOTrainer(train_dataset=load_dataset("THIS_FOLDER", split="train"), ...)`; reward '
        "functions get the column `answer`\n",
        "no pair has an answer",
    ),
    "verl": Kind(
        "verl",
        verl,
        {
            "data_source": "text", "prompt": "messages", "ability": "text", "reward_model": "reward",
            "extra_info": "extra",
        },
        "questions with their majority answer each",
        {
            "`data_source`, `ability`": "`crescent`, `math`",
            "`prompt`": ASKED,
            "`reward_model`": "`ground_truth`: what most solutions gave, not a checked truth",
            "`extra_info`": "`index` of the row, `id` of the question and its text",
        },
        READ_BY + "- verl: `data.train_files=THIS_FOLDER/{file}`\n",
        "no pair has an answer",
    ),
}  # fmt: skip
