import pytest

from crescent.models.chat import prompt_ids
from crescent.models.load import Loaded

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
