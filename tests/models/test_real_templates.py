"""The conversations of every family in `conf/model`, with its real tokenizer: what is asked, read and learnt."""

import copy
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from transformers import PreTrainedTokenizerBase

from crescent.config.schema import Model
from crescent.config.tree import conf_dir
from crescent.models.chat import prompt_ids, rendered, template
from crescent.models.replies import Replies
from crescent.models.thoughts import spoken
from crescent.models.turns import end_token
from crescent.training.examples import encode_pair
from tests.models.real import real_tokenizer, trl_templates
from tests.models.templates import CHATML, LLAMA2


@dataclass(frozen=True)
class Family:
    """`template`: one of trl's by name, Jinja text, "" for the tokenizer's own, None for plain text."""

    tokenizer: str
    template: str | None
    end: str
    begins: bool = True
    lead: str = ""
    """What stands between prompt and solution."""
    off: bool = False
    """Whether it can be asked for no thoughts."""


FAMILIES = {
    "llama2": Family("llama2", LLAMA2, " </s>", lead=" "),
    "llama3": Family("llama3", "llama3", "<|eot_id|>"),
    "llama3_own": Family("llama3", "", "<|eot_id|>"),
    "llama3_1": Family("llama3_1", "llama3_1", "<|eot_id|>"),
    "llama3_2": Family("llama3_1", "llama3_2", "<|eot_id|>"),
    "llama3_2_plain": Family("llama3_1", None, "<|eot_id|>", lead=" "),  # the base model's own ends in another token
    "qwen2_5": Family("qwen3", "qwen2_5", "<|im_end|>", begins=False),
    "qwen3": Family("qwen3", "", "<|im_end|>", begins=False, off=True),
    "qwen3_2507": Family("qwen3", "qwen3_instruct_2507", "<|im_end|>", begins=False),
    "qwen3_plain": Family("qwen3", None, "<|im_end|>", begins=False, lead=" "),
    "gemma3": Family("gemma3", "", "<end_of_turn>"),
    "smollm": Family("qwen3", CHATML, "<|im_end|>", begins=False),
    "deepseek_v3": Family("deepseek_v3", "", "<｜end▁of▁sentence｜>"),
    "gptoss": Family("gptoss", "gptoss", "<|return|>", begins=False, lead="<|channel|>final<|message|>"),
}
OF = {
    "llama2": ["llama2_7b_chat", "llama2_13b_chat"],
    "llama3": ["llama3_8b_instruct"],
    "llama3_1": ["llama3_1_8b_instruct"],
    "llama3_2_plain": ["llama3_2_3b"],
    "qwen2_5": ["qwen2_5_0_5b", "qwen2_5_1_5b", "qwen2_5_7b"],
    "qwen3": ["qwen3_0_6b", "qwen3_4b"],
    "qwen3_2507": ["qwen3_4b_instruct_2507", "qwen3_30b_a3b"],
    "qwen3_plain": ["qwen3_1_7b_base", "qwen3_4b_base"],
    "gemma3": ["gemma3_1b", "gemma3_4b"],
}
ELSEWHERE = {
    "nano": "all tests",
    "chat": "no family",
    "smollm2_135m": "tests/system/test_smollm2.py",
    "smollm3_3b": "its tokenizer is Llama 3's, its template thinks as Qwen 3's and writes a date as Llama 3.2's",
    "olmo3_7b": "plain text, as Llama 3.2 and Qwen 3 here",
}
QUESTION = "How many pears are left?"
PLAIN = "First 12 - 5 = 7.\n\nSo $x_1 = 7$, naïve 安全 🙂: \\boxed{7}"
THINKING = "<think>\n12 - 5\nis 7\n</think>\n\nThere are 7."


def of(name: str, **settings: str) -> PreTrainedTokenizerBase:
    family = FAMILIES[name]
    tokenizer = copy.copy(real_tokenizer(family.tokenizer))
    text = family.template
    if text is None:
        settings["chat_template"] = "plain"
    elif text:
        settings["chat_template"] = text if "{" in text else trl_templates()[text]
    tokenizer.chat_template = template(Model(**settings), tokenizer.chat_template)
    return tokenizer


def learnt(tokenizer: PreTrainedTokenizerBase, solution: str, question: str = QUESTION) -> str:
    """What the loss covers, once it is sure that it follows the prompt of generation."""
    example = encode_pair(tokenizer, question, solution)
    assert example.input_ids[: example.prompt_length] == prompt_ids(tokenizer, question)
    # Decoded as one: some tokenizers leave out a space at the beginning of a text.
    prompt, whole = (
        str(tokenizer.decode(ids, clean_up_tokenization_spaces=False))
        for ids in (example.input_ids[: example.prompt_length], example.input_ids)
    )
    assert whole.startswith(prompt)
    return whole.removeprefix(prompt)


def test_no_model_is_left_out() -> None:
    listed = {name for names in OF.values() for name in names} | ELSEWHERE.keys()
    assert listed == {file.stem for file in Path(conf_dir(), "model").glob("*.yaml")}


