"""Fine-tuning against TRL's SFTTrainer: tokens of solution learned per second, and what was learned.

    python benchmarks/training.py [--quick] [--json]

The pairs are what the embedded model itself writes: questions in answer to its bait, and one sampled solution of each.
All sides start from the same weights and learn the same token ids, 32 pairs per step (TRL packed: as many tokens per
step, in rows as long as two of the longest pairs), with the same AdamW, schedule, clipping and precision, by turns on
the same machine. A rate counts from the end of the first step to the end of the last. TRL runs as its
documentation says, with its gradient checkpointing off, as ours is. Needs the extra `bench`.

    over_trl_packed, over_trl_padded    our tokens of solution per second over TRL's, the least over the models
    loss_difference                     our loss minus TRL packed's after training, in nats per token of solution on
                                        pairs that were not trained on, the largest in size over the models
    loss_noise                          the same between two seeds of ours
    NAME_*                              the figures of one model: `nano` is the embedded one, `llama` a Llama of ten
                                        million parameters with random weights
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from datasets import disable_progress_bars
from report_line import emit
from torch.nn.functional import cross_entropy
from transformers import LlamaConfig, LlamaForCausalLM

from crescent.config.schema import Model, Sampling, Training
from crescent.generation.prompts import fill
from crescent.generation.request import Request
from crescent.generation.transformers_backend import TransformersBackend
from crescent.models.load import load
from crescent.nano.wording import BAIT, SOLVE
from crescent.training.examples import Example, encode_pairs
from crescent.training.fit import train

BATCH = 32
HELD_OUT = 128
LONGEST = 384


@dataclass
class Learned:
    """One training: tokens of solution per second, and the loss it ended with."""

    rate: float
    loss: float


def generated_pairs(count: int) -> list[tuple[str, str]]:
    """Prompt and solution of `count` questions, all written by the embedded model."""
    backend = TransformersBackend(load(Model()), 256, 512)
    sampling = Sampling(max_new_tokens=128)
    baits = [Request(f"q{number}", BAIT) for number in range(count * 5 // 4)]
    written = [row.text for row in backend.generate(baits, sampling, 1, lambda *_: None) if row.stop == "stop"]
    prompts = [fill(SOLVE, question=text) for text in written[:count]]
    asked = [Request(f"s{number}", prompt) for number, prompt in enumerate(prompts)]
    solved = backend.generate(asked, sampling, 1, lambda *_: None)
    return [(prompt, row.text) for prompt, row in zip(prompts, solved, strict=True)]


def model(kind: str) -> Any:
    if kind == "nano":
        loaded = load(Model()).model
        loaded.requires_grad_(True)
        return loaded
    torch.manual_seed(1)
    sizes = {"hidden_size": 384, "intermediate_size": 1024, "num_hidden_layers": 6, "num_attention_heads": 6}
    return LlamaForCausalLM(LlamaConfig(vocab_size=1024, max_position_embeddings=512, **sizes))


def settings(epochs: int, precision: str) -> Training:
    """Of all sides. There is no warm-up, because in one TRL's learning rate lags ours by a step."""
    return Training(
        epochs=epochs, batch_size=BATCH, learning_rate=5e-4, warmup=0.0, max_length=LONGEST, checkpoint_minutes=10**6,
        precision=precision,
    )  # fmt: skip


def ours(kind: str, pairs: Sequence[tuple[str, str]], config: Training, seed: int = 1) -> tuple[Any, float]:
    """The trained model and its rate."""
    student, moments, tokens = model(kind), [], 0

    def on_step(record: Any) -> None:
        nonlocal tokens
        moments.append(time.perf_counter())
        tokens += record.solution_tokens if len(moments) > 1 else 0

    with tempfile.TemporaryDirectory() as folder:
        train(student, load(Model()).tokenizer, pairs, config, seed=seed, folder=Path(folder), on_step=on_step)
    return student, tokens / (moments[-1] - moments[0])


