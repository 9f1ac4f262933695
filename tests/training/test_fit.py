import dataclasses
import json
import os
import shutil
import signal
import threading

import pytest
import torch

from crescent.errors import DamagedError, RunFolderError
from crescent.training import checkpoint_writer
from crescent.training.checkpoint import Checkpoints, CheckpointState
from crescent.training.examples import encode_pairs
from crescent.training.fit import train
from crescent.training.module import learning_rate
from crescent.training.plan import plan_steps
from crescent.training.safetensors_file import write_tensors


@pytest.fixture
def fit(tokenizer, pairs, config, tmp_path):
    """Train on the CPU with the settings of these tests; keywords replace settings."""

    def run(model, folder=tmp_path / "training", given=pairs, on_step=None, seed=1, **settings):
        changed = dataclasses.replace(config, **settings)
        return train(model, tokenizer, given, changed, seed=seed, folder=folder, on_step=on_step, accelerator="cpu")

    return run


def by_hand(model, tokenizer, pairs, config, seed):
    """The same training as a plain loop, one example at a time and without packing, padding or micro-batches."""
    examples = encode_pairs(tokenizer, pairs, config.max_length).kept
    steps = plan_steps(len(examples), config.epochs, config.batch_size, seed)
    decayed = [parameter for parameter in model.parameters() if parameter.ndim > 1]
    spared = [parameter for parameter in model.parameters() if parameter.ndim == 1]
    groups = [{"params": decayed, "weight_decay": config.weight_decay}, {"params": spared, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups)
    losses = []
    for number, step in enumerate(steps):
        total, count = 0.0, 0
        for index in step.examples:
            ids = torch.tensor([examples[index].input_ids])
            labels = ids.clone()
            labels[:, : examples[index].prompt_length] = -100
            logits = model(input_ids=ids).logits[:, :-1].flatten(0, 1)
            total = total + torch.nn.functional.cross_entropy(logits, labels[:, 1:].flatten(), reduction="sum")
            count += int((labels != -100).sum())
        optimizer.zero_grad()
        (total / count).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), config.clip)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(number, len(steps), config)
        optimizer.step()
        losses.append(float(total / count))
    return losses


def weights(model):
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


def assert_equal(one, other):
    assert one.keys() == other.keys()
    assert [name for name in one if not torch.equal(one[name], other[name])] == []


@pytest.mark.parametrize("kind", ["llama", "qwen2"])
@pytest.mark.parametrize("packing", [False, True])
def test_equals_a_plain_loop(fit, tiny_model, tokenizer, pairs, config, kind, packing):
    model, reference = tiny_model(kind), tiny_model(kind)
    result = fit(model, packing=packing)
    expected = by_hand(reference, tokenizer, pairs, config, seed=1)
    assert result.losses == pytest.approx(expected, rel=1e-5)
    for (name, ours), theirs in zip(model.named_parameters(), reference.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5, msg=name)


def test_one_step_equals_a_plain_loop_to_1e_6(fit, tiny_model, tokenizer, pairs, config):
    model, reference = tiny_model(), tiny_model()
    one_step = dataclasses.replace(config, epochs=1, batch_size=len(pairs))
    assert fit(model, epochs=1, batch_size=len(pairs)).steps == 1
    by_hand(reference, tokenizer, pairs, one_step, seed=1)
    for (name, ours), theirs in zip(model.named_parameters(), reference.parameters(), strict=True):
        # AdamW divides by the gradient and 1e-8: where the gradient is as small, its rounding grows a million times.
        sure = theirs.grad.abs() > 1e-7
        torch.testing.assert_close(ours[sure], theirs[sure], rtol=0, atol=1e-6, msg=name)
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5, msg=name)


def test_micro_batches_do_not_change_what_is_learnt(fit, tiny_model, tmp_path):
    cuts = [
        {"micro_batch_size": 1},
        {"micro_batch_size": 64},
        {"micro_batch_tokens": 100},
        {"gradient_checkpointing": True},
    ]
    curves = [fit(tiny_model(), tmp_path / str(number), **cut).losses for number, cut in enumerate(cuts)]
    for curve in curves[1:]:
        assert curve == pytest.approx(curves[0], rel=1e-5)


