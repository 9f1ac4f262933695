import json

from crescent.nano.mixture import CARD, Recipe
from crescent.nano.wording import SOLVE


def test_the_folder_is_small_and_complete(weights):
    names = {path.name for path in weights.iterdir()}
    assert names == {
        "README.md", "chat_template.jinja", "config.json", "generation_config.json", "model.safetensors",
        "tokenizer.json", "tokenizer_config.json",
    }  # fmt: skip
    assert sum(path.stat().st_size for path in weights.iterdir()) <= 8 * 2**20
    assert (weights / "README.md").read_bytes() == CARD.read_bytes()


def test_the_model_is_the_one_the_recipe_describes(model, tokenizer):
    recipe = Recipe()
    assert model.config.model_type == "llama"
    assert model.config.hidden_size == recipe.hidden
    assert model.config.num_hidden_layers == recipe.layers
    assert model.config.max_position_embeddings == recipe.positions
    assert model.config.vocab_size == len(tokenizer)
    assert 800_000 <= model.num_parameters() <= 1_600_000


def test_decoding_is_greedy_and_ends_at_the_end_of_the_reply(weights, model, tokenizer):
    settings = json.loads((weights / "generation_config.json").read_text())
    assert settings["do_sample"] is False
    assert settings["eos_token_id"] == tokenizer.eos_token_id == model.config.eos_token_id
    assert settings["pad_token_id"] == tokenizer.pad_token_id


def test_no_weight_is_anything_but_a_finite_float32(weights):
    import torch
    from safetensors.torch import load_file

    for name, weight in load_file(weights / "model.safetensors").items():
        assert weight.dtype == torch.float32, name
        assert torch.isfinite(weight).all(), name


def test_it_answers_a_simple_problem_with_the_marker(model, tokenizer):
    question = "Ann has 12 apples. Ann buys 5 more apples. How many apples does Ann have now?"
    messages = [{"role": "user", "content": SOLVE.format(question=question)}]
    inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    reply = model.generate(**inputs, max_new_tokens=60)[0, inputs["input_ids"].shape[1] :]
    assert reply[-1] == tokenizer.eos_token_id
    assert tokenizer.decode(reply, skip_special_tokens=True).endswith("#### 17")