def trl(kind: str, examples: Sequence[Example], config: Training, packing: bool) -> tuple[Any, float]:
    """The model that TRL trained, and its rate."""
    from datasets import Dataset
    from transformers import PrinterCallback, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    rows = [
        {"input_ids": e.input_ids, "labels": [-100] * e.prompt_length + e.input_ids[e.prompt_length :]}
        for e in examples
    ]
    lengths = [len(example.input_ids) for example in examples]
    row_length = 2 * max(lengths)
    packed_rows = max(1, round(BATCH * sum(lengths) / len(lengths) / row_length))
    moments: list[float] = []

    class Clock(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, *_: Any, **__: Any) -> None:
            moments.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        arguments = SFTConfig(
            output_dir=folder, num_train_epochs=config.epochs, max_length=row_length if packing else LONGEST,
            per_device_train_batch_size=packed_rows if packing else BATCH, packing=packing,
            learning_rate=config.learning_rate, lr_scheduler_type="linear", warmup_steps=0,
            weight_decay=0.0, max_grad_norm=config.clip, bf16=config.precision == "bf16-mixed", seed=1,
            gradient_checkpointing=False, use_cpu=not torch.cuda.is_available(), report_to="none", save_strategy="no",
            logging_strategy="no", disable_tqdm=True,
        )  # fmt: skip
        trainer = SFTTrainer(
            model(kind), arguments, train_dataset=Dataset.from_list(rows), callbacks=[Clock()],
            processing_class=load(Model()).tokenizer,
        )  # fmt: skip
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    tokens = config.epochs * sum(example.solution_tokens for example in examples)
    return trainer.model, tokens * (1 - 1 / len(moments)) / (moments[-1] - moments[0])


@torch.no_grad()
def loss_of(student: Any, examples: Sequence[Example]) -> float:
    """Mean negative log-likelihood per token of solution, one example at a time."""
    student.eval()
    total, count = 0.0, 0
    for example in examples:
        ids = torch.tensor([example.input_ids], device=student.device)
        start = example.prompt_length
        logits = student(input_ids=ids, use_cache=False).logits[0, start - 1 : -1].float()
        total += float(cross_entropy(logits, ids[0, start:], reduction="sum"))
        count += example.solution_tokens
    return total / count


def measure(kind: str, pairs: Sequence[tuple[str, str]], config: Training, repeats: int) -> dict[str, float]:
    """The figures of one model. Every side is trained `repeats` times, by turns; its best rate counts."""
    tokenizer = load(Model()).tokenizer
    examples = encode_pairs(tokenizer, pairs, LONGEST).kept
    unseen, seen = examples[:HELD_OUT], examples[HELD_OUT:]
    taught = list(pairs[HELD_OUT:])
    best: dict[str, Learned] = {}
    for turn in range(repeats):
        for side, work in (
            ("ours", lambda turn=turn: ours(kind, taught, config, seed=1 + turn)),
            ("trl_packed", lambda: trl(kind, seen, config, packing=True)),
            ("trl_padded", lambda: trl(kind, seen, config, packing=False)),
        ):
            student, rate = work()
            loss = loss_of(student, unseen)
            print(f"{kind} {side}: {rate:.0f} tokens/s, loss {loss:.4f}", file=sys.stderr, flush=True)
            name = f"{side}_again" if turn and side == "ours" else side
            best.setdefault(name, Learned(rate, loss))
            best[side].rate = max(best[side].rate, rate)
    figures = {f"{side}_tokens_per_s": best[side].rate for side in ("ours", "trl_packed", "trl_padded")}
    return figures | {
        "over_trl_packed": best["ours"].rate / best["trl_packed"].rate,
        "over_trl_padded": best["ours"].rate / best["trl_padded"].rate,
        "loss_difference": best["ours"].loss - best["trl_packed"].loss,
        "loss_difference_padded": best["ours"].loss - best["trl_padded"].loss,
        "loss_noise": best["ours_again"].loss - best["ours"].loss,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--quick", action="store_true", help="five steps, to see that it works; the losses mean nothing"
    )
    parser.add_argument("--precision", default="32-true", choices=["32-true", "bf16-mixed"])
    parser.add_argument("--models", nargs="+", default=["nano", "llama"], choices=["nano", "llama"])
    options = parser.parse_args()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    disable_progress_bars()
    transformers.logging.disable_progress_bar()
    transformers.logging.set_verbosity_error()
    count = HELD_OUT + (5 if options.quick else 20) * BATCH
    pairs = generated_pairs(count)
    config = settings(1 if options.quick else 3, options.precision)
    measured = {kind: measure(kind, pairs, config, repeats=2) for kind in options.models}
    figures: dict[str, float] = {}
    for key in ("over_trl_packed", "over_trl_padded"):
        figures[key] = min(found[key] for found in measured.values())
    for key in ("loss_difference", "loss_noise"):
        figures[key] = max((found[key] for found in measured.values()), key=abs)
    for kind, found in measured.items():
        figures |= {f"{kind}_{key}": value for key, value in found.items()}
    emit("training", figures, options.json, ["torch", "transformers", "pytorch-lightning", "trl"])


if __name__ == "__main__":
    main()
