import sys

import pytest
import torch

from crescent.config.schema import Lora, Training
from crescent.errors import MissingExtraError, ModelError
from crescent.training.fit import train
from crescent.training.lora import attach_lora, layers_on_disk, linear_layers, mistakes

peft = pytest.importorskip("peft")


@pytest.fixture
def fit(tokenizer, pairs, config, tmp_path):
    def run(model, folder=tmp_path / "training", on_step=None, **settings):
        config.method = "lora"
        config.lora = Lora(**{"rank": 4, "alpha": 8.0, **settings})
        return train(model, tokenizer, pairs, config, seed=1, folder=folder, on_step=on_step, accelerator="cpu")

    return run


def test_model_keeps_its_shape_and_learns(fit, tiny_model):
    model, before = tiny_model(), tiny_model()
    result = fit(model)
    assert result.losses[-1] < result.losses[0]
    assert {name: p.shape for name, p in model.named_parameters()} == {n: p.shape for n, p in before.named_parameters()}
    changed = {name for name, p in model.named_parameters() if not torch.equal(p, before.get_parameter(name))}
    assert changed == {f"{name}.weight" for name in linear_layers(before)}
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_adapter_alone_gives_the_same_model(fit, tiny_model, tmp_path):
    merged = tiny_model()
    fit(merged, keep_adapter=True, target_modules=["q_proj", "mlp.down_proj"])
    apart = peft.PeftModel.from_pretrained(tiny_model(), str(tmp_path / "training" / "adapter")).merge_and_unload()
    ids = torch.arange(20)[None]
    torch.testing.assert_close(merged.eval()(ids).logits, apart.eval()(ids).logits, rtol=0, atol=1e-5)


def test_resume_is_exact(fit, tiny_model, tmp_path):
    def press(record):
        if record.step == 4:
            raise KeyboardInterrupt

    whole, broken = tiny_model(), tiny_model()
    expected = fit(whole, tmp_path / "whole", dropout=0.1)
    with pytest.raises(KeyboardInterrupt):
        fit(tiny_model(), dropout=0.1, on_step=press)
    assert fit(broken, dropout=0.1) == expected
    assert all(torch.equal(one, other) for one, other in zip(whole.parameters(), broken.parameters(), strict=True))


def test_unknown_target_names_the_nearest(tiny_model):
    with pytest.raises(ModelError, match=r"no linear layer 'q_project'; nearest: q_proj"):
        attach_lora(tiny_model(), Lora(target_modules=["v_proj", "q_project"]))


def test_no_targets(tiny_model):
    with pytest.raises(ModelError, match="target_modules is empty"):
        attach_lora(tiny_model(), Lora(target_modules=[]))


def test_without_peft(tiny_model, monkeypatch):
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'crescent-lm\[lora\]'"):
        attach_lora(tiny_model(), Lora())


def test_layers_are_read_off_the_files(tiny_model, tmp_path):
    model = tiny_model("qwen2")
    model.save_pretrained(tmp_path)
    assert sorted(layers_on_disk(tmp_path)) == sorted(linear_layers(model))


@pytest.mark.parametrize(
    ("targets", "said"),
    [(["q_project"], "no linear layer 'q_project'; nearest: q_proj"), ([], "target_modules is empty")],
)
def test_targets_are_checked_before_anything_is_loaded(tiny_model, tmp_path, targets, said):
    tiny_model().save_pretrained(tmp_path)
    [line] = mistakes(Training(method="lora", lora=Lora(target_modules=targets)), tmp_path)
    assert said in line
    assert mistakes(Training(method="full", lora=Lora(target_modules=targets)), tmp_path) == []


def test_good_targets_and_models_that_are_not_here_pass(tiny_model, tmp_path):
    tiny_model().save_pretrained(tmp_path)
    good = Training(method="lora", lora=Lora(target_modules=["v_proj", "mlp.up_proj"]))
    assert mistakes(good, tmp_path) == []
    assert mistakes(good, tmp_path / "absent") == []


def test_peft_is_asked_for_before_anything_is_loaded(monkeypatch, tmp_path):
    monkeypatch.setattr("crescent.training.lora.find_spec", lambda name: None)
    assert mistakes(Training(method="lora"), tmp_path) == [
        "training.method=lora needs the package `peft`: pip install 'crescent-lm[lora]'"
    ]
