"""What engines are worth: vLLM for a run and for its tokens, ours for benchmarks, a server for every round.

    python benchmarks/engines.py [--json] [--only vllm_loop_gain] [--python /envs/vllm/bin/python]

Each figure has a function of its name in `FIGURES`; `--only` takes any of them. `--python` is the interpreter that has
vLLM (`make engine`); figures that need it are left out without.

`vllm_loop_gain_*`: nano_quick as a user starts it, with `backend=vllm`: the paired 95 % interval of nano_math against
the base model at the accepted round, as a share; `transformers_loop_gain_*`: the same with our decoder.
`vllm_over_transformers_cpu`: tokens per second of vLLM over those of our decoder on the CPU, same requests (three of
four are problems to solve, one of four asks for a problem; one sample each), all cores, without loading; medians.
`evaluation_over_hf`: see evaluation_speed.py. `server_rounds`: see server_rounds.py.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from report_line import emit

CONTEXT, LIMIT = 512, 128
MADE = Path.home() / ".cache/crescent/vllm/bin/python"
"""Where `make engine` puts it."""


@dataclass(frozen=True)
class Options:
    """What the figures are measured with."""

    python: str | None
    requests: int
    repeats: int


Figures = dict[str, float]


def loop_gain(backend: str, *overrides: str) -> Figures:
    """The gain of a run of nano_quick whose text `backend` writes; 0 where no round was accepted."""
    with tempfile.TemporaryDirectory() as output:
        command = [sys.executable, "-m", "crescent", "+experiment=nano_quick", f"output_dir={output}", *overrides]
        subprocess.run([*command, f"backend={backend}"], check=True, stdout=sys.stderr)
        [file] = Path(output).glob("*/summary.json")
        summary = json.loads(file.read_text(encoding="utf-8"))
    best = summary["best_round"]
    gain = {"low": 0.0, "difference": 0.0, "high": 0.0}
    if best:
        gain = summary["rounds"][best - 1]["evaluation"]["nano_math"]["against_base"]
    return {f"{backend}_loop_gain_{end}": gain[end] for end in ("low", "high")} | {
        f"{backend}_loop_gain": gain["difference"]
    }


def vllm_loop_gain(options: Options) -> Figures:
    """The same run through vLLM and through our decoder."""
    if options.python is None:
        return {}
    return loop_gain("vllm", f"backend.python={options.python}") | loop_gain("transformers")


def vllm_over_transformers_cpu(options: Options) -> Figures:
    """Tokens per second of both, in turns; vLLM's process sleeps while it has nothing to do."""
    if options.python is None:
        return {}
    from crescent.config.schema import Model, Sampling
    from crescent.generation.backend import Backend
    from crescent.generation.request import Request
    from crescent.generation.transformers_backend import TransformersBackend
    from crescent.generation.vllm_backend import VllmBackend
    from crescent.models.load import load
    from crescent.nano.wording import BAIT, SOLVE
    from crescent.nano.world import problem

    asked = [BAIT if number % 4 == 0 else SOLVE.format(question=problem(number).question) for number in range(9999)]
    requests = [Request(f"q{number}", prompt) for number, prompt in enumerate(asked[: options.requests])]
    loaded = load(Model())

    def rate(backend: Backend) -> float:
        start = time.perf_counter()
        rows = backend.generate(requests, Sampling(max_new_tokens=LIMIT), 1, lambda *_: None)
        return sum(row.tokens for row in rows) / (time.perf_counter() - start)

    with vllm(options.python) as engine:
        backends = {
            "vllm": VllmBackend(engine, loaded.tokenizer, loaded.stops, CONTEXT),
            "transformers": TransformersBackend(loaded, None, CONTEXT),
        }
        rates: dict[str, list[float]] = {name: [] for name in backends}
        for turn in range(options.repeats + 1):
            for name, backend in backends.items():
                found = rate(backend)
                if turn:  # the first turn warms up
                    rates[name].append(found)
    medians = {f"{name}_tokens_per_s": median(found) for name, found in rates.items()}
    return medians | {"vllm_over_transformers_cpu": medians["vllm_tokens_per_s"] / medians["transformers_tokens_per_s"]}


@contextmanager
def vllm(python: str) -> "Iterator[Engine]":  # type: ignore[name-defined]  # noqa: F821
    """An engine of the embedded model."""
    from crescent.config.schema import Backend, Model
    from crescent.generation.vllm_engine import Engine, engine_environment, engine_settings
    from crescent.models.locate import locate

    backend = Backend("vllm", python=python)
    settings = engine_settings(backend, Model(context=CONTEXT), locate("embedded:nano"), None)
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(settings, Path(folder) / "vllm.log", python, engine_environment(backend))
        yield engine
        engine.close()


def evaluation_over_hf(options: Options) -> Figures:
    """Benchmark items per second through our decoder over the harness alone, see evaluation_speed.py."""
    import evaluation_speed

    return dict(evaluation_speed.evaluation_over_hf(repeats=options.repeats))


def server_rounds(options: Options) -> Figures:
    """Rounds of a run whose texts a server writes that it starts itself, see server_rounds.py."""
    import server_rounds as rounds

    with tempfile.TemporaryDirectory() as folder:
        return rounds.server_rounds(f"{rounds.SERVE} --device cpu", Path(folder))


FIGURES: dict[str, Callable[[Options], Figures]] = {
    "vllm_loop_gain": vllm_loop_gain,
    "vllm_over_transformers_cpu": vllm_over_transformers_cpu,
    "evaluation_over_hf": evaluation_over_hf,
    "server_rounds": server_rounds,
}


def main() -> None:
    """Measure, then print one line or a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON line")
    parser.add_argument("--only", choices=FIGURES, action="append", help="this figure; may be given several times")
    parser.add_argument("--python", default=str(MADE) if MADE.is_file() else None, help="interpreter that has vLLM")
    parser.add_argument("--requests", type=int, default=2048)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    options = Options(given.python, given.requests, given.repeats)
    figures: Figures = {}
    for name in given.only or FIGURES:
        found = FIGURES[name](options)
        if not found:
            print(f"{name} is left out: there is no vLLM (make engine, or --python)", file=sys.stderr)
        figures |= found
    emit("engines", figures, given.json, ["torch", "transformers"])


if __name__ == "__main__":
    main()
