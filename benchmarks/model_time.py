"""Runs the command line and measures where its time goes: inside the model, or outside, by cause.

    python benchmarks/model_time.py FILE.json +experiment=nano_quick output_dir=...

Every instant of a thread belongs to the innermost of the measured calls it is in. Decoding with several threads counts
each at its share, so that all figures are seconds of the run. The product knows nothing of this: calls are wrapped from
outside, a microsecond each.
"""

import functools
import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

INSIDE = "model"
WAITING = "waiting for decoding threads"
REST = "everything else"
CAUSES = {
    "imports and set-up": [
        "crescent.loop.environment:set_up",
        "crescent.commands.checks:check",
        "crescent.commands.checks:check_models",
    ],
    "loading models": ["crescent.models.load:load"],
    "tokenizer and template": ["crescent.generation.transformers_backend:prompt_tokens"],
    "text of replies": ["crescent.generation.transformers_backend:TransformersBackend._completion"],
    "prompts into slots, slots closed": [
        "crescent.generation.slots:Slots.admit",
        "crescent.generation.slots:Slots._close_gaps",
    ],
    "drawing tokens": ["crescent.generation.slots:draw", "crescent.generation.slots:uniforms"],
    "decoding loop": ["crescent.generation.slots:Slots.step"],
    "writing shards": ["crescent.runs.shards:ShardFolder.write"],
    "dedup": ["crescent.dedup.module:DedupModule.predict_step", "crescent.loop.stages.waves:open_pool"],
    "diversity figures": ["crescent.loop.stages.waves:measure"],
    "answers and votes": ["crescent.loop.stages.solving:read_solution", "crescent.loop.stages.solving:_vote"],
    "dataset and contamination": ["crescent.loop.stages.dataset:run"],
    "optimizer": ["torch.optim.adamw:AdamW.step"],
    "training around the model": ["crescent.loop.stages.training:run"],
    "evaluation around the model": ["crescent.loop.stages.evaluation:run"],
    "summary and report": ["crescent.reporting.summary.gather:conclude"],
}
"""What is measured outside the model: cause -> `module:name`, as the module that calls it knows it."""


class Clock:
    """Exclusive time by cause. A decoding thread's seconds count 1 / `threads`; the main one waits meanwhile."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._main = threading.main_thread()
        self._local = threading.local()
        self._lock = threading.Lock()

    def wrap(self, function: Callable[..., Any], cause: str) -> Callable[..., Any]:
        """`function`, timed."""

        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            outer = self._switch(cause)
            try:
                return function(*args, **kwargs)
            finally:
                self._switch(outer)

        return timed

    def _switch(self, cause: str) -> str:
        """Book the time since the last switch in this thread, go on under `cause`, return what it was under."""
        now, state = time.perf_counter(), self._local.__dict__
        before = state.get("cause", REST)
        if "since" in state:
            main = threading.current_thread() is self._main
            with self._lock:
                self.seconds[before] += (now - state["since"]) * (1.0 if main else 1.0 / state["threads"])
        else:
            name = threading.current_thread().name  # worker 1 of 2
            state["threads"] = int(name.rpartition(" ")[2]) if name.startswith("worker") else 1
        state["cause"], state["since"] = cause, now
        return str(before)


def main() -> None:
    """Run `sys.argv[2:]` and write the figures to the file `sys.argv[1]`."""
    start = time.perf_counter()
    target, sys.argv[1:] = Path(sys.argv[1]), sys.argv[2:]
    # First, as on the command line: how threads wait is decided before torch is loaded (crescent/__init__.py).
    from crescent.cli import main as crescent

    # isort: split
    import pytorch_lightning as pl
    import torch
    import transformers

    from crescent.generation import threads

    clock = Clock()
    for cause, places in CAUSES.items():
        for place in places:
            patch(place, lambda function, cause=cause: clock.wrap(function, cause))
    loaded = time.perf_counter() - start
    transformers.LlamaForCausalLM.forward = clock.wrap(transformers.LlamaForCausalLM.forward, INSIDE)
    torch.Tensor.backward = clock.wrap(torch.Tensor.backward, INSIDE)
    pl.LightningModule.manual_backward = clock.wrap(pl.LightningModule.manual_backward, INSIDE)
    queue = threads.SimpleQueue
    threads.SimpleQueue = type("Queue", (queue,), {"get": clock.wrap(queue.get, WAITING)})
    code = clock.wrap(crescent, REST)()
    whole = time.perf_counter() - start
    clock.seconds["imports and set-up"] += loaded
    causes = {
        cause: round(seconds, 3)
        for cause, seconds in sorted(clock.seconds.items(), key=lambda item: -item[1])
        if cause != WAITING
    }
    target.write_text(json.dumps({"wall_s": whole, "causes": causes, "code": code}))
    sys.exit(code)


def patch(place: str, change: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Replace the function or method at `module:name`."""
    module, _, path = place.partition(":")
    owner: Any = __import__(module, fromlist=["_"])
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    setattr(owner, name, change(getattr(owner, name)))


if __name__ == "__main__":
    main()
