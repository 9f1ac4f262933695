"""How long a claim takes against its runs alone, and how equal the budgets of its arms are.

    python benchmarks/claims.py                    method and both controls, alone and as a claim
    python benchmarks/claims.py --of CLAIM         the budgets of a claim that is there

`claim_time_over_runs` is the wall time of `stage=claim` over the sum of its runs' as commands of their own.
`budget_spread` is (max - min) / max of the tokens that the arms sampled for their rounds, the largest of all seeds.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from report_line import emit

from crescent.commands.claim.figures import FIGURES, read_claim
from crescent.commands.claim.methods import spread

ARMS = {
    "method": (),
    "unvoted": ("training.pairs=unvoted", "evaluation.gate.enabled=false"),
    "shuffled": ("training.pairs=shuffled", "evaluation.gate.enabled=false"),
}


def main() -> None:
    """Run, then print one line or a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON line")
    parser.add_argument("--experiment", default="nano_quick")
    parser.add_argument("--of", type=Path, help="the folder of a claim: its budgets alone")
    parser.add_argument("overrides", nargs="*", help="of every run")
    options = parser.parse_args()
    if options.of is not None:
        figures = budgets(options.of)
    else:
        with tempfile.TemporaryDirectory() as folder:
            figures = times(options.experiment, options.overrides, Path(folder))
    emit("claims", figures, options.json, packages=("torch", "transformers"))


def times(experiment: str, overrides: list[str], folder: Path) -> dict[str, float]:
    """The runs one after another, each a command of its own, then the claim."""
    given = [f"+experiment={experiment}", *overrides]
    alone = {name: _seconds(*given, *arm, f"run_dir={folder / name}") for name, arm in ARMS.items()}
    claim = folder / "claim"
    together = _seconds(*given, "stage=claim", "claim=controls", "claim.repeats=1", f"run_dir={claim}")
    return {
        **{f"{name}_alone_s": round(seconds, 1) for name, seconds in alone.items()},
        "claim_s": round(together, 1),
        "claim_time_over_runs": round(together / sum(alone.values()), 3),
        **budgets(claim),
    }


def budgets(folder: Path) -> dict[str, float]:
    """The largest difference of two arms of a seed, as a share of the larger one."""
    claim = read_claim((folder / FIGURES).read_bytes())
    return {"budget_spread": round(max(spread(claim, seed) for seed in claim.seeds), 4)}


def _seconds(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "crescent", *arguments], check=True, stdout=sys.stderr)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
