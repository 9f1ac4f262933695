"""The rewards called as TRL and as verl call them, and in a real run of TRL's GRPO on the embedded model."""

import sys
from pathlib import Path
from typing import Any

import pytest

from crescent.errors import DataError
from crescent.rewards import agreement, answered, majority

PROMPTS = ["3 + 4?"] * 4 + ["1 + 1?"] * 4
COMPLETIONS = [
    "The answer is 7.", "#### 7.0", "3 + 4 = 8", "no idea",
    "\\boxed{2}", "#### 2", "#### 3", "The answer is 3.",
]  # fmt: skip


def test_majority_rewards_the_leader_and_no_tie() -> None:
    assert majority(PROMPTS, COMPLETIONS) == [1, 1, 0, 0, 0, 0, 0, 0]
    assert majority(PROMPTS, COMPLETIONS, min_agreement=0.5) == [1, 1, 0, 0, 0, 0, 0, 0]
    assert majority(PROMPTS, COMPLETIONS, min_agreement=0.6) == [0] * 8


def test_agreement_is_the_share_of_the_same_answer() -> None:
    assert agreement(PROMPTS, COMPLETIONS) == [0.5, 0.5, 0.25, 0, 0.5, 0.5, 0.5, 0.5]


def test_answered_asks_for_an_answer_alone() -> None:
    assert answered(PROMPTS, COMPLETIONS) == [1, 1, 1, 0, 1, 1, 1, 1]


def test_groups_are_prompts_wherever_they_stand() -> None:
    order = [0, 4, 1, 5, 2, 6, 3, 7]
    mixed = majority([PROMPTS[index] for index in order], [COMPLETIONS[index] for index in order])
    assert mixed == [majority(PROMPTS, COMPLETIONS)[index] for index in order]


def test_conversations_are_read_as_their_last_message() -> None:
    prompts = [[{"role": "user", "content": prompt}] for prompt in PROMPTS]
    completions = [[{"role": "assistant", "content": text}] for text in COMPLETIONS]
    assert majority(prompts, completions, answer=["7"] * 8, trainer_state=None) == majority(PROMPTS, COMPLETIONS)
    assert answered(prompts, [[{"role": "assistant", "content": [{"type": "text", "text": "#### 7"}]}]] * 8) == [1] * 8
    assert answered([""] * 2, [[], [{"role": "assistant", "content": None}]]) == [0, 0]


def test_verl_calls_them_by_batch() -> None:
    call: dict[str, Any] = {
        "data_sources": ["gsm8k"] * 8,
        "solution_strs": COMPLETIONS,
        "ground_truths": [""] * 8,
        "extra_infos": [{"index": number // 4, "split": "train"} for number in range(8)],
    }
    assert majority(**call) == majority(PROMPTS, COMPLETIONS)
    assert agreement(**call) == agreement(PROMPTS, COMPLETIONS)
    assert answered(**call) == answered(PROMPTS, COMPLETIONS)
    assert answered(data_source="gsm8k", solution_str="#### 7", ground_truth="", extra_info={}) == 1.0


def test_a_vote_without_its_question_is_refused() -> None:
    with pytest.raises(DataError, match="extra_info"):
        majority(data_source="gsm8k", solution_str="#### 7", ground_truth="", extra_info={"index": 1})
    with pytest.raises(DataError, match="extra_info"):
        agreement(data_sources=["a"], solution_strs=["#### 7"], ground_truths=[""], extra_infos=[{}])
    with pytest.raises(DataError, match="2 prompts for 1"):
        majority(["a", "b"], ["#### 7"])
    with pytest.raises(DataError, match="no completions"):
        answered()


@pytest.mark.timeout(120)
def test_no_completion_holds_them_up() -> None:
    hard = ["9" * 50_000, "\\boxed{" * 10_000]
    hard += ["#### 9^{9^{9^{9^9}}}", "#### (" * 5_000]
    hard += ["The answer is $x^{x^{x^x}}$."]
    assert len(majority(["q"] * len(hard), hard)) == len(hard)
    assert len(agreement(["q"] * len(hard), hard)) == len(hard)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_grpo_of_trl_trains_with_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trl = pytest.importorskip("trl")
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from crescent import nano

    monkeypatch.setitem(sys.modules, "wandb", None)
    folder = Path(next(iter(nano.__path__))) / "weights"
    config = trl.GRPOConfig(
        output_dir=str(tmp_path), max_steps=2, per_device_train_batch_size=8, num_generations=4, use_cpu=True,
        bf16=False, max_completion_length=32, logging_steps=1, report_to=[], save_strategy="no", seed=1,
    )  # fmt: skip
    trainer = trl.GRPOTrainer(
        model=AutoModelForCausalLM.from_pretrained(folder),
        processing_class=AutoTokenizer.from_pretrained(folder),
        reward_funcs=[majority, agreement, answered],
        args=config,
        train_dataset=Dataset.from_dict({"prompt": ["Ann has 3 pens and buys 4 more. How many pens has she?\n"] * 8}),
    )
    trainer.train()
    logged = [entry for entry in trainer.state.log_history if "rewards/majority/mean" in entry]
    assert len(logged) == 2
    for entry in logged:
        assert 0 <= entry["rewards/majority/mean"] <= 1
        assert entry["rewards/agreement/mean"] <= entry["rewards/answered/mean"] <= 1