def test_loss_falls_on_a_memorisable_set(fit, tiny_model, pairs, tokenizer, config):
    records = []
    result = fit(tiny_model(hidden_size=32), epochs=30, batch_size=12, micro_batch_size=12, on_step=records.append)
    assert result.state == "finished"
    assert result.steps == 60 == len(result.losses)
    assert result.losses[0] == pytest.approx(5.5, abs=0.2)  # about ln 260: it knows nothing
    assert result.losses[-1] < 0.5
    examples = encode_pairs(tokenizer, pairs, config.max_length).kept
    assert result.tokens == 30 * sum(len(example.input_ids) for example in examples)
    assert result.solution_tokens == 30 * sum(example.solution_tokens for example in examples)
    assert [record.step for record in records] == list(range(1, 61))
    assert [record.loss for record in records] == result.losses
    assert max(record.learning_rate for record in records) == 1e-2


def test_drops_are_in_the_result(fit, tiny_model, pairs):
    result = fit(tiny_model(), given=[*pairs, ("q", ""), ("q", "long " * 100)], epochs=1)
    assert result.dropped == {len(pairs): "no-solution", len(pairs) + 1: "too-long"}


def test_conversation_longer_than_the_model_can_see_is_dropped(fit, tiny_model, pairs):
    result = fit(tiny_model(max_position_embeddings=64), given=[*pairs, ("q", "x" * 64)], epochs=1)
    assert result.dropped == {len(pairs): "too-long"}


def test_same_seed_same_weights_and_the_callers_generator_is_left_alone(fit, tiny_model, tmp_path):
    models = [tiny_model(attention_dropout=0.2) for _ in range(3)]
    before = torch.get_rng_state()
    for number, (model, seed) in enumerate(zip(models, (1, 1, 2), strict=True)):
        torch.manual_seed(number)
        start = torch.get_rng_state()
        fit(model, tmp_path / str(number), seed=seed, epochs=1)
        assert torch.equal(torch.get_rng_state(), start)
    torch.set_rng_state(before)
    assert_equal(weights(models[0]), weights(models[1]))
    assert not torch.equal(models[0].lm_head.weight, models[2].lm_head.weight)


def test_dropout_is_on_while_training_and_the_mode_is_put_back(fit, tiny_model, tmp_path):
    quiet, noisy = tiny_model().eval(), tiny_model(attention_dropout=0.5).eval()
    assert fit(quiet, tmp_path / "a", epochs=1).losses != fit(noisy, tmp_path / "b", epochs=1).losses
    assert not quiet.training
    assert not noisy.training


