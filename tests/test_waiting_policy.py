"""How threads wait is decided before OpenMP is loaded, in every process of a run."""

import os
import subprocess
import sys

import pytest

# OpenMP writes its settings to standard error the moment it is loaded.
PROCESSES = {
    "console script": ["-c", "from crescent.cli import main; import torch"],
    "library": ["-c", "from crescent.dedup import sentence_encoder"],
    "worker": ["-c", "import crescent.loop.execution.worker, torch"],
    "tracking": ["-c", "import crescent.reporting.tracking.__main__, torch"],
    "Slurm job": ["-c", "import crescent.launching.job, torch"],
    "torchrun": ["-m", "crescent.loop.execution.torchrun", "--help"],
}


def displayed(arguments: list[str], **more: str) -> dict[str, str]:
    ours = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")
    environment = {key: value for key, value in os.environ.items() if key not in ours}
    environment |= {"OMP_DISPLAY_ENV": "VERBOSE", **more}
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=120, env=environment
    )
    if "OPENMP DISPLAY ENVIRONMENT" not in done.stderr or "GOMP_SPINCOUNT" not in done.stderr:
        pytest.skip("PyTorch does not compute with GNU's OpenMP here")
    pairs = [line.partition("=") for line in done.stderr.splitlines() if "=" in line]
    return {key.split()[-1]: value.strip(" '") for key, _, value in pairs}


@pytest.mark.parametrize("process", PROCESSES)
def test_threads_spin_a_short_while_only(process: str) -> None:
    assert displayed(PROCESSES[process])["GOMP_SPINCOUNT"] == "1000"


@pytest.mark.parametrize(
    ("given", "spins"), [({"GOMP_SPINCOUNT": "7"}, "7"), ({"OMP_WAIT_POLICY": "PASSIVE"}, "0")], ids=str
)
def test_what_the_user_says_is_left_alone(given: dict[str, str], spins: str) -> None:
    assert displayed(PROCESSES["console script"], **given)["GOMP_SPINCOUNT"] == spins


def test_python_m_crescent_decides_before_its_first_import() -> None:
    code = (
        "import os, runpy, sys\n"
        "sys.argv = ['crescent', '--version']\n"
        "def look(name, *_):\n"
        "    if name.partition('.')[0] == 'torch' or name == 'crescent.cli':\n"
        "        print(os.environ.get('GOMP_SPINCOUNT'))\n"
        "sys.addaudithook(lambda event, arguments: event == 'import' and look(*arguments))\n"
        "runpy.run_module('crescent', run_name='__main__')\n"
    )
    environment = {key: value for key, value in os.environ.items() if key not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, env=environment
    )
    assert done.stdout.splitlines()[0] == "1000"
