"""Benchmark items per second through our decoder, against the harness's own HFLM with `model.generate`.

    python benchmarks/evaluation_speed.py           the four nano tasks, 200 items each, three times; minutes
    python benchmarks/evaluation_speed.py --json    one JSON line

Ours is the stage `evaluation` as a run uses it: requests made, texts written by the decoder in slots, put on disk shard
by shard, scored. Theirs is `lm_eval.simple_evaluate` with HFLM on the same loaded model. Both decode 64 items together
and have everything imported and warm; they take turns, and of each the median counts. The figures of the tasks must be
the same.
"""

import argparse
import time
from collections.abc import Callable
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import lm_eval
import torch
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager
from report_line import emit

from crescent.config.schema import Config
from crescent.console.progress import Reporter
from crescent.evaluation.isolation import quiet_libraries
from crescent.evaluation.tasks import OWN
from crescent.loop.stages import evaluation
from crescent.loop.stages.context import Context, ModelRef
from crescent.models.identity import identity
from crescent.models.load import Loaded, load
from crescent.runs.folder import Run

TASKS = ["nano_dev", "nano_math", "nano_hard", "nano_skills"]
BATCH = 64

Figures = dict[str, float]


def main() -> None:
    """Measure, then print one line or a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON line")
    parser.add_argument("--limit", type=int, default=200, help="items per task")
    parser.add_argument("--repeats", type=int, default=3, help="how often each is measured")
    parser.add_argument("--threads", type=int, default=None, help="default: all cores")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    figures = evaluation_over_hf(options.limit, options.repeats)
    emit("evaluation_speed", figures, options.json, ("torch", "transformers", "lm-eval"))


def evaluation_over_hf(limit: int = 200, repeats: int = 3) -> Figures:
    """Items per second of both, and `evaluation_over_hf`, ours over theirs; `limit` items of each task."""
    loaded = load(Config().model)
    ours(loaded, 8), theirs(loaded, 8)
    times: dict[Callable[[Loaded, int], Figures], list[float]] = {ours: [], theirs: []}
    scores = []
    for _ in range(repeats):
        for way, seconds in times.items():
            start = time.perf_counter()
            scores.append(way(loaded, limit))
            seconds.append(time.perf_counter() - start)
    if any(score != scores[0] for score in scores):
        raise SystemExit(f"the figures are not the same: {scores}")
    rates = {way: limit * len(TASKS) / median(seconds) for way, seconds in times.items()}
    return {
        "items": float(limit * len(TASKS)),
        "items_per_s": rates[ours],
        "hf_items_per_s": rates[theirs],
        "evaluation_over_hf": rates[ours] / rates[theirs],
        "threads": float(torch.get_num_threads()),
    }


def ours(loaded: Loaded, limit: int) -> Figures:
    """Accuracy per task, by a stage of its own."""
    config = Config(name="speed")
    config.trainer.accelerator = "cpu"
    config.evaluation.limit, config.evaluation.batch_size = limit, BATCH
    config.evaluation.dev_task, config.evaluation.tasks = TASKS[0], TASKS[1:]
    base = ModelRef("base", config.model.path, identity(config.model))
    with TemporaryDirectory() as folder:
        run = Run(Path(folder), config)
        manifest = evaluation.run(
            Context(run, config, Reporter(quiet=True), base, _held=(base.identity, loaded)), "base", base
        )
    return {task: manifest.facts["tasks"][task]["value"] for task in TASKS}


def theirs(loaded: Loaded, limit: int) -> Figures:
    """Accuracy per task, as the harness's command line comes to it."""
    with quiet_libraries(), redirect_stderr(StringIO()):  # it shows a bar
        results = lm_eval.simple_evaluate(
            HFLM(pretrained=loaded.model, tokenizer=loaded.tokenizer, batch_size=BATCH),
            tasks=TASKS,
            task_manager=TaskManager(include_path=str(OWN), include_defaults=False),
            num_fewshot=0,
            limit=limit,
            apply_chat_template=True,
            fewshot_as_multiturn=True,
            bootstrap_iters=0,
        )
    return {task: results["results"][task]["exact_match,answer"] for task in TASKS}


if __name__ == "__main__":
    main()
