"""Running lm-evaluation-harness inside our process without it leaving traces in ours."""

import logging
import random
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import datasets
import numpy as np
import torch
import transformers

from crescent.private.lm_eval_internals import no_progress_bars, templates_compiled_once

log = logging.getLogger(__name__)


@contextmanager
def isolated(model: transformers.PreTrainedModel | None, seed: int) -> Iterator[None]:
    """Seed every generator for the evaluation; afterwards restore them, the model's modes, logging and progress bars.

    `model` is None where the harness works without one.

    The harness seeds `random`, numpy and torch globally, calls `eval()` on the model it is handed, and writes
    progress bars and warnings to the terminal.
    """
    modes = {module: module.training for module in model.modules()} if model is not None else {}
    devices = [model.device] if model is not None and model.device.type == "cuda" else []
    with ExitStack() as stack:
        stack.callback(random.setstate, random.getstate())
        stack.callback(np.random.set_state, np.random.get_state())
        stack.enter_context(torch.random.fork_rng(devices))
        stack.callback(_set_modes, modes)
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(quiet_libraries())
        stack.enter_context(templates_compiled_once())
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
        yield


def _set_modes(modes: dict[torch.nn.Module, bool]) -> None:
    for module, training in modes.items():
        module.training = training


@contextmanager
def quiet_libraries() -> Iterator[None]:
    logger, handler = logging.getLogger("lm_eval"), _OnlyTruncation()
    level, propagate, verbosity = logger.level, logger.propagate, transformers.logging.get_verbosity()
    bars_disabled = datasets.are_progress_bars_disabled()
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    transformers.logging.set_verbosity_error()
    datasets.disable_progress_bars()
    try:
        with no_progress_bars():
            yield
    finally:
        if not bars_disabled:
            datasets.enable_progress_bars()
        transformers.logging.set_verbosity(verbosity)
        logger.propagate = propagate
        logger.setLevel(level)
        logger.removeHandler(handler)


@contextmanager
def quiet_loading() -> Iterator[None]:
    """No progress bar over the weights of a model."""
    shown = transformers.utils.logging.is_progress_bar_enabled()
    transformers.utils.logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            transformers.utils.logging.enable_progress_bar()


class _OnlyTruncation(logging.Handler):
    """Of all the harness says, passes on once that prompts were cut: that changes the figures."""

    said = False

    def emit(self, record: logging.LogRecord) -> None:
        if not self.said and "truncat" in record.getMessage().lower():
            self.said = True
            log.warning(
                "prompts are longer than the model's context and lose their beginning: use fewer worked examples"
            )
