"""Fine-tuning as a Lightning user runs it, with a Trainer of the user's own."""

import pytest
import pytorch_lightning as pl
import torch

from crescent.training.datamodule import StepDataModule
from crescent.training.examples import encode_pairs
from crescent.training.fit import train
from crescent.training.module import FineTuning
from crescent.training.plan import TrainingPlan, plan_steps


class Losses(pl.Callback):
    def __init__(self):
        self.seen = []

    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        self.seen.append((batch.step, float(outputs["loss"])))


def test_a_trainer_of_ones_own_trains_as_the_stage_does(tiny_model, tokenizer, pairs, config, tmp_path):
    """The losses that Lightning's hooks see, and the weights, are those of `train`."""
    config.packing = False
    model, staged = tiny_model(), tiny_model()
    examples = encode_pairs(tokenizer, pairs, config.max_length)
    steps = plan_steps(len(examples.kept), config.epochs, config.batch_size, seed=1)
    plan, losses = TrainingPlan(config, 1, examples, steps), Losses()
    trainer = pl.Trainer(
        accelerator="cpu", devices=1, max_epochs=1, logger=False, enable_checkpointing=False, callbacks=[losses],
        enable_progress_bar=False, enable_model_summary=False, default_root_dir=tmp_path,
    )  # fmt: skip
    trainer.fit(FineTuning(model.train(), plan), datamodule=StepDataModule(plan))
    expected = train(staged, tokenizer, pairs, config, seed=1, folder=tmp_path / "training", accelerator="cpu")
    assert losses.seen == list(enumerate(expected.losses))
    assert len(losses.seen) == len(steps)
    for (name, ours), theirs in zip(model.named_parameters(), staged.parameters(), strict=True):
        assert torch.equal(ours, theirs), name


@pytest.mark.parametrize("first", [1, 4])
def test_a_data_module_goes_on_from_any_step(tiny_model, tokenizer, pairs, config, tmp_path, first):
    examples = encode_pairs(tokenizer, pairs, config.max_length)
    steps = plan_steps(len(examples.kept), config.epochs, config.batch_size, seed=1)
    plan, losses = TrainingPlan(config, 1, examples, steps), Losses()
    trainer = pl.Trainer(
        accelerator="cpu", devices=1, max_epochs=1, logger=False, enable_checkpointing=False, callbacks=[losses],
        enable_progress_bar=False, enable_model_summary=False, default_root_dir=tmp_path,
    )  # fmt: skip
    trainer.fit(FineTuning(tiny_model().train(), plan), datamodule=StepDataModule(plan, first))
    assert [step for step, _ in losses.seen] == list(range(first, len(steps)))
