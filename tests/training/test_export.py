import json

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from crescent.errors import ModelError
from crescent.training.export import export_model


@pytest.mark.parametrize("kind", ["llama", "qwen2"])
@pytest.mark.parametrize("tied", [False, True])
def test_ordinary_folder(tiny_model, tokenizer, tmp_path, kind, tied):
    model = tiny_model(kind, tie_word_embeddings=tied)
    model.generation_config.max_new_tokens = 7
    export_model(model, tokenizer, tmp_path / "model")
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path / "model", dtype="auto")
    assert all(torch.equal(tensor, loaded.state_dict()[name]) for name, tensor in model.state_dict().items())
    assert loaded.generation_config.max_new_tokens == 7
    assert AutoTokenizer.from_pretrained(tmp_path / "model").chat_template == tokenizer.chat_template
    assert not [path.name for path in (tmp_path / "model").iterdir() if path.suffix in {".bin", ".pt", ".pkl"}]


def test_precision_by_argument_leaves_the_model_alone(tiny_model, tokenizer, tmp_path):
    model = tiny_model()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    export_model(model, tokenizer, tmp_path / "model", "bfloat16")
    assert json.loads((tmp_path / "model" / "config.json").read_text())["dtype"] == "bfloat16"
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path / "model", dtype="auto")
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name])
        assert torch.equal(tensor.bfloat16(), loaded.state_dict()[name])


def test_equal_weights_give_equal_files_and_no_path_gets_in(tiny_model, tokenizer, tmp_path):
    export_model(tiny_model(), tokenizer, tmp_path / "a")
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path / "a", dtype="float32")
    export_model(loaded, AutoTokenizer.from_pretrained(tmp_path / "a"), tmp_path / "b")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "b").iterdir())
    for name in names:
        content = (tmp_path / "b" / name).read_bytes()
        assert content == (tmp_path / "a" / name).read_bytes(), name
        assert str(tmp_path).encode() not in content, name


def test_existing_folder_is_replaced_whole(tiny_model, tokenizer, tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "old.txt").write_text("old")
    export_model(tiny_model(), tokenizer, tmp_path / "model")
    assert not (tmp_path / "model" / "old.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_model_that_does_not_come_back_as_it_was(tiny_model, tokenizer, tmp_path):
    model = tiny_model()
    model.model.layers[1].mlp.up_proj.weight.data[0, 0] = float("nan")  # not equal to itself
    with pytest.raises(ModelError, match=r"layers\.1\.mlp\.up_proj"):
        export_model(model, tokenizer, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []
