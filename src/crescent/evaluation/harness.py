"""Benchmarks through lm-evaluation-harness: the figures of its command line, item by item, without its side effects."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from crescent.errors import ModelError
from crescent.evaluation.benchmarks import DEFAULT_SEED, Benchmarks
from crescent.evaluation.isolation import isolated, quiet_loading
from crescent.evaluation.model import HarnessModel, Progress
from crescent.evaluation.replies import longest
from crescent.evaluation.results import TaskResult

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
    with isolated(network, seed):
        benchmarks = Benchmarks(
            tasks,
            tokenizer,
            longest(network.config, tokenizer),
            num_fewshot=num_fewshot,
            limit=limit,
            max_new_tokens=max_new_tokens,
            chat_template=chat_template,
            prefer_filter=prefer_filter,
            local_data=local_data,
            seed=seed,
        )
        return benchmarks.measured(HarnessModel(network, copy.deepcopy(tokenizer), batch_size, progress))


def _load(folder: str | Path, device: str) -> Model:
    try:
        with quiet_loading():
            model = AutoModelForCausalLM.from_pretrained(str(folder), dtype=torch.float32)
        return model.to(device), AutoTokenizer.from_pretrained(str(folder))
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder}: no model can be loaded from here: {str(error).splitlines()[0]}") from error
