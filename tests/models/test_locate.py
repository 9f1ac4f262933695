from pathlib import Path

import pytest

from crescent.errors import ModelError
from crescent.models.locate import locate


def test_the_embedded_model_is_a_folder_of_the_package() -> None:
    assert (Path(locate("embedded:nano")) / "model.safetensors").is_file()


@pytest.mark.parametrize("path", ["HuggingFaceTB/SmolLM2-135M", "models/mine", "/models/mine", "nano"])
def test_other_paths_stay_as_they_are(path: str) -> None:
    assert locate(path) == path


@pytest.mark.parametrize("name", ["other", "", "config"])
def test_an_unknown_embedded_model_is_told_with_the_one_there_is(name: str) -> None:
    with pytest.raises(ModelError, match=rf"no model `{name}`; it carries `embedded:nano`"):
        locate(f"embedded:{name}")