@pytest.mark.parametrize("name", FAMILIES)
def test_the_message_is_shown_once_after_one_begin_token(name: str) -> None:
    tokenizer = of(name)
    ids = prompt_ids(tokenizer, QUESTION)
    assert tokenizer.decode(ids, clean_up_tokenization_spaces=False).count(QUESTION) == 1
    if FAMILIES[name].begins:
        assert ids[0] == tokenizer.bos_token_id
        assert ids.count(tokenizer.bos_token_id) == 1
    else:
        assert tokenizer.bos_token_id not in ids


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("solution", [PLAIN, THINKING], ids=["plain", "thinking"])
@pytest.mark.parametrize("think", ["keep", "strip", "off"])
def test_exactly_the_solution_and_its_end_are_learnt(name: str, solution: str, think: str) -> None:
    family, tokenizer = FAMILIES[name], of(name, think=think)
    kept = spoken(solution, think)
    assert kept == ("There are 7." if (solution, think) == (THINKING, "strip") else solution)
    assert learnt(tokenizer, kept) == f"{family.lead}{kept}{family.end}"


@pytest.mark.parametrize("name", FAMILIES)
def test_the_token_that_ends_what_is_learnt_ends_a_reply(name: str) -> None:
    tokenizer = of(name)
    last = encode_pair(tokenizer, QUESTION, PLAIN).input_ids[-1]
    assert tokenizer.convert_ids_to_tokens(last) == FAMILIES[name].end.strip()
    assert end_token(tokenizer) in (last, None)
    assert last in {end_token(tokenizer), tokenizer.eos_token_id}


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("text", [PLAIN, THINKING, "7", "a  b\n\n\nc\td", "½ × 3² ≈ 4.5 – “yes” [x] <y> {z}"])
def test_a_solution_survives_its_tokens(name: str, text: str) -> None:
    tokenizer = of(name)
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert Replies(tokenizer).text(ids) == (text, False)


@pytest.mark.parametrize("name", [name for name, family in FAMILIES.items() if family.off])
def test_off_asks_for_no_thoughts_by_an_empty_block_that_is_not_learnt(name: str) -> None:
    assert rendered(of(name, think="off"), QUESTION).endswith("<think>\n\n</think>\n\n")
    assert "<think>" not in rendered(of(name, think="keep"), QUESTION)
    assert "<think>" not in learnt(of(name, think="off"), "There are 7.")


@pytest.mark.parametrize("name", ["llama3_1", "llama3_2", "gptoss"])
def test_a_template_that_writes_the_date_writes_that_of_the_configuration(name: str) -> None:
    text = rendered(of(name), QUESTION)
    assert str(date.today().year) not in text
    if name != "llama3_1":  # it has a day of its own
        assert re.search("06 May 2031|2031-05-06", rendered(of(name, date="2031-05-06"), QUESTION))


def test_an_exported_template_is_used_again_as_it_is_and_takes_another_date() -> None:
    once = of("llama3_2", system="Be brief.", date="2031-05-06")
    again, later = copy.copy(once), copy.copy(once)
    again.chat_template = template(Model(system="Be brief.", date="2031-05-06"), once.chat_template)
    assert again.chat_template == once.chat_template
    later.chat_template = template(Model(date="2032-01-02"), once.chat_template)
    assert "02 Jan 2032" in rendered(later, QUESTION)


@pytest.mark.parametrize("name", [name for name, family in FAMILIES.items() if family.template is not None])
def test_a_system_message_is_shown_and_changes_nothing_else(name: str) -> None:
    if name == "llama2":
        return  # refused: see tests/models/test_check.py
    said = 'Be "kind" to {{ user }} %} 🙂\nand \\brief.'
    tokenizer = of(name, system=said)
    text = rendered(tokenizer, QUESTION)
    assert text.count(said) == 1
    assert text.index(said) < text.index(QUESTION)
    assert learnt(tokenizer, "There are 7.") == learnt(of(name), "There are 7.")


def test_the_channels_of_gptoss_stay_in_a_reply_so_that_thoughts_can_be_told() -> None:
    tokenizer = of("gptoss")
    text = "<|channel|>analysis<|message|>12 - 5<|end|><|start|>assistant<|channel|>final<|message|>There are 7."
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert Replies(tokenizer).text([*ids, tokenizer.pad_token_id]) == (text, False)
    assert spoken(text, "strip") == "There are 7."
    assert learnt(tokenizer, text) == f"{text}<|return|>"


def test_thoughts_that_the_prompt_opens_are_open_in_the_reply_and_learnt_once() -> None:
    tokenizer = copy.copy(real_tokenizer("deepseek_v3"))
    tokenizer.chat_template = template(Model(), trl_templates()["deepseek_r1_distill"])
    ids = tokenizer("12 - 5\n</think>\n\nThere are 7.", add_special_tokens=False)["input_ids"]
    text, _ = Replies(tokenizer).text(ids)
    assert text == "<think>\n12 - 5\n</think>\n\nThere are 7."
    assert spoken(text, "strip") == "There are 7."
    assert learnt(tokenizer, text) == "12 - 5\n</think>\n\nThere are 7.<｜end▁of▁sentence｜>"
    # A stripped solution does not become a thought.
    assert learnt(tokenizer, "There are 7.") == "\n</think>\n\nThere are 7.<｜end▁of▁sentence｜>"
    # A reply that was cut while it thought says nothing.
    assert spoken(Replies(tokenizer).text(ids[:2])[0], "strip") == ""
