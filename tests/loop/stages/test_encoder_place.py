"""What writes and what embeds have a place each, and share a model where it is the same one.

That an engine stays while a model embeds is seen in tests/contracts/test_vllm.py.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from crescent.config.schema import Config, Embedding
from crescent.loop.stages import questions
from crescent.loop.stages.context import Context, ModelRef
from crescent.models import load as loading
from tests.conftest import tiny

ContextOf = Callable[..., Context]


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The models that are loaded in this process, in their order."""
    found: list[str] = []
    load = loading.load

    def counting(config: object, path: object = None, **options: object) -> object:
        found.append(str(path or "base"))
        return load(config, path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(loading, "load", counting)
    return found


def embedding() -> Config:
    """Three waves, each embedded by the base model."""
    config = tiny()
    config.dedup.embedding = Embedding(encoder="model", threshold=0.9999)
    config.questions.target, config.questions.wave_size, config.questions.max_waves = 60, 8, 3
    config.questions.min_yield = 0.0
    return config


def test_a_model_that_writes_and_embeds_is_loaded_once(tmp_path: Path, context_of: ContextOf, loads: list[str]) -> None:
    context = context_of(tmp_path, embedding())
    questions.run(context, 1, context.base, [])
    assert loads == ["base"]
    assert context._held is not None
    assert context._encoder is None


def test_another_model_that_writes_stays_beside_it(tmp_path: Path, context_of: ContextOf, loads: list[str]) -> None:
    """As in round 2: the trained model writes, the base model embeds."""
    from crescent.models.locate import locate

    context = context_of(tmp_path, embedding())
    trained = ModelRef("round-01", locate("embedded:nano"), "another")
    questions.run(context, 1, trained, [])
    assert loads == [trained.path, "base"]


def test_the_encoder_is_shared_whoever_comes_first(tmp_path: Path, context_of: ContextOf, loads: list[str]) -> None:
    context = context_of(tmp_path)
    one = context.encoder(context.base.identity, lambda: context.load(context.base))
    assert context.model(context.base) is one
    context.release_encoder()
    assert context.encoder(context.base.identity, lambda: context.load(context.base)) is one
    assert loads == ["base"]
    context.release()
    assert (context._held, context._encoder) == (None, None)


def test_the_encoder_is_an_input_of_the_stages_that_use_it(tmp_path: Path, context_of: ContextOf) -> None:
    context = context_of(tmp_path, embedding())
    manifest = questions.run(context, 1, context.base, [])
    assert manifest.spec.inputs["encoder"] == context.base.identity


def test_the_run_embeds_with_its_own_model(
    tmp_path: Path, context_of: ContextOf, loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`encoder: model` asks for no other model, least of all one that is called so."""
    from crescent.dedup import encoders
    from crescent.loop.stages.pool import encoder

    def another(*arguments: object) -> None:
        raise AssertionError("a sentence encoder is loaded")

    monkeypatch.setattr(encoders, "sentence_encoder", another)
    context = context_of(tmp_path, embedding())
    encode = encoder(context, context.config.dedup)
    assert encode is not None
    texts = ["How many apples are left?", "What is 2 plus 3?"]
    own = context.load(context.base)
    assert (encode(texts) == encoders.hidden_state_encoder(own.model, own.tokenizer, 64)(texts)).all()
    assert loads == ["base", "base"]
