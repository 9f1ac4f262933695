"""Benchmarks through lm-evaluation-harness: the figures of its command line, item by item, without its side effects."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import lm_eval
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from crescent.errors import ConfigError, ModelError
from crescent.evaluation.isolation import isolated, quiet_loading
from crescent.evaluation.loading import load_tasks
from crescent.evaluation.model import HarnessModel, Progress
from crescent.evaluation.results import TaskResult
from crescent.evaluation.scoring import task_result

DEFAULT_SEED = 1234
"""The harness's own seed for drawing worked examples, so that figures can be compared with published ones."""

Model = tuple[PreTrainedModel, PreTrainedTokenizerBase]


def evaluate(
    model: str | Path | Model,
    tasks: Sequence[str],
    *,
    num_fewshot: int | None = None,
    limit: int | None = None,
    batch_size: int = 64,
    max_new_tokens: int | None = None,
    chat_template: bool = True,
    prefer_filter: str = "flexible-extract",
    local_data: Mapping[str, str] | None = None,
    seed: int = DEFAULT_SEED,
    device: str = "cpu",
    progress: Progress | None = None,
) -> list[TaskResult]:
    """Measure a model on benchmarks, one result per name in `tasks`, in their order.

    The same as `lm_eval --model hf --tasks ... --apply_chat_template --seed SEED` on the saved model, but for the
    bootstrap (see `crescent.statistics`) and what the harness does to the process (see `isolation`).

    Args:
        model: a Hugging Face folder, or model and tokenizer, neither of which is changed.
        tasks: names of benchmarks or groups, ours or the harness's, or task files of your own (`*.yaml`).
        num_fewshot: worked examples before each item; None leaves it to the task. A task that fixes 0 keeps 0.
        limit: items per task, the first ones.
        batch_size: prompts decoded together.
        max_new_tokens: longest output in tokens; None leaves it to the task.
        chat_template: use the tokenizer's chat template, if it has one.
        prefer_filter: which filter gives the primary metric of tasks that have several.
        local_data: folders that replace the data of some tasks.
        seed: for worked examples and for tasks that sample.
        device: where a model given as a folder is put.
        progress: called with the requests done and their number, at the start and whenever some are finished.

    Raises:
        ConfigError: a task is unknown, or its outputs do not fit the model's context.
        ModelError: the folder holds no model.
        DataError: a task's data cannot be read.
        StageError: a task needs a missing package, or has no metric that is scored item by item.
    """
    network, tokenizer = _load(model, device) if isinstance(model, str | Path) else model
    with TemporaryDirectory(prefix="crescent-tasks-") as folder, isolated(network, seed):
        harness_model = HarnessModel(network, copy.deepcopy(tokenizer), batch_size, progress)
        names, loaded = load_tasks(tasks, local_data or {}, Path(folder))
        for task in loaded["tasks"].values():
            _configure(task, num_fewshot, max_new_tokens, seed, harness_model.max_length)
        templated = chat_template and tokenizer.chat_template is not None
        # `lm_eval.simple_evaluate` would seed again, look for a git repository, collect a second's worth of facts on
        # the machine, ask the hub for the model, and return None wherever LOCAL_RANK is not 0.
        results = lm_eval.evaluate(
            harness_model,
            loaded,
            limit=limit,
            bootstrap_iters=0,
            apply_chat_template=templated,
            fewshot_as_multiturn=templated,
        )
    return [task_result(name, loaded, results, prefer_filter, tokenizer) for name in names]


def _load(folder: str | Path, device: str) -> Model:
    try:
        with quiet_loading():
            model = AutoModelForCausalLM.from_pretrained(str(folder), dtype=torch.float32)
        return model.to(device), AutoTokenizer.from_pretrained(str(folder))
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder}: no model can be loaded from here: {str(error).splitlines()[0]}") from error


def _configure(task: Any, num_fewshot: int | None, max_new_tokens: int | None, seed: int, context: int) -> None:
    """What `lm_eval.simple_evaluate` does with the command line's options."""
    own = task.get_config("num_fewshot")
    if own is None or (num_fewshot is not None and own != 0):
        task.set_config("num_fewshot", num_fewshot or 0)
    task.set_fewshot_seed(seed)
    if task.get_config("output_type") != "generate_until":
        return
    if max_new_tokens is not None:
        task.set_config("generation_kwargs", {"max_gen_toks": max_new_tokens}, update=True)
    asked = task.get_config("generation_kwargs").get("max_gen_toks", 256)
    if asked >= context:
        raise ConfigError(
            [
                f"evaluation.max_new_tokens: {task.task_name} asks for outputs of {asked} tokens, and the model's "
                f"whole context is {context}; set a smaller number"
            ]
        )
