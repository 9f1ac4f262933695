import hashlib

import pytest
import torch
from safetensors.torch import load_file, save_file

from crescent.training.safetensors_file import write_tensors

TENSORS = {
    "b": torch.arange(12, dtype=torch.float32).reshape(3, 4),
    "a": torch.ones(5, dtype=torch.bfloat16),
    "step": torch.tensor(3.0),
    "ü": torch.arange(3),
    "empty": torch.zeros(0, 4),
    "bits": torch.tensor([True, False, True]),
}


@pytest.mark.parametrize("metadata", [{}, {"format": "pt"}])
def test_bytes_are_those_of_the_formats_own_library(tmp_path, metadata):
    digest = write_tensors(tmp_path / "ours", TENSORS, metadata)
    save_file(TENSORS, tmp_path / "theirs", metadata or None)
    content = (tmp_path / "ours").read_bytes()
    assert content == (tmp_path / "theirs").read_bytes()
    assert digest == hashlib.sha256(content).hexdigest()


def test_conversion_is_of_floating_point_numbers(tmp_path):
    columns = TENSORS["b"].T  # not contiguous
    write_tensors(tmp_path / "file", {**TENSORS, "columns": columns}, {}, torch.float16)
    read = load_file(tmp_path / "file")
    for name, tensor in {**TENSORS, "columns": columns}.items():
        assert torch.equal(read[name], tensor.half() if tensor.is_floating_point() else tensor), name
    assert read["ü"].dtype == torch.int64
