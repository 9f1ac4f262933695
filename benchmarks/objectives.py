"""The loss of `scpo` against TRL's DPOTrainer, pair by pair on equal token ids.

    python benchmarks/objectives.py [--pairs 16] [--json]

The student is the embedded model moved away from itself by a little noise, the reference the embedded model, both in
float32 on the CPU. TRL's loss of each pair is that of `loss_type=["sigmoid", "sft"]` with `loss_weights=[1, alpha]`:
with a pair to a batch its mean over tokens is the length-normalised term of Prasad et al. 2024 (arXiv 2411.04109,
section 2). Times the pair's margin, and the mean over pairs taken, it is the loss that a step of ours minimises. Needs
the extra `bench`.

    scpo_loss_difference    the largest |ours - TRL's| of that loss, in nats, packed and padded, over three settings
"""

import argparse
import tempfile
from collections.abc import Sequence
from typing import Any

import torch
from report_line import emit

from crescent.config.schema import Model, Training
from crescent.models.load import load
from crescent.training.attention import by_document
from crescent.training.datamodule import StepDataset
from crescent.training.examples import Example, Lesson, encode_pairs
from crescent.training.objectives.scpo import Scpo
from crescent.training.plan import TrainingPlan, plan_steps
from crescent.training.preference import PreferenceTuning
from crescent.training.reference import Likelihoods

SETTINGS = (Scpo(), Scpo(beta=0.1, alpha=0.0), Scpo(beta=0.0, alpha=0.3))
NOISE = 0.02
"""Standard deviation of what is added to every weight: log-probabilities then differ by several nats."""


def lessons(count: int) -> list[Lesson]:
    """Sums with a right and a wrong solution of different lengths, and margins from 1/8 on."""
    return [
        Lesson(
            f"What is {n} + {n % 7}?",
            f"{n} + {n % 7} = {n + n % 7} . " * (1 + n % 3) + f"#### {n + n % 7}",
            (1 + n % 8) / 8,
            f"{n} + {n % 7} = {n + 1} . " * (1 + n % 2) + f"#### {n + 1}",
        )
        for n in range(1, count + 1)
    ]


def loss_of_ours(student: Any, reference: Any, plan: TrainingPlan, objective: Scpo) -> float:
    """The loss of the plan's one step."""
    [batch] = [StepDataset(plan)[0]]
    with torch.no_grad(), by_document(reference, plan.config.packing):
        references = dict(Likelihoods(reference, plan).predict_step(batch, 0))
    module = objective.module(student, plan, lambda record: False)
    assert isinstance(module, PreferenceTuning)
    module.references = references
    with torch.no_grad(), by_document(student, plan.config.packing):
        return float(sum(module.part(part) for part in batch.micro_batches)) / module.whole(batch)


def loss_of_trl(student: Any, reference: Any, tokenizer: Any, examples: Sequence[Example], objective: Scpo) -> float:
    """The same of TRL: the mean over the pairs of weight x loss."""
    from datasets import Dataset
    from trl import DPOConfig, DPOTrainer

    rows = [_row(example) for example in examples]
    with tempfile.TemporaryDirectory() as folder:
        arguments = DPOConfig(
            output_dir=folder, beta=objective.beta, loss_type=["sigmoid", "sft"], loss_weights=[1.0, objective.alpha],
            use_cpu=True, bf16=False, report_to="none", max_length=None,
            disable_tqdm=True,
        )  # fmt: skip
        # It tokenises texts itself; the token ids of ours go through its collator and its loss.
        texts = Dataset.from_list([{"prompt": "1", "chosen": "2", "rejected": "3"}])
        trainer = DPOTrainer(student, reference, arguments, train_dataset=texts, processing_class=tokenizer)
        losses = []
        for example, row in zip(examples, rows, strict=True):
            with torch.no_grad():
                losses.append(example.weight * float(trainer.compute_loss(student, trainer.data_collator([row]))))
    return sum(losses) / len(losses)


def scpo_loss_difference(count: int = 16) -> float:
    """The figure of that name."""
    tokenizer = load(Model(), device="cpu").tokenizer
    taught = lessons(count)
    found = []
    for objective in SETTINGS:
        ours = []
        for packing in (True, False):
            config = Training(batch_size=count, packing=packing, micro_batch_tokens=200, micro_batch_size=3)
            examples = encode_pairs(tokenizer, taught, config.max_length)
            plan = TrainingPlan(config, 1, examples, plan_steps(count, 1, count, 1))
            ours.append(loss_of_ours(*_models(), plan, objective))
        theirs = loss_of_trl(*_models(), tokenizer, examples.kept, objective)
        found += [abs(loss - theirs) for loss in ours]
    return max(found)


def _row(example: Example) -> dict[str, list[int]]:
    assert example.rejected is not None
    start = example.prompt_length
    return {
        "prompt_ids": example.input_ids[:start],
        "chosen_ids": example.input_ids[start:],
        "rejected_ids": example.rejected[start:],
    }


def _models() -> tuple[Any, Any]:
    """(student, reference), new ones: TRL changes what it is given."""
    student, reference = (load(Model(), dtype="float32", device="cpu").model.eval() for _ in range(2))
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        for weight in student.parameters():
            weight.add_(NOISE * torch.randn_like(weight))
    return student, reference


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--pairs", type=int, default=16)
    options = parser.parse_args()
    figures = {"scpo_loss_difference": scpo_loss_difference(options.pairs)}
    emit("objectives", figures, options.json, ["torch", "transformers", "trl"])


if __name__ == "__main__":
    main()
