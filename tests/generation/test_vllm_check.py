"""Whether vLLM is where it is said to be, and knows what it is to be given: a line before a run makes anything."""

import sys
from pathlib import Path

import pytest

from crescent.config.schema import Backend, Model
from crescent.errors import ConfigError, CrescentError, ModelError
from crescent.generation.vllm_check import check_engine, installed
from crescent.generation.vllm_engine import engine_settings
from tests.generation.vllm import needs_vllm, settings
from tests.system.commandline import TINY, crescent

NAMES = [*engine_settings(Backend("vllm"), Model(), "", None).arguments, "quantization"]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a package that is listed as vLLM is, before this interpreter's own."""
    folder = tmp_path / "vllm"
    (folder / "engine").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise ImportError('it must not be imported to be listed')")
    listed = "\n".join(f"    {name}: int = 0" for name in NAMES)
    (folder / "engine/arg_utils.py").write_text(f"class EngineArgs:\n{listed}\n")
    (folder / "envs.py").write_text("environment_variables: dict = {'VLLM_BATCH_INVARIANT': lambda: 0}\n")
    metadata = tmp_path / "vllm-0.9.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: vllm\nVersion: 0.9\n")
    (metadata / "top_level.txt").write_text("vllm\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return folder


def said(backend: Backend) -> str:
    with pytest.raises(CrescentError) as failure:
        check_engine(backend)
    return str(failure.value)


def test_what_is_installed_is_read_and_not_imported(package: Path) -> None:
    found = installed(Backend("vllm"))
    assert (found.vllm, found.engine, found.environment) == ("0.9", NAMES, ["VLLM_BATCH_INVARIANT"])
    check_engine(Backend("vllm", engine={"quantization": "fp8"}, environment={"VLLM_BATCH_INVARIANT": 1, "MINE": 1}))


def test_every_name_of_another_version_is_said_with_the_nearest(package: Path) -> None:
    with pytest.raises(ConfigError) as failure:
        check_engine(
            Backend("vllm", engine={"quantisation": "fp8", "swap_space": 4}, environment={"VLLM_BATCH_INVARIENT": 1})
        )
    one, two, three = failure.value.mistakes
    assert one == "backend.engine.quantisation: vLLM 0.9 has no such argument; did you mean quantization?"
    assert two == "backend.engine.swap_space: vLLM 0.9 has no such argument"
    assert three.endswith("vLLM 0.9 knows no such variable; did you mean VLLM_BATCH_INVARIANT?")


def test_a_version_that_is_too_old(package: Path) -> None:
    (package / "engine/arg_utils.py").write_text("class EngineArgs:\n    model: str = ''\n    seed: int = 0\n")
    assert "vLLM 0.9 does not know dtype, enable_prefix_caching," in said(Backend("vllm"))


def test_one_that_lists_its_arguments_elsewhere_is_left_to_say_so_itself(package: Path) -> None:
    (package / "engine/arg_utils.py").unlink()
    (package / "envs.py").unlink()
    check_engine(Backend("vllm", engine={"anything": 1}, environment={"VLLM_ANYTHING": 1}))


def test_an_interpreter_without_vllm() -> None:
    line = said(Backend("vllm", python=sys.executable))
    assert line.startswith(f"backend=vllm needs the package `vllm`, which backend.python={sys.executable} has not: ")
    assert "docs/engines.md" in line
    with pytest.raises(ModelError, match="needs the package `vllm`: pip install"):
        check_engine(Backend("vllm"))


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("nowhere/python", "No such file or directory"),
        ("text", "Permission denied"),
        ("script", "asked for its version it says"),
        ("silent", "exit code 0"),
        ("venv", "is .*venv/bin/python meant"),
    ],
)
def test_what_is_no_interpreter(place: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    for name, body in (("script", "echo hello >&2"), ("silent", "true")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "venv/bin").mkdir(parents=True)
    (tmp_path / "venv/bin/python").symlink_to(sys.executable)
    with pytest.raises(ConfigError, match=f"{place} is no Python interpreter \\(.*{why}"):
        check_engine(Backend("vllm", python=str(tmp_path / place)))


@pytest.mark.system
def test_a_run_says_it_in_a_line_and_makes_nothing(tmp_path: Path) -> None:
    done = crescent(*TINY, "backend=vllm", f"backend.python={tmp_path / 'nowhere'}", output=tmp_path / "runs")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 2, done.stderr
    assert "nowhere is no Python interpreter" in done.stderr
    assert not (tmp_path / "runs").exists()


@needs_vllm
def test_the_real_one_takes_what_it_is_given_and_says_what_it_does_not_know() -> None:
    presets = {"quantization": "fp8", "kv_cache_dtype": "fp8", "enable_chunked_prefill": True, "enforce_eager": True}
    check_engine(settings(batch_size=4, engine=presets, environment={"VLLM_BATCH_INVARIANT": 1}))
    found = installed(settings())
    assert found.vllm is not None
    assert len(found.engine) > 100 and len(found.environment) > 100
    lines = said(settings(engine={"kv_cache_dtyp": "fp8"}, environment={"VLLM_BATCH_INVARIAN": 1}))
    assert "did you mean kv_cache_dtype?" in lines
    assert "did you mean VLLM_BATCH_INVARIANT?" in lines
