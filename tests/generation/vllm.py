"""The real vLLM: in the environment that `make engine` makes, or that CRESCENT_VLLM_PYTHON names the interpreter of."""

import os
from pathlib import Path

import pytest

from crescent.config.schema import Backend, Model
from crescent.generation.vllm_engine import Engine, engine_environment, engine_settings
from crescent.models.locate import locate

PYTHON = os.environ.get("CRESCENT_VLLM_PYTHON") or str(Path.home() / ".cache/crescent/vllm/bin/python")

needs_vllm = pytest.mark.skipif(not Path(PYTHON).is_file(), reason="real part left out: vLLM (make engine)")


def settings(**keys: object) -> Backend:
    """`backend=vllm` with that interpreter."""
    return Backend("vllm", **{"python": PYTHON, **keys})  # type: ignore[arg-type]


def start(log: Path, place: str = "embedded:nano", context: int = 256, backend: Backend | None = None) -> Engine:
    """An engine on one CPU thread."""
    backend = backend or settings()
    engine = engine_settings(backend, Model(context=context), locate(place), None)
    return Engine(engine, log, backend.python, engine_environment(backend, threads=1))
