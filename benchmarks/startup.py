"""How long the command line takes to answer, beside the smallest Hydra application there can be.

    python benchmarks/startup.py [--json] [--repeats 15] [--run RUN_ARGUMENTS ...]

The two sides take turns, so that a busy moment of the machine meets both; medians are reported. `complete_run_s` is
measured only with `--run`, which names the arguments of a run that is complete already.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from report_line import emit

BARE = """\
import hydra

@hydra.main(version_base="1.3", config_path=".", config_name="config")
def main(config):
    print(config)

main()
"""
WRONG = ("rounds=0", "votin.samples=3", "dedup=exakt")


def seconds(command: Sequence[str], exit_code: int = 0) -> float:
    """Wall time of a command that must end with `exit_code`."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False, env=os.environ | {"HYDRA_FULL_ERROR": "0"})
    elapsed = time.perf_counter() - start
    if done.returncode != exit_code:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}, not {exit_code}:\n{done.stderr.decode()}")
    return elapsed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--run", nargs=argparse.REMAINDER, help="arguments of a run that is complete")
    options = parser.parse_args()
    crescent = [sys.executable, "-m", "crescent"]
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "bare.py"
        script.write_text(BARE, encoding="utf-8")
        (Path(folder) / "config.yaml").write_text("key: 1\n", encoding="utf-8")
        commands: dict[str, tuple[list[str], int]] = {
            "bare_hydra_help_s": ([sys.executable, str(script), "--help"], 0),
            "help_s": ([*crescent, "--help"], 0),
            "config_error_s": ([*crescent, *WRONG], 2),
            "cfg_job_s": ([*crescent, "--cfg", "job"], 0),
        }
        if options.run is not None:
            commands["complete_run_s"] = ([*crescent, *options.run], 0)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(options.repeats):
            for name, (command, exit_code) in commands.items():
                times[name].append(seconds(command, exit_code))
    figures = {name: median(values) for name, values in times.items()}
    figures["help_over_bare_hydra"] = figures["help_s"] / figures["bare_hydra_help_s"]
    emit("startup", figures, options.json, ["hydra-core", "omegaconf"])


if __name__ == "__main__":
    main()
