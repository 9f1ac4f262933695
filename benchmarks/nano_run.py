"""The default run, as a user starts it: time, memory, gain and labels. (`+experiment=claim` has the controls.)

    python benchmarks/nano_run.py                    seed 1
    python benchmarks/nano_run.py --seeds 1 2 3      the worst of three
    python benchmarks/nano_run.py --keep FOLDER      reuse runs that are complete in FOLDER, keep new ones there
    python benchmarks/nano_run.py --busy 2           beside two busy loops, against the same run alone; nothing else

`overhead_share` is the part of the run that is not spent in the model's forward and backward passes; its causes, in
seconds, go to standard error (see model_time.py).
`gain_*` is the paired 95 % interval of nano_math against the base model at the accepted round. With several seeds every
figure is the worst over the seeds (`wall_s`, `peak_gb`: the largest), so that a goal met by it is met by each of them.
`busy_ratio` is `busy_s` / `idle_s`. With a busy loop per core a fair scheduler gives the run half of each: 2 is fair.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from model_time import INSIDE
from report_line import emit

Figures = dict[str, float]


def main() -> None:
    """Measure, then print one line or a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON line")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--experiment", default="nano")
    parser.add_argument("--keep", type=Path, help="folder for the runs (default: a temporary one)")
    parser.add_argument("--busy", type=int, metavar="N", help="measure the time beside N busy loops, nothing else")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        output = options.keep or Path(temporary)
        if options.busy is not None:
            seeds = [beside(options.experiment, seed, Path(temporary), options.busy) for seed in options.seeds]
        else:
            seeds = [measure(options.experiment, seed, output) for seed in options.seeds]
    for seed, figures in zip(options.seeds, seeds, strict=True):
        print(f"seed {seed}: " + ", ".join(f"{k} {v:.4g}" for k, v in figures.items()), file=sys.stderr)
    largest = {
        "wall_s",
        "peak_gb",
        "overhead_share",
        "base_math",
        "plan_error_factor",
        "idle_s",
        "busy_s",
        "busy_ratio",
    }
    worst = {key: (max if key in largest else min)(figures[key] for figures in seeds) for key in seeds[0]}
    emit("nano_run", worst, options.json, ("torch", "transformers", "pytorch-lightning", "lm-eval"))


def measure(experiment: str, seed: int, output: Path) -> Figures:
    """The figures of one seed."""
    folder, wall, peak = run(experiment, seed, output)
    summary = json.loads((folder / "summary.json").read_text())
    best = summary["best_round"]
    kept = summary["rounds"][best - 1] if best else None
    math = kept["evaluation"]["nano_math"] if kept else None
    audits = [part["answers"]["audit"] for part in summary["rounds"]]
    return {
        "wall_s": wall,
        "peak_gb": peak,
        "overhead_share": overhead(experiment, seed, output),
        "base_math": summary["base"]["evaluation"]["nano_math"]["value"],
        "final_math": math["value"] if math else summary["base"]["evaluation"]["nano_math"]["value"],
        "gain_low": math["against_base"]["low"] if math else 0.0,
        "gain_high": math["against_base"]["high"] if math else 0.0,
        "skills_change": kept["evaluation"]["nano_skills"]["against_base"]["difference"] if kept else 0.0,
        "plan_error_factor": summary["plan"]["plan_error_factor"],
        "label_accuracy": min(audit["label_accuracy"] for audit in audits),
        "single_sample_accuracy": audits[0]["single_sample_accuracy"],
    }


def run(experiment: str, seed: int, output: Path) -> tuple[Path, float, float]:
    """Run one experiment as a whole process; its folder, wall time in seconds, peak memory in GB (2^30 bytes)."""
    folder = output / f"{experiment}-seed{seed}"
    record = output / f"{experiment}-seed{seed}.usage.json"
    if not record.exists():
        measured = [str(Path(__file__).with_name("model_time.py")), str(times(experiment, seed, output))]
        command = [sys.executable, *measured, f"+experiment={experiment}", f"seed={seed}", f"output_dir={output}"]
        output.mkdir(parents=True, exist_ok=True)
        usage = timed(command)
        record.write_text(json.dumps(usage))
    usage = json.loads(record.read_text())
    return folder, usage["wall_s"], usage["peak_gb"]


def times(experiment: str, seed: int, output: Path) -> Path:
    """Where `model_time.py` writes about a run."""
    return output / f"{experiment}-seed{seed}.times.json"


def overhead(experiment: str, seed: int, output: Path) -> float:
    """Share of a run outside the model's passes; prints what it consists of. NaN for a run kept from before."""
    file = times(experiment, seed, output)
    if not file.exists():
        return float("nan")
    message = json.loads(file.read_text())
    outside = {cause: seconds for cause, seconds in message["causes"].items() if cause != INSIDE}
    listed = ", ".join(f"{cause} {seconds:.1f} s" for cause, seconds in outside.items())
    print(f"{experiment} seed {seed}, outside the model: {listed}", file=sys.stderr)
    return 1.0 - message["causes"][INSIDE] / float(message["wall_s"])


def beside(experiment: str, seed: int, output: Path, loops: int) -> Figures:
    """Seconds of a run alone and beside `loops` processes that never wait, both as a user starts it."""
    seconds = {}
    for name, count in (("idle", 0), ("busy", loops)):
        place = output / f"{name}-{seed}"
        command = [sys.executable, "-m", "crescent", f"+experiment={experiment}", f"seed={seed}", f"output_dir={place}"]
        with busy_loops(count):
            seconds[name] = timed(command)["wall_s"]
    return {"idle_s": seconds["idle"], "busy_s": seconds["busy"], "busy_ratio": seconds["busy"] / seconds["idle"]}


@contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """That many processes that take all the time they are given, while the block runs."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def timed(command: Sequence[str]) -> dict[str, Any]:
    """Wall time of a command in seconds, and the largest peak memory of any child so far in GB."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ)
    wall = time.perf_counter() - start
    return {"wall_s": wall, "peak_gb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20}


if __name__ == "__main__":
    main()
