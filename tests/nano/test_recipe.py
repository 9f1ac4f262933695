import pytest

from crescent.nano.mixture import Cycle, Recipe
from crescent.nano.recipe import build


@pytest.mark.slow
def test_the_recipe_builds_a_folder_that_loads_and_repeats_itself(tmp_path):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    recipe = Recipe(
        cycles=(Cycle(6), Cycle(3, 0.5)), batch=16, tokenizer_conversations=200, hidden=32, layers=1, intermediate=64
    )
    for name in ("one", "two"):
        build(tmp_path / name, recipe)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert "model.safetensors" in files
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "one")
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "one")
    messages = [{"role": "user", "content": "Write a word problem."}]
    inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    assert model.generate(**inputs, max_new_tokens=4).shape[1] > inputs["input_ids"].shape[1]
