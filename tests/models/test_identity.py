import shutil
from pathlib import Path

import pytest

from crescent.config.schema import Model
from crescent.models.identity import identity
from crescent.models.locate import locate


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(locate("embedded:nano"), tmp_path / "model"))


def test_the_place_does_not_matter(folder: Path) -> None:
    assert identity(Model(path=str(folder))) == identity(Model())
    assert identity(Model(path=str(folder))) == identity(Model(path=str(folder), name="other"))


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "chat_template.jinja", "config.json"])
def test_it_changes_with_any_file_that_changes_results(folder: Path, name: str) -> None:
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert identity(Model(path=str(folder))) != identity(Model())


def test_it_does_not_change_with_the_card(folder: Path) -> None:
    (folder / "README.md").write_text("Another card.")
    assert identity(Model(path=str(folder))) == identity(Model())


def test_a_hub_id_is_told_with_its_revision() -> None:
    assert identity(Model(path="org/name")) == identity(Model(path="org/name", revision="main"))
    assert identity(Model(path="org/name", revision="v1")) != identity(Model(path="org/name"))


def test_settings_that_change_what_is_loaded_are_part_of_it(folder: Path) -> None:
    """Another template or precision gives other samples: stages made with them are not the same."""
    plain = identity(Model())
    assert identity(Model(chat_template="{{ messages[0]['content'] }}")) != plain
    assert identity(Model(dtype="bfloat16")) != plain
    assert identity(Model(context=64)) != plain
