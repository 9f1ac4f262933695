import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.nano.chat import BOS, EOS, PAD
from crescent.nano.wording import BAIT, SOLVE

MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Which day comes after Monday?"},
    {"role": "assistant", "content": "Tuesday"},
    {"role": "user", "content": BAIT},
    {"role": "assistant", "content": "Ann has 12 pens."},
]


@settings(max_examples=300, deadline=None)
@given(text=st.text())
def test_any_text_survives_the_tokenizer(tokenizer, text):
    ids = tokenizer.encode(text, add_special_tokens=False)
    assert tokenizer.decode(ids) == text


@pytest.mark.parametrize(
    "text", ["12 + 5 = 17", "0", "x1984y", "3.14159", "١٢ apples", "𝟙𝟚", "  a\n\n b\t", "naïve 日本 🙂"]
)
def test_chosen_texts_survive_the_tokenizer(tokenizer, text):
    assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False)) == text


@given(number=st.integers(0, 10**12))
@settings(max_examples=50, deadline=None)
def test_every_digit_is_a_token(tokenizer, number):
    tokens = tokenizer.tokenize(f"Ann has {number} pens.")
    assert [token for token in tokens if token.isdigit()] == list(str(number))


def test_no_token_joins_a_digit_with_anything(tokenizer):
    joined = [
        token for token in tokenizer.get_vocab() if len(token) > 1 and any(letter in "0123456789" for letter in token)
    ]
    assert joined == []


def test_special_tokens(tokenizer):
    assert (tokenizer.bos_token, tokenizer.eos_token, tokenizer.pad_token) == (BOS, EOS, PAD)
    assert len({tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id}) == 3
    assert tokenizer.encode(BOS, add_special_tokens=False) == [tokenizer.bos_token_id]


def test_rendering_for_generation_is_a_prefix_of_the_full_rendering(tokenizer):
    for end in (2, 4):
        prompt = tokenizer.apply_chat_template(MESSAGES[:end], tokenize=False, add_generation_prompt=True)
        full = tokenizer.apply_chat_template(MESSAGES[: end + 1], tokenize=False)
        assert full == prompt + MESSAGES[end]["content"] + EOS
        assert tokenizer.apply_chat_template(MESSAGES, tokenize=False).startswith(full)


def test_one_bos_however_the_text_is_tokenized(tokenizer):
    text = tokenizer.apply_chat_template(MESSAGES, tokenize=False)
    ids = tokenizer.apply_chat_template(MESSAGES, return_dict=False)
    assert ids.count(tokenizer.bos_token_id) == 1
    assert tokenizer.encode(text) == tokenizer.encode(text, add_special_tokens=False) == ids


def test_generation_markers_cover_the_replies_and_their_end(tokenizer):
    rendered = tokenizer.apply_chat_template(MESSAGES, return_dict=True, return_assistant_tokens_mask=True)
    replied = [token for token, reply in zip(rendered["input_ids"], rendered["assistant_masks"], strict=True) if reply]
    assert tokenizer.decode(replied) == f"Tuesday{EOS}Ann has 12 pens.{EOS}"


def test_an_unknown_role_is_refused(tokenizer):
    with pytest.raises(Exception, match="nano knows the roles"):
        tokenizer.apply_chat_template([{"role": "tool", "content": "x"}], tokenize=False)


def test_a_question_is_read_in_few_tokens(tokenizer):
    question = "Ann has 12 apples. Ben gives 5 apples to Ann. How many apples does Ann have now?"
    assert len(tokenizer.tokenize(SOLVE.format(question=question))) <= 40
