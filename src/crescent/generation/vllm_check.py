"""Whether vLLM is where the configuration says, and takes what it is to be given: asked before a run makes anything."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from crescent.config.check import did_you_mean
from crescent.config.schema import Backend, Model
from crescent.errors import ConfigError, MissingEngineError, ModelError
from crescent.generation import vllm_listing
from crescent.generation.vllm_engine import engine_environment, engine_settings

PATIENCE_SECONDS = 120.0
OLDEST = "0.10"
"""The first version that has everything which is asked of it here."""


class Installed(msgspec.Struct, frozen=True):
    """What `vllm_listing.py` prints."""

    python: str
    vllm: str | None
    engine: list[str]
    environment: list[str]


def check_engine(backend: Backend) -> None:
    """See that the interpreter of `backend.python` has vLLM, and that it knows what `backend.engine` names.

    Raises:
        ModelError: there is no vLLM there, or one that is too old.
        ConfigError: `backend.python` is no Python; names that this version of vLLM does not have, each in a line.
    """
    found = installed(backend)
    if found.vllm is None:
        where = "" if backend.python is None else f", which backend.python={backend.python} has not"
        raise MissingEngineError(
            f"backend=vllm needs the package `vllm`{where}: pip install 'crescent-lm[vllm]', or make it an "
            "environment of its own and name that with backend.python, see docs/engines.md"
        )
    missing = engine_settings(backend, Model(), "", None).arguments.keys() - {*found.engine}
    if found.engine and missing:
        raise ModelError(
            f"backend=vllm: vLLM {found.vllm} does not know {', '.join(sorted(missing))}; take {OLDEST} or newer"
        )
    mistakes = [
        *_unknown("backend.engine", backend.engine, found.engine, f"vLLM {found.vllm} has no such argument"),
        *_unknown(
            "backend.environment",
            [name for name in backend.environment if name.startswith("VLLM_")],
            found.environment,
            f"vLLM {found.vllm} knows no such variable",
        ),
    ]
    if mistakes:
        raise ConfigError(mistakes)


def installed(backend: Backend) -> Installed:
    """What the interpreter of `backend.python` has.

    Raises:
        ConfigError: it is no Python interpreter.
    """
    python = backend.python or sys.executable
    command = [python, vllm_listing.__file__]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False, stdin=subprocess.DEVNULL,
            env=engine_environment(backend),
        )  # fmt: skip
        return msgspec.json.decode(done.stdout, type=Installed)
    except subprocess.TimeoutExpired:
        reason = f"it said nothing for {PATIENCE_SECONDS:g} seconds"
    except OSError as error:
        inside = Path(python) / "bin" / "python"
        reason = f"a folder; is {inside} meant?" if inside.exists() else error.strerror or str(error)
    except (msgspec.DecodeError, UnicodeDecodeError):
        said = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()[-1]
        reason = f"asked for its version it says {json.dumps(said[:200])}"
    raise ConfigError([f"backend.python={python} is no Python interpreter ({reason})"])


def _unknown(group: str, given: Iterable[str], known: list[str], why: str) -> list[str]:
    """A line for each name that is not one of `known`; none where nothing is known."""
    return [f"{group}.{name}: {why}{did_you_mean(name, known)}" for name in given if known and name not in known]
