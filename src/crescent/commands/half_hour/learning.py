"""Steps that train: all weights, adapters, and weights spread by FSDP on one device; TRL's trainer beside the first."""

import dataclasses
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crescent.commands.half_hour.texts import pairs
from crescent.commands.half_hour.writing import peak_gb
from crescent.config.schema import Config, Training
from crescent.errors import StageError
from crescent.models.load import Loaded, load
from crescent.training.fit import FINISHED, train
from crescent.training.module import StepRecord


def training(config: Config, device: str, folder: Path) -> dict[str, float]:
    """All weights: trained tokens/s over the steps after the first, loss of the first and the last step, memory."""
    return _trained(config, device, folder, "full", "auto")


def lora(config: Config, device: str, folder: Path) -> dict[str, float]:
    """Adapters on every linear layer."""
    return _trained(config, device, folder, "lora", "auto")


def fsdp(config: Config, device: str, folder: Path) -> dict[str, float]:
    """All weights, in the sharded way that several devices take, on one."""
    return _trained(config, device, folder, "full", "fsdp")


def trl(config: Config, device: str, folder: Path) -> dict[str, float]:
    """TRL's trainer on the same pairs, where it is installed: trained tokens/s.

    Raises:
        ModuleNotFoundError: TRL is not installed.
    """
    from datasets import Dataset
    from transformers import TrainerCallback
    from trl.trainer.sft_config import SFTConfig
    from trl.trainer.sft_trainer import SFTTrainer

    student, settings = _student(config, device), _settings(config, "full")
    asked = pairs(config, settings.batch_size * config.half_hour.steps)
    rows = [{"prompt": prompt, "completion": text} for prompt, text in asked]
    rows_at_once = min(settings.micro_batch_size, settings.batch_size)
    moments: list[float] = []

    class Clock(TrainerCallback):  # type: ignore[misc]  # transformers is untyped to mypy
        def on_step_end(self, *_: Any, **__: Any) -> None:
            moments.append(time.perf_counter())

    arguments = SFTConfig(
        output_dir=str(folder), num_train_epochs=1, max_length=settings.max_length,
        per_device_train_batch_size=rows_at_once,
        gradient_accumulation_steps=max(1, settings.batch_size // rows_at_once),
        learning_rate=settings.learning_rate, bf16=settings.precision == "bf16-mixed",
        gradient_checkpointing=settings.gradient_checkpointing, use_cpu=device == "cpu", report_to="none",
        save_strategy="no", logging_strategy="no", disable_tqdm=True, seed=1,
    )  # fmt: skip
    trainer = SFTTrainer(
        model=student.model, args=arguments, train_dataset=Dataset.from_list(rows), callbacks=[Clock()],
        processing_class=student.tokenizer,
    )  # fmt: skip
    tokens = sum(len(row["input_ids"]) for row in trainer.train_dataset)
    trainer.train()
    share = (len(moments) - 1) / len(moments)
    return {"tokens_per_s": share * tokens / (moments[-1] - moments[0]), "peak_gb": peak_gb(device)}


def _trained(config: Config, device: str, folder: Path, method: str, strategy: str) -> dict[str, float]:
    student, settings = _student(config, device), _settings(config, method)
    records: list[StepRecord] = []
    moments: list[float] = []

    def on_step(record: StepRecord) -> None:
        records.append(record)
        moments.append(time.perf_counter())

    result = train(
        student.model, student.tokenizer, pairs(config, settings.batch_size * config.half_hour.steps), settings,
        seed=config.seed, folder=folder, on_step=on_step, accelerator="cpu" if device == "cpu" else "gpu",
        strategy=strategy,
    )  # fmt: skip
    if result.state != FINISHED or not all(math.isfinite(loss) for loss in result.losses):
        raise StageError(f"the training ended early: {result.state}")
    return {
        "tokens_per_s": sum(record.tokens for record in records[1:]) / (moments[-1] - moments[0]),
        "first_loss": result.losses[0],
        "last_loss": result.losses[-1],
        "steps": float(result.steps),
        "peak_gb": peak_gb(device),
    }


def _student(config: Config, device: str) -> Loaded:
    student = load(config.model, dtype="float32", device=device)
    student.model.requires_grad_(True)
    return student


def _settings(config: Config, method: str) -> Training:
    return dataclasses.replace(config.training, method=method, epochs=1, checkpoint_minutes=10**6)


STEPS: dict[str, Callable[[Config, str, Path], dict[str, float]]] = {
    "training": training,
    "trl": trl,
    "lora": lora,
    "fsdp": fsdp,
}