def test_writes_nothing_but_checkpoints(fit, tiny_model, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    fit(tiny_model(), tmp_path / "training", checkpoint_minutes=0)
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    names = [f"step-0000{step}/{name}" for step in ("09", "10") for name in ("rank-00000.safetensors", "state.json")]
    assert found == [f"training/checkpoints/{name}" for name in names]
    assert capfd.readouterr() == ("", "")


def test_bfloat16_weights_are_trained_in_float32(fit, tiny_model):
    model = tiny_model().bfloat16()
    fit(model, epochs=1)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def test_bf16_mixed_keeps_float32_masters(fit, tiny_model, tmp_path):
    model = tiny_model()
    mixed = fit(model, tmp_path / "mixed", precision="bf16-mixed")
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    exact = fit(tiny_model(), tmp_path / "exact")
    assert mixed.losses != exact.losses
    assert mixed.losses == pytest.approx(exact.losses, abs=0.1)


@pytest.mark.parametrize("poison", ["nan", "inf"])
def test_loss_that_is_not_a_number_stops_before_the_update(fit, tiny_model, pairs, tmp_path, poison):
    model = tiny_model()
    last_good = {}

    def spoil(record):
        if record.step == 3:
            last_good.update(weights(model))
            model.model.norm.weight.data[0] = float(poison)

    result = fit(model, on_step=spoil)
    assert result.state == "stopped: loss is not a number at step 4"
    assert result.steps == 3 == len(result.losses)
    after = weights(model)
    del after["model.norm.weight"], last_good["model.norm.weight"]
    assert_equal(after, last_good)
    evidence = json.loads((tmp_path / "training" / "nan.json").read_text())
    assert evidence["step"] == 4
    assert evidence["pairs"] == plan_steps(len(pairs), 2, 5, seed=1)[3].examples
    assert evidence["loss"] == "nan"
    assert 0 < evidence["learning_rate"] < 1e-2


def test_interrupt_saves_then_is_raised_and_resume_is_exact(fit, tiny_model, tmp_path):
    unbroken = tiny_model(attention_dropout=0.1)
    expected = fit(unbroken, tmp_path / "unbroken", checkpoint_minutes=0)

    def press(record):
        if record.step == 5:
            os.kill(os.getpid(), signal.SIGINT)

    first = tiny_model(attention_dropout=0.1)
    with pytest.raises(KeyboardInterrupt):
        fit(first, on_step=press)
    assert [path.name for path in (tmp_path / "training" / "checkpoints").iterdir()] == ["step-000005"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    again = tiny_model(attention_dropout=0.1)
    seen = []
    result = fit(again, on_step=seen.append)
    assert [record.step for record in seen] == list(range(6, 11))
    assert result == expected
    assert_equal(weights(again), weights(unbroken))


def test_keyboard_interrupt_from_the_callback_saves_too(fit, tiny_model, tmp_path):
    def press(record):
        if record.step == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(tiny_model(), on_step=press)
    assert (tmp_path / "training" / "checkpoints" / "step-000002").is_dir()


def test_second_interrupt_ends_the_step_at_once(fit, tiny_model, tmp_path):
    model = tiny_model()

    def press_twice(*_):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    model.model.norm.register_forward_pre_hook(press_twice)
    with pytest.raises(KeyboardInterrupt):
        fit(model)
    assert not (tmp_path / "training" / "checkpoints").exists()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_sigterm_reaches_the_handler_of_the_caller(fit, tiny_model, tmp_path):
    class TerminatedError(Exception):
        pass

    def handler(number, frame):
        raise TerminatedError

    def terminate(record):
        if record.step == 2:
            os.kill(os.getpid(), signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, handler)
    try:
        with pytest.raises(TerminatedError):
            fit(tiny_model(), on_step=terminate)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (tmp_path / "training" / "checkpoints" / "step-000002").is_dir()


def test_finished_training_resumes_to_the_same_result(fit, tiny_model):
    first, again = tiny_model(), tiny_model()
    assert fit(first, checkpoint_minutes=0) == fit(again)
    assert_equal(weights(first), weights(again))


def test_checkpoint_of_other_settings_is_refused(fit, tiny_model):
    fit(tiny_model(), checkpoint_minutes=0)
    with pytest.raises(RunFolderError, match="other settings"):
        fit(tiny_model(), learning_rate=0.5)
    fit(tiny_model(), micro_batch_size=1, packing=True)


def test_damaged_checkpoint_is_refused(fit, tiny_model, tmp_path):
    fit(tiny_model(), checkpoint_minutes=0)
    file = tmp_path / "training" / "checkpoints" / "step-000010" / "rank-00000.safetensors"
    content = bytearray(file.read_bytes())
    content[-5] ^= 1
    file.write_bytes(content)
    with pytest.raises(DamagedError, match=r"rank-00000\.safetensors was cut"):
        fit(tiny_model())
    shutil.rmtree(file.parent)  # as the message says
    seen = []
    fit(tiny_model(), on_step=seen.append)
    assert [record.step for record in seen] == [10]


def test_resumes_onto_a_loss_that_is_not_a_number(fit, tiny_model):
    """A stop leaves the checkpoint before it, and coming back meets the same step again."""
    model, records = tiny_model(), []

    def spoil(*_):
        if len(records) == 6:  # in the seventh step
            model.model.norm.weight.data[0] = float("nan")

    model.model.norm.register_forward_pre_hook(spoil)
    assert fit(model, on_step=records.append, checkpoint_minutes=0).steps == 6
    seen = []
    assert fit(tiny_model(), on_step=seen.append).state == "finished"
    assert seen[0].step == 7


def test_training_goes_on_while_a_checkpoint_is_written(fit, tiny_model, tmp_path, monkeypatch):
    model, after = tiny_model(), {}
    writing, let_go = threading.Event(), threading.Event()

    def slowly(*arguments):
        writing.set()
        assert let_go.wait(60), "the training waits for its checkpoint"
        return write_tensors(*arguments)

    def on_step(record):
        after[record.step] = weights(model)
        if record.step == 10:  # the steps from 2 on were made meanwhile
            assert writing.is_set()
            assert list(tmp_path.rglob("state.json")) == []
            let_go.set()

    monkeypatch.setattr(checkpoint_writer, "write_tensors", slowly)
    fit(model, on_step=on_step, checkpoint_minutes=1e-9)
    monkeypatch.undo()
    saved = tiny_model(seed=3)
    state = CheckpointState(step=1, losses=[], fingerprint="", files={})
    Checkpoints(tmp_path / "training" / "checkpoints", "").load(saved, None, state)
    assert_equal(weights(saved), after[1])


def test_training_shorter_than_its_checkpoints_are_apart_writes_none(fit, tiny_model, tmp_path):
    fit(tiny_model())
    assert not (tmp_path / "training" / "checkpoints").exists()
