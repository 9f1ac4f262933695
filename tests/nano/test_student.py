"""The student that comes with the package: another architecture, other sizes and another vocabulary than nano."""

import pytest

from crescent.models.locate import locate
from crescent.nano.recipe import RECIPES, STUDENT_CARD
from crescent.nano.wording import SOLVE

WORKED = "First 12 + 5 = 17. #### 17"


@pytest.fixture(scope="module")
def folder():
    from pathlib import Path

    return Path(locate("embedded:nano/student"))


@pytest.fixture(scope="module")
def student(folder):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    return AutoModelForCausalLM.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)


def test_the_folder_is_small_and_has_the_card(folder):
    assert (folder / "model.safetensors").stat().st_size <= 2 * 2**20
    assert (folder / "README.md").read_bytes() == STUDENT_CARD.read_bytes()


def test_it_is_the_one_the_recipe_describes_and_not_like_nano(student, model, tokenizer):
    network, words = student
    recipe = RECIPES["student"]
    assert network.config.model_type == recipe.architecture != model.config.model_type
    assert network.config.hidden_size == recipe.hidden != model.config.hidden_size
    assert network.config.num_hidden_layers == recipe.layers != model.config.num_hidden_layers
    assert network.config.vocab_size == len(words) == recipe.vocabulary != len(tokenizer)
    assert words.chat_template != tokenizer.chat_template
    assert not set(words.all_special_tokens) & set(tokenizer.all_special_tokens)


def test_the_tokenizer_is_loaded_as_it_was_trained(student):
    """Some architectures force a tokenizer class of their own on the files; signs and spaces would come apart."""
    _, words = student
    assert words.tokenize("#### 17 + 3") == ["####Ġ", "1", "7", "Ġ+Ġ", "3"]
    assert words.decode(words.encode(WORKED, add_special_tokens=False)) == WORKED


def test_it_rather_guesses_but_can_work(student):
    import torch

    network, words = student
    question = "Ann has 12 apples. Ann buys 5 more apples. How many apples does Ann have now?"
    request = [{"role": "user", "content": SOLVE.format(question=question)}]
    text = words.apply_chat_template(request, tokenize=False, add_generation_prompt=True)
    inputs = words(text, add_special_tokens=False, return_tensors="pt")
    with torch.no_grad():
        first = network(**inputs).logits[0, -1].softmax(-1)
    guess, work = (words.encode(each, add_special_tokens=False)[0] for each in ("#### 1", "First"))
    assert first[guess] > 0.6
    assert 0.05 < first[work] < first[guess]
    forced = words(text + "First", add_special_tokens=False, return_tensors="pt")
    reply = network.generate(**forced, max_new_tokens=40)[0, inputs["input_ids"].shape[1] :]
    assert words.decode(reply, skip_special_tokens=True) == WORKED
