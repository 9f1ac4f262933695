import json
import weakref

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
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


class LiveBytes(TorchDispatchMode):
    """Counts the bytes of tensors that are made while it is entered; `peak` is the most at any one time."""

    def __init__(self):
        super().__init__()
        self.live = self.peak = 0
        self.seen = weakref.WeakSet()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        before = {leaf.untyped_storage().data_ptr() for leaf in tree_leaves((args, kwargs)) if torch.is_tensor(leaf)}
        made = function(*args, **(kwargs or {}))
        for tensor in filter(torch.is_tensor, tree_leaves(made)):
            storage = tensor.untyped_storage()
            if tensor.device.type != "meta" and storage.data_ptr() not in before and storage not in self.seen:
                self.seen.add(storage)
                self.live += storage.nbytes()
                self.peak = max(self.peak, self.live)
                weakref.finalize(storage, self._gone, storage.nbytes())
        return made

    def _gone(self, size):
        self.live -= size


@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
def test_no_second_model_in_memory(tiny_model, tokenizer, tmp_path, dtype):
    model = tiny_model(hidden_size=64, num_hidden_layers=6)
    largest = max(tensor.nbytes for tensor in model.state_dict().values())
    total = sum(tensor.nbytes for tensor in model.state_dict().values())
    with LiveBytes() as memory:
        export_model(model, tokenizer, tmp_path / "model", dtype)
    assert total > 8 * largest
    assert 0 < memory.peak < 3 * largest  # what is written; what is read back, and what it is compared with


@pytest.mark.parametrize(("dtype", "size"), [(None, "5GB"), ("bfloat16", "5GB"), ("bfloat16", "10KB")])
@pytest.mark.parametrize("tied", [False, True])
def test_files_are_those_of_transformers(tiny_model, tokenizer, tmp_path, dtype, size, tied):
    export_model(tiny_model(tie_word_embeddings=tied), tokenizer, tmp_path / "ours", dtype, file_size=size)
    whole = tiny_model(tie_word_embeddings=tied).to(getattr(torch, dtype or "float32"))
    whole.save_pretrained(tmp_path / "theirs", max_shard_size=size)
    names = sorted(path.name for path in (tmp_path / "theirs").iterdir())
    assert (len([name for name in names if name.endswith(".safetensors")]) > 1) == (size == "10KB")
    for name in names:
        assert (tmp_path / "ours" / name).read_bytes() == (tmp_path / "theirs" / name).read_bytes(), name
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path / "ours", dtype="auto")
    assert all(torch.equal(tensor, loaded.state_dict()[name]) for name, tensor in whole.state_dict().items())


def test_weight_that_from_pretrained_does_not_find(tiny_model, tokenizer, tmp_path):
    model = tiny_model()
    model.config.num_hidden_layers = 3  # says more than there is
    with pytest.raises(ModelError, match=r"from_pretrained does not find or know model\.layers\.2"):
        export_model(model, tokenizer, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []
