"""Where `conf/` is, its groups, and which file a value comes from."""

from pathlib import Path

import pytest

from crescent.config.tree import Tree, conf_dir


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "config.yaml": "seed: 1\n",
        "voting/base.yaml": "samples: 8\nrule: majority\n",
        "voting/small.yaml": "# fewer\ndefaults:\n  - base\n  - _self_\nsamples: 2\n",
        "experiment/mine.yaml": "# @package _global_\nvoting:\n  samples: 3\n",
        "hydra/launcher/local.yaml": "a: 1\n",
    }
    for name, text in files.items():
        path = tmp_path / "conf" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "conf"


def test_conf_dir_has_the_configuration() -> None:
    assert (conf_dir() / "config.yaml").is_file()


def test_groups_and_choices(folder: Path) -> None:
    assert Tree((folder,)).groups() == {
        "experiment": ["mine"],
        "hydra/launcher": ["local"],
        "voting": ["base", "small"],
    }


def test_two_folders_are_one_tree(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "own" / "voting").mkdir(parents=True)
    (tmp_path / "own" / "voting" / "large.yaml").write_text("samples: 64\n", encoding="utf-8")
    tree = Tree((folder, tmp_path / "own"))
    assert tree.groups()["voting"] == ["base", "large", "small"]
    assert tree.origin("voting.samples", {"voting": "large"}) == "own/voting/large.yaml"


@pytest.mark.parametrize(
    ("key", "chosen", "file"),
    [
        ("seed", {}, "conf/config.yaml"),
        ("voting.samples", {"voting": "base"}, "conf/voting/base.yaml"),
        ("voting.samples", {"voting": "small"}, "conf/voting/small.yaml"),
        ("voting.rule", {"voting": "small"}, "conf/voting/base.yaml"),
        ("voting.samples", {"voting": "small", "experiment": "mine"}, "conf/experiment/mine.yaml"),
        ("voting.samples", {"experiment": ["mine"]}, "conf/experiment/mine.yaml"),
        ("voting.prompt", {"voting": "small"}, None),
        ("samples", {"voting": "small"}, None),
    ],
)
def test_origin_is_the_file_that_has_the_last_word(folder: Path, key: str, chosen: dict, file: str | None) -> None:
    assert Tree((folder,)).origin(key, chosen) == file
