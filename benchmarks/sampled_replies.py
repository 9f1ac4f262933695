"""What avg@8 costs and gives against one greedy reply, on one task and model.

    python benchmarks/sampled_replies.py           200 problems of nano_math, the embedded model; a minute
    python benchmarks/sampled_replies.py --json    one JSON line

Both are the stages as a run uses them, one after the other with everything imported and warm. Seconds are those of the
stage, tokens those of the replies; prompts are read once for all replies to them. `stderr` is that of the score, over
problems, and of avg@8 over problems and samples: how much sharper the same problems become.
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from report_line import emit

from crescent.config.schema import Config
from crescent.console.progress import Reporter
from crescent.loop.stages import draws, evaluation
from crescent.loop.stages.context import Context, ModelRef
from crescent.models.identity import identity
from crescent.records import Completion
from crescent.runs.folder import Run
from crescent.runs.shards import ShardFolder

TASK, SAMPLES = "nano_math", 8


def main() -> None:
    """Measure, then print one line or a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON line")
    parser.add_argument("--limit", type=int, default=200, help="problems")
    options = parser.parse_args()
    emit("sampled_replies", avg_at_8(options.limit), options.json, ("torch", "transformers", "lm-eval"))


def avg_at_8(limit: int = 200) -> dict[str, float]:
    """Seconds, tokens and standard errors of both, and what avg@8 takes as multiples of the greedy evaluation."""
    _measured(8)
    return _measured(limit)


def _measured(limit: int) -> dict[str, float]:
    config = Config(name="sampled")
    config.trainer.accelerator = "cpu"
    config.evaluation.limit, config.evaluation.dev_task, config.evaluation.tasks = limit, "", [TASK]
    config.evaluation.sampled = {TASK: SAMPLES}
    base = ModelRef("base", config.model.path, identity(config.model))
    with TemporaryDirectory() as folder:
        context = Context(Run(Path(folder), config), config, Reporter(quiet=True), base)
        start = time.perf_counter()
        measured = evaluation.run(context, "base", base)
        greedy_s = time.perf_counter() - start
        start = time.perf_counter()
        drawn = draws.run(context, "base", base, measured)
        drawn_s = time.perf_counter() - start
        greedy = evaluation.items(context, measured)[TASK]
        replies = ShardFolder(context.run.path / "base/evaluation/completions").stream(Completion)
        greedy_tokens = sum(reply.tokens for reply in replies)
    found = drawn.facts["tasks"][TASK]
    return {
        "avg_at_8_seconds": drawn_s,
        "greedy_seconds": greedy_s,
        "avg_at_8_over_greedy_seconds": drawn_s / greedy_s,
        "avg_at_8_tokens": float(found["tokens"]),
        "greedy_tokens": float(greedy_tokens),
        "avg_at_8_over_greedy_tokens": found["tokens"] / greedy_tokens,
        "avg_at_8_stderr": found["stderr"],
        "greedy_stderr": greedy.stderr or 0.0,
    }


if __name__ == "__main__":
    main()
