"""A sentence encoder comes through the door of the models: safetensors alone, told by content, refused in one line."""

from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from crescent.commands.checks import check_models
from crescent.config.schema import Embedding
from crescent.errors import DamagedError, ModelError
from crescent.models.encoder import load_encoder
from crescent.models.identity import encoder_identity
from tests.conftest import tiny


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel

    torch.manual_seed(1)
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    place = tmp_path / "encoder"
    BertModel(BertConfig(vocab_size=8, max_position_embeddings=64, **sizes)).save_pretrained(place)
    words = Tokenizer(WordLevel({"[PAD]": 0, "[UNK]": 1, "ann": 2}, unk_token="[UNK]"))
    PreTrainedTokenizerFast(tokenizer_object=words, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(place)
    return place


def test_it_is_loaded_in_float32_and_not_trained(folder: Path) -> None:
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 4}')
    loaded = load_encoder(str(folder))
    assert loaded.window == 4
    assert {parameter.dtype for parameter in loaded.model.parameters()} == {torch.float32}
    assert not any(parameter.requires_grad for parameter in loaded.model.parameters())
    assert not loaded.model.training


def test_pickled_weights_are_not_unpickled(folder: Path) -> None:
    state = BertModel.from_pretrained(folder).state_dict()
    (folder / "model.safetensors").unlink()
    torch.save(state, folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"dedup\.embedding\.encoder: cannot load .* there is no model\.safetensors"):
        load_encoder(str(folder))


def test_cut_weights_are_told(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(DamagedError, match="the weights cannot be read"):
        load_encoder(str(folder))


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_its_identity_follows_its_files(folder: Path, name: str) -> None:
    before = encoder_identity(str(folder), None)
    assert encoder_identity(str(folder), "v1") == before
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert encoder_identity(str(folder), None) != before


def test_an_id_is_told_with_its_revision() -> None:
    assert encoder_identity("org/name", None) == encoder_identity("org/name", "main")
    assert encoder_identity("org/name", "v1") != encoder_identity("org/name", None)


@pytest.mark.parametrize("section", ["dedup", "evaluation.contamination"])
def test_it_is_looked_at_before_a_run(folder: Path, section: str) -> None:
    config = tiny()
    dedup = config.dedup if section == "dedup" else config.evaluation.contamination
    assert dedup is not None
    dedup.embedding = Embedding(encoder=str(folder))
    check_models(config)
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=rf"{section}\.embedding\.encoder .* there is no model\.safetensors"):
        check_models(config)
