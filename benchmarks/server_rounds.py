"""Rounds that a run does with a server in place of its own decoder: the embedded model, a server started per round.

    python benchmarks/server_rounds.py                                          transformers serve
    python benchmarks/server_rounds.py --command 'vllm serve {model} --port {port} --generation-config vllm'

`server_rounds` counts the rounds whose questions and solutions a server wrote and whose model was trained and measured.
"""

import argparse
import json
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from report_line import emit

from crescent.models.locate import locate
from crescent.runs.manifest import Manifest, read_sealed

SERVE = f"{shlex.quote(str(Path(sys.executable).with_name('transformers')))} serve {{model}} --port {{port}}"
ROUNDS = 2
SIZE = (
    "questions.target=60",
    "questions.wave_size=60",
    "questions.max_waves=2",
    "voting.samples=4",
    f"rounds={ROUNDS}",
)


def main() -> None:
    """Run, then print one line or a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON line")
    parser.add_argument("--command", default=f"{SERVE} --device cpu", help="backend.command")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = server_rounds(options.command, Path(folder))
    emit("server_rounds", figures, options.json, packages=("torch", "transformers"))


def server_rounds(command: str, folder: Path) -> dict[str, float]:
    """A run of two rounds below `folder` whose texts come from servers that `command` starts."""
    start, run = time.perf_counter(), folder / "run"
    arguments = ["+experiment=nano_quick", "backend=server", "backend.batch_size=8", f"run_dir={run}", *SIZE]
    arguments += [
        f"model.path={sampling_model(folder)}",
        f'backend.command="{command}"',
        "evaluation.gate.enabled=false",
    ]
    subprocess.run([sys.executable, "-m", "crescent", *arguments], check=True, stdout=sys.stderr)
    found = [read_sealed(path, Manifest) for path in run.glob("round-*/*/manifest.json")]
    stages = {manifest.spec.stage: manifest for manifest in found if manifest is not None}
    rounds = [
        name
        for name in (f"round-{number:02d}" for number in range(1, 1 + ROUNDS))
        if all(stages[f"{name}/{stage}"].facts["decoder"] == "server" for stage in ("questions", "answers"))
        and f"{name}/evaluation" in stages
    ]
    return {"server_rounds": len(rounds), "server_wall_s": round(time.perf_counter() - start, 1)}


def sampling_model(folder: Path) -> Path:
    """The embedded model, with a generation configuration that samples: `transformers serve` asks it."""
    place = folder / "nano"
    shutil.copytree(locate("embedded:nano"), place)
    settings = json.loads((place / "generation_config.json").read_text())
    (place / "generation_config.json").write_text(json.dumps(settings | {"do_sample": True, "top_k": 0}))
    return place


if __name__ == "__main__":
    main()
