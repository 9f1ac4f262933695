import json
import shutil
import struct
from pathlib import Path

import pytest

from crescent.config.schema import Model, Shape
from crescent.errors import DamagedError, ModelError
from crescent.models.locate import locate
from crescent.models.shape import sizes
from crescent.models.weights import INDEX, check_weights
from tests.generation.families import family


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(locate("embedded:nano"), tmp_path / "model"))


def test_whole_weights_are_counted(folder: Path, nano) -> None:
    assert check_weights(folder) == nano.model.num_parameters()


@pytest.mark.parametrize("damage", ["cut by a byte", "cut in the head", "longer", "empty", "no json", "absurd length"])
def test_a_file_that_is_not_whole_is_told_from_its_head(folder: Path, damage: str) -> None:
    file = folder / "model.safetensors"
    data = file.read_bytes()
    head = struct.unpack("<Q", data[:8])[0]
    file.write_bytes(
        {
            "cut by a byte": data[:-1],
            "cut in the head": data[: head // 2],
            "longer": data + b"\0",
            "empty": b"",
            "no json": data[:8] + b"[" * head + data[8 + head :],
            "absurd length": struct.pack("<Q", 2**60) + data[8:],
        }[damage]
    )
    with pytest.raises(DamagedError, match=r"model\.safetensors: the weights cannot be read") as message:
        check_weights(folder)
    assert len(str(message.value).splitlines()) == 1


def test_a_missing_part_of_several_is_named(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    parts = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (folder / INDEX).write_text(json.dumps({"weight_map": parts}))
    with pytest.raises(DamagedError, match=r"model-00002-of-00002\.safetensors is missing"):
        check_weights(folder)


def test_pickled_weights_are_named_as_such(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"no model\.safetensors$"):
        check_weights(folder)
    (folder / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(ModelError, match="pickled weights"):
        check_weights(folder)


def test_sizes_come_from_the_configuration_or_from_the_files(folder: Path) -> None:
    read = sizes(Model(path=str(folder)))
    assert read is not None
    assert (read.layers, read.hidden, read.kv_heads, read.head_dim) == (4, 128, 4, 32)
    given = Shape(parameters=5, layers=4, hidden=3, kv_heads=2, head_dim=1, vocabulary=6)
    stated = sizes(Model(path="no/such-model", shape=given))
    assert stated is not None
    assert (stated.parameters, stated.vocabulary) == (5, 6)
    assert sizes(Model(path="no/such-model")) is None
    mixed = sizes(Model(path=str(folder), shape=Shape(layers=7)))
    assert mixed is not None
    assert (mixed.layers, mixed.hidden) == (7, 128)


def test_of_a_mixture_of_experts_the_weights_in_use_are_read(tmp_path: Path) -> None:
    model = family("qwen3_moe")
    model.save_pretrained(tmp_path)
    found, config = sizes(Model(path=str(tmp_path))), model.config
    experts = sum(weight.numel() for name, weight in model.named_parameters() if ".experts." in name)
    assert found is not None
    assert found.parameters == model.num_parameters()
    assert 0 < config.num_experts_per_tok < config.num_experts
    assert found.active == found.parameters - experts * (config.num_experts - config.num_experts_per_tok) // (
        config.num_experts
    )
