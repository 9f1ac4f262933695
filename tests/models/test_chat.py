from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateError

from crescent.config.schema import Model
from crescent.models.chat import NO_THOUGHTS, prompt_ids, template
from crescent.models.check import problems
from crescent.models.load import Loaded
from crescent.models.thoughts import spoken
from tests.models.templates import GEMMA, LLAMA2, QWEN3, STYLES, tokenizer_of

MESSAGES = ["Write a word problem.", "", "two\nlines", "naïve 安", "{{ messages }} {% raw %}", "  spaces  "]


@pytest.mark.parametrize("message", MESSAGES)
def test_it_is_the_tokenizers_own_chat_template(nano: Loaded, message: str) -> None:
    expected = nano.tokenizer.apply_chat_template(
        [{"role": "user", "content": message}], add_generation_prompt=True, return_dict=True
    )["input_ids"]
    assert prompt_ids(nano.tokenizer, message) == expected


def test_the_first_token_is_not_doubled(nano: Loaded) -> None:
    ids = prompt_ids(nano.tokenizer, "Write a word problem.")
    assert ids.count(ids[0]) == 1 or ids[0] != ids[1]
    assert "Write a word problem." in nano.tokenizer.decode(ids)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_of_template_shows_the_message_once_with_one_begin_of_text(style: str) -> None:
    tokenizer = tokenizer_of(style)
    ids = prompt_ids(tokenizer, "How many pears?")
    text = tokenizer.decode(ids)
    assert text.count("How many pears?") == 1
    if tokenizer.bos_token_id is not None:
        assert ids[0] == tokenizer.bos_token_id
        assert ids.count(tokenizer.bos_token_id) == 1
        # The tokenizer itself would have added another one.
        assert tokenizer(text)["input_ids"][:2] == [tokenizer.bos_token_id] * 2
    architecture = SimpleNamespace(vocab_size=len(tokenizer), max_position_embeddings=4096)
    assert list(problems(Model(context=4096), architecture, tokenizer, ["Write one."])) == []


def test_a_template_without_system_role_is_never_given_one() -> None:
    tokenizer = tokenizer_of("gemma")
    with pytest.raises(TemplateError, match="System role"):
        tokenizer.apply_chat_template([{"role": "system", "content": "x"}], tokenize=False)
    assert tokenizer.decode(prompt_ids(tokenizer, "Hi")).endswith("<start_of_turn>model\n")


@pytest.mark.parametrize(("think", "thoughtless"), [("keep", False), ("strip", False), ("off", True)])
def test_a_template_that_knows_thinking_is_asked_for_none_with_off_alone(think: str, thoughtless: bool) -> None:
    tokenizer = tokenizer_of("qwen3")
    tokenizer.chat_template = template(Model(think=think), QWEN3)
    text = tokenizer.decode(prompt_ids(tokenizer, "Hi"))
    assert text.endswith("<think>\n\n</think>\n\n") is thoughtless
    asked = tokenizer.apply_chat_template(
        [{"role": "user", "content": "Hi"}], tokenize=False, add_generation_prompt=True, enable_thinking=True
    )
    assert "<think>" not in asked  # the caller's word counts, whatever the default


def test_off_is_put_into_a_template_once_and_only_where_it_is_known() -> None:
    off = Model(think="off")
    once = template(off, QWEN3)
    assert once == NO_THOUGHTS + QWEN3
    assert template(off, once) == once
    assert template(off, LLAMA2) == LLAMA2
    assert template(off, None) is None
    assert template(Model(chat_template="mine"), GEMMA) == "mine"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<think>2 and 2</think>\n\nThe answer is 4.", "The answer is 4."),
        ("2 and 2\n</think>\nThe answer is 4.", "The answer is 4."),
        ("<think>a</think>b<think>c</think> d", "d"),
        ("<think>cut off in the midst", ""),
        ("  <think>cut", ""),
        ("No thoughts at all: 4", "No thoughts at all: 4"),
        ("", ""),
        ("<think></think>", ""),
    ],
)
def test_thoughts_are_stripped(text: str, left: str) -> None:
    assert spoken(text, "strip") == left
    assert spoken(text, "keep") == text
    assert spoken(text, "off") == text


@given(st.text(max_size=80))
def test_stripping_twice_is_stripping_once(text: str) -> None:
    once = spoken(text, "strip")
    assert once in text
    assert "</think>" not in once
    assert spoken(once, "strip") in (once, "")
