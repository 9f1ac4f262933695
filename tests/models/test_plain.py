"""A base model: asked in plain text, read up to a stop string, trained, exported and loaded again."""

from pathlib import Path

import pytest

from crescent.config.schema import Model, Sampling, Training
from crescent.errors import ModelError
from crescent.generation.request import Request
from crescent.generation.transformers_backend import TransformersBackend
from crescent.models.chat import prompt_ids
from crescent.models.load import load
from crescent.training.export import export_model
from crescent.training.fit import train

PLAIN = Model(chat_template="plain")
REQUESTS = [Request(f"r{number}", f"Ann has {number} pears and", samples=4) for number in range(3)]


def test_prompts_are_given_as_they_are() -> None:
    loaded = load(PLAIN)
    ids = prompt_ids(loaded.tokenizer, "Ann has 3 pears and")
    assert ids == loaded.tokenizer("Ann has 3 pears and")["input_ids"]
    assert loaded.tokenizer.chat_template is None


def test_a_text_ends_before_the_first_stop_string_and_was_not_cut() -> None:
    backend = TransformersBackend(load(PLAIN), None, 512)
    free, stopped = (
        backend.generate(REQUESTS, Sampling(max_new_tokens=32, stop=stop), 1, lambda *_: None)
        for stop in ([], [".", " has"])
    )
    for before, after in zip(free, stopped, strict=True):
        assert after.text == before.text.partition(".")[0].partition(" has")[0].strip()
        if after.text != before.text:
            assert after.stop == "stop"
    assert sum(before.text != after.text for before, after in zip(free, stopped, strict=True)) > 3


def test_what_is_trained_is_exported_and_asked_in_plain_text_again(tmp_path: Path) -> None:
    loaded = load(PLAIN)
    loaded.model.requires_grad_(True)
    config = Training(epochs=12, batch_size=2, learning_rate=3e-3, max_length=64)
    pairs = [("Ann has 3 pears and", "Tom has 4 pears."), ("Ann has 5 pears and", "Tom has 4 pears.")]
    train(loaded.model, loaded.tokenizer, pairs, config, seed=1, folder=tmp_path / "work", accelerator="cpu")
    folder = tmp_path / "model"
    export_model(loaded.model, loaded.tokenizer, folder)
    assert not (folder / "chat_template.jinja").exists()
    again = load(Model(path=str(folder), chat_template="plain"))
    assert again.tokenizer.eos_token_id in again.stops
    [row] = TransformersBackend(again, None, 512).generate(
        [Request("r", "Ann has 5 pears and")], Sampling(temperature=0.0, max_new_tokens=32), 1, lambda *_: None
    )
    # It has learnt the text and where it ends.
    assert (row.text, row.stop) == ("Tom has 4 pears.", "stop")
    with pytest.raises(ModelError, match=r"no chat template\. Take prompts=base .* model\.chat_template"):
        load(Model(path=str(folder)))
