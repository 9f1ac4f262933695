"""What launching costs and brings: Slurm's overhead, two processes against one, and how soon a stopped run is safe.

    python benchmarks/launch.py [--json] [--questions 400] [--repeats 3]

`slurm_overhead_s`: a run as a Slurm job, from the submitting command to its end, less the same run inline; on the
cluster of this machine, or else on a private one as in the tests (`tests/system/slurm/cluster.py`); left out where
there is no Slurm. `two_process_speedup_*`: time of the stage, loading included, of one process over two with one thread
each. `save_after_sigterm_s`: from SIGTERM in the middle of training until `status.json` says interrupted, with
all saved before that. Medians.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from report_line import emit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.system.slurm.cluster import cluster, missing

PROCESSES = ("executor=process", "trainer.accelerator=cpu", "trainer.threads=1")
SMALL = ("questions.target=40", "questions.wave_size=24", "evaluation.limit=12", "training.max_pairs=24", "rounds=1")


def arguments(output: Path, *more: str) -> list[str]:
    """The command line of a quick run into `output`."""
    return [sys.executable, "-m", "crescent", "+experiment=nano_quick", f"output_dir={output}", *more]


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """Wall time of a command that must succeed."""
    start = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    elapsed = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return elapsed


def stage_seconds(output: Path, stage: str) -> float:
    """From the beginning to the end of a stage of the only run in `output`, by its event log."""
    [log] = output.glob("*/events.jsonl")
    times = {}
    for line in log.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if event.get("stage") == stage:
            times[event["event"]] = event["time"]
    return float(times["finish"] - times["begin"])


@contextmanager
def slurm(folder: Path) -> Iterator[dict[str, str] | None]:
    """The environment of a cluster, None where there can be none."""
    if shutil.which("sinfo") and subprocess.run(["sinfo"], capture_output=True, check=False).returncode == 0:
        yield dict(os.environ)
    elif (reason := missing()) is not None:
        print(f"slurm_overhead_s is left out: {reason}", file=sys.stderr)
        yield None
    else:
        with cluster(folder) as environment:
            yield environment


def slurm_overhead(folder: Path, repeats: int) -> dict[str, float]:
    """A small run as a Slurm job against the same one inline, in turns."""
    with slurm(folder / "cluster") as environment:
        if environment is None:
            return {}
        differences = []
        for turn in range(repeats):
            inline = seconds(arguments(folder / f"inline{turn}", *SMALL), environment)
            job = seconds(
                [*arguments(folder / f"job{turn}", *SMALL), "-m", "seed=1", "hydra/launcher=slurm"], environment
            )
            differences.append(job - inline)
    return {"slurm_overhead_s": median(differences)}


def speedups(folder: Path, questions: int, repeats: int) -> dict[str, float]:
    """Generation and fine-tuning with one and with two processes, in turns; each has half a minute of work for one."""
    work = (f"questions.target={questions}", f"questions.wave_size={questions}", "voting.samples=32", "rounds=1")
    whole = ("voting.adaptive=off", "backend.shard_size=16", "training.max_pairs=null", "training.epochs=12")
    quick = ("evaluation.base=false", "evaluation.limit=4", *PROCESSES)
    ratios: dict[str, list[float]] = {"answers": [], "training": []}
    for turn in range(repeats):
        times = {}
        for devices in (1, 2):
            output = folder / f"{devices}of{turn}"
            command = [*arguments(output, *work, *whole, *quick), f"trainer.devices={devices}"]
            seconds(command, dict(os.environ))
            times[devices] = {stage: stage_seconds(output, f"round-01/{stage}") for stage in ratios}
        for stage, found in ratios.items():
            found.append(times[1][stage] / times[2][stage])
    return {
        "two_process_speedup_generation": median(ratios["answers"]),
        "two_process_speedup_training": median(ratios["training"]),
    }


def save_after_sigterm(folder: Path, repeats: int) -> dict[str, float]:
    """Stop a run in the middle of training."""
    found = []
    for turn in range(repeats):
        long = ("training.epochs=200", "training.checkpoint_minutes=0.02", "evaluation.base=false")
        process = subprocess.Popen(
            arguments(folder / f"stopped{turn}", *SMALL, *long), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while not list((folder / f"stopped{turn}").glob("*/round-01/training/scratch/checkpoints/step-*")):
            if process.poll() is not None:
                sys.exit("the run ended before it was stopped")
            time.sleep(0.02)
        start = time.perf_counter()
        process.send_signal(signal.SIGTERM)
        [status] = (folder / f"stopped{turn}").glob("*/status.json")
        while '"interrupted"' not in status.read_text(encoding="utf-8"):
            time.sleep(0.01)
        found.append(time.perf_counter() - start)
        if process.wait() != 130:
            sys.exit(f"the stopped run ended with {process.returncode}, not 130")
    return {"save_after_sigterm_s": median(found)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = {
            **slurm_overhead(folder / "slurm", options.repeats),
            **speedups(folder / "speedup", options.questions, options.repeats),
            **save_after_sigterm(folder / "stop", options.repeats),
        }
    emit("launch", figures, options.json, ["torch", "pytorch-lightning", "submitit"])


if __name__ == "__main__":
    main()
