import json
import shutil
from pathlib import Path

import pytest
import torch

from crescent.config.schema import Model
from crescent.errors import DamagedError, ModelError
from crescent.models.load import Loaded, greedy_settings_at, load, load_tokenizer, stop_tokens
from crescent.models.locate import locate


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(locate("embedded:nano"), tmp_path / "model"))


def test_the_embedded_model(nano: Loaded) -> None:
    assert nano.model.dtype == torch.float32
    assert not nano.model.training
    assert not any(parameter.requires_grad for parameter in nano.model.parameters())
    assert nano.stops == [nano.tokenizer.eos_token_id]


def test_the_configured_precision_wins_over_the_checkpoints_own(folder: Path) -> None:
    assert load(Model(path=str(folder), dtype="bfloat16")).model.dtype == torch.bfloat16
    assert load(Model(path=str(folder), dtype="bfloat16"), dtype="float32").model.dtype == torch.float32


def test_another_path_is_taken_with_the_same_settings(folder: Path, nano: Loaded) -> None:
    weights = load(Model(path="no/such-model", revision="v9"), path=folder).model.state_dict()
    for name, tensor in nano.model.state_dict().items():
        assert torch.equal(weights[name], tensor)


@pytest.mark.parametrize("damage", ["cut", "header"])
def test_damaged_weights_are_told(folder: Path, damage: str) -> None:
    path = folder / "model.safetensors"
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] if damage == "cut" else b"\xff" * 16 + data[16:])
    with pytest.raises(DamagedError, match="weights cannot be read"):
        load(Model(path=str(folder)))


@pytest.mark.parametrize("missing", ["model.safetensors", "config.json"])
def test_a_folder_that_lacks_a_file_is_told_in_a_line(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(ModelError, match=r"model\.path") as message:
        load(Model(path=str(folder)))
    assert len(str(message.value).splitlines()) == 1


def test_a_folder_that_does_not_exist_is_told_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere") as message:
        load(Model(path=str(tmp_path / "nowhere")))
    assert len(str(message.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "tokenizer_config.json"])
def test_a_file_that_is_no_json_is_told_without_a_traceback(folder: Path, name: str) -> None:
    (folder / name).write_text('{"model_type": "lla')
    with pytest.raises((ModelError, DamagedError)) as message:
        load(Model(path=str(folder)))
    assert str(folder) in str(message.value)


def test_pickled_weights_are_not_loaded(folder: Path, nano: Loaded) -> None:
    (folder / "model.safetensors").unlink()
    torch.save(nano.model.state_dict(), folder / "pytorch_model.bin")
    with pytest.raises(ModelError):
        load(Model(path=str(folder)))


def test_a_tokenizer_without_template_needs_one(folder: Path) -> None:
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(ModelError, match=r"no chat template.*model\.chat_template"):
        load_tokenizer(Model(path=str(folder)))
    template = "{{ messages[0]['content'] }}!"
    assert load_tokenizer(Model(path=str(folder), chat_template=template)).chat_template == template


def test_the_configured_template_wins() -> None:
    assert load_tokenizer(Model(chat_template="mine")).chat_template == "mine"


@pytest.mark.parametrize(("listed", "expected"), [(None, {2}), (5, {2, 5}), ([7, 5], {2, 5, 7}), ([2], {2})])
def test_stop_tokens_are_those_of_model_and_tokenizer(
    folder: Path, listed: int | list[int] | None, expected: set[int]
) -> None:
    path = folder / "generation_config.json"
    settings = json.loads(path.read_text())
    path.write_text(json.dumps({**settings, "eos_token_id": listed}))
    loaded = load(Model(path=str(folder)))
    assert loaded.tokenizer.eos_token_id == 2
    assert loaded.stops == sorted(expected)


def test_the_token_that_ends_a_turn_of_the_template_ends_a_reply_also_in_the_exported_model(nano: Loaded) -> None:
    tokenizer = nano.tokenizer
    end = next(id for id, token in tokenizer.added_tokens_decoder.items() if id not in tokenizer.all_special_ids[:2])
    mark = tokenizer.convert_ids_to_tokens(end)
    template = "{{ bos_token }}{% for m in messages %}{{ m.content }}" + mark + "{% endfor %}"
    loaded = load(Model(chat_template=template))
    assert loaded.stops == sorted({end, *nano.stops})
    assert loaded.model.generation_config.eos_token_id == loaded.stops


def test_no_stop_token_at_all_is_told(folder: Path) -> None:
    loaded = load(Model(path=str(folder)))
    loaded.model.generation_config.eos_token_id = None
    loaded.tokenizer.eos_token = None
    with pytest.raises(ModelError, match="token that ends a reply"):
        stop_tokens(loaded.model, loaded.tokenizer)


def test_what_a_checkpoint_adds_to_greedy_decoding(tmp_path: Path) -> None:
    assert greedy_settings_at(str(tmp_path)) == {}
    sampled = {"do_sample": True, "temperature": 0.7, "top_k": 20, "repetition_penalty": 1.0, "num_beams": 1}
    (tmp_path / "generation_config.json").write_text(json.dumps(sampled))
    assert greedy_settings_at(str(tmp_path)) == {}
    added = {"repetition_penalty": 1.1, "no_repeat_ngram_size": 3, "suppress_tokens": [4]}
    (tmp_path / "generation_config.json").write_text(json.dumps(sampled | added))
    assert greedy_settings_at(str(tmp_path)) == added
