"""The card of exported conversations, with how each trainer reads them."""

from crescent.config.schema import Config
from crescent.run import cards

COLUMNS = {
    "`messages`": "`user`: what is asked; `assistant`: the solution. Train on the assistant's turn alone",
    "`id`, `round`": "the question's name, and the round it was written in",
    "`answer`, `agreement`": "the final value of the solution, and votes for it / solutions sampled (empty without)",
}
READING = """Read as it is by
- TRL: `SFTTrainer(train_dataset=load_dataset("THIS_FOLDER", split="train"), ...)`
- axolotl: the section in `axolotl.yaml`
- LLaMA-Factory: `dataset_dir: THIS_FOLDER`, `dataset: crescent`
- open-instruct: `--dataset_mixer_list THIS_FOLDER/{file} 1.0`
"""


def dataset_card(config: Config, number: int, count: int, file: str) -> str:
    """The text of `README.md` beside exported conversations, which are in `file`."""
    return cards.dataset_card(
        config,
        number,
        count,
        rows="conversations of one question and one solution each",
        columns=COLUMNS,
        reading=READING.format(file=file),
    )
