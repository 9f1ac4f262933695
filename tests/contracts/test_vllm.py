"""vLLM itself, on the CPU: what every backend promises, and what the engine's process does with single orders.

Starting an engine takes longer than all that is asked of it here, so that one serves the whole file. A stage of a run
starts it; the contract's last test ends it.
"""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
import torch

from crescent.config.schema import Config, Embedding, Sampling
from crescent.generation.backend import Backend
from crescent.generation.datamodule import PromptDataModule
from crescent.generation.request import Request
from crescent.generation.transformers_backend import TransformersBackend
from crescent.generation.vllm_backend import VllmBackend
from crescent.generation.vllm_child import Order, Result
from crescent.generation.vllm_engine import Engine
from crescent.loop.stages import questions
from crescent.loop.stages.context import Context
from crescent.models.chat import prompt_ids
from crescent.models.load import Loaded
from crescent.nano.wording import SOLVE
from crescent.nano.world import problem
from crescent.records import Completion
from crescent.testing import ContinuationContract, GenerationContract
from crescent.testing.generation import CONTEXT, REQUESTS, SAMPLING, generate
from tests.conftest import tiny
from tests.generation.vllm import needs_vllm, settings

pytestmark = [needs_vllm, pytest.mark.slow]


def embedding() -> Config:
    """Three waves, each embedded by the base model; an engine with room for longer prompts than the contract asks."""
    config = tiny()
    config.backend = settings(shard_size=8)
    config.model.context = 2 * CONTEXT
    config.dedup.embedding = Embedding(encoder="model", threshold=0.9999)
    config.questions.target, config.questions.wave_size, config.questions.max_waves = 60, 8, 3
    config.questions.min_yield = 0.0
    return config


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, context_of: Callable[..., Context]) -> Iterator[Context]:
    """The context of a finished stage whose questions vLLM has written and the base model has embedded."""
    context = context_of(tmp_path_factory.mktemp("vllm"), embedding())
    manifest = questions.run(context, 1, context.base, [])
    assert manifest.facts["written"] == 24
    yield context
    context.release()


@pytest.fixture(scope="module")
def engine(stage: Context) -> Engine:
    assert stage._engine is not None
    return stage._engine[1]


def asked(engine: Engine, *orders: Order) -> list[Result]:
    """The results of the orders, in their order."""
    for order in orders:
        engine.order(order)
    found = {result.number: result for result in (engine.result() for _ in orders)}
    return [found[order.number] for order in orders]


def order(ids: list[int], number: int = 0, n: int = 1, seed: int = 1, **other: object) -> Order:
    asked = {"max_tokens": 24, "temperature": 1.0, "top_p": 1.0, "stops": [2], **other}
    return Order(number=number, ids=ids, n=n, seed=seed, **asked)  # type: ignore[arg-type]


def test_one_engine_wrote_all_waves_and_stays_while_the_model_embeds(stage: Context, engine: Engine) -> None:
    assert len(list((stage.run.path / "round-01/questions/waves").iterdir())) == 3
    assert (stage.run.path / "vllm.log").read_text().count("Initializing a V1 LLM engine") == 1
    assert engine.alive
    assert engine.ready.device == "cpu"


def test_n_samples_of_a_request_come_together_in_the_order_of_their_seeds(engine: Engine, nano: Loaded) -> None:
    ids = prompt_ids(nano.tokenizer, REQUESTS[1].prompt)
    together, *single = asked(engine, order(ids, 0, n=5, seed=7), *(order(ids, k + 1, seed=7 + k) for k in range(5)))
    assert len(together.outputs) == 5
    assert [output.tokens for output in together.outputs] == [result.outputs[0].tokens for result in single]
    assert len({tuple(output.tokens) for output in together.outputs}) > 1


def test_the_beginning_of_a_prompt_is_computed_once(engine: Engine, nano: Loaded) -> None:
    ids = prompt_ids(nano.tokenizer, SOLVE.format(question=problem(1).question * 8))[:300]
    assert len(ids) == 300
    first, again, longer = (asked(engine, order(part))[0] for part in (ids, ids, [*ids, 5, 6]))
    assert first.cached == 0
    assert again.cached >= 256
    assert longer.cached >= 256
    assert again.outputs[0].tokens == first.outputs[0].tokens


def test_it_ends_at_its_stops_alone(engine: Engine, nano: Loaded) -> None:
    ids = prompt_ids(nano.tokenizer, REQUESTS[1].prompt)
    usual, without = asked(engine, order(ids, 0, stops=list(nano.stops)), order(ids, 1, stops=[]))
    [usual_one], [endless] = usual.outputs, without.outputs
    assert usual_one.stopped and usual_one.tokens[-1] in nano.stops
    assert not endless.stopped and len(endless.tokens) == 24
    assert endless.tokens[: len(usual_one.tokens)] == usual_one.tokens
    third = endless.tokens[2]
    [[cut]] = [result.outputs for result in asked(engine, order(ids, 2, stops=[third]))]
    assert cut.stopped
    assert cut.tokens == endless.tokens[: endless.tokens.index(third) + 1]


def test_log_probabilities_are_those_of_the_model_before_temperature(engine: Engine, nano: Loaded) -> None:
    ids = prompt_ids(nano.tokenizer, REQUESTS[0].prompt)
    [result] = asked(engine, order(ids, n=4, temperature=0.5, top_p=0.9))
    for output in result.outputs:
        with torch.inference_mode():
            logits = nano.model(torch.tensor([[*ids, *output.tokens]])).logits[0, len(ids) - 1 : -1]
        own = logits.log_softmax(-1).gather(1, torch.tensor(output.tokens)[:, None]).sum()
        assert output.logprob == pytest.approx(float(own), abs=1e-3)


def test_greedy_texts_are_those_of_transformers(engine: Engine, nano: Loaded) -> None:
    greedy = Sampling(temperature=0.0, max_new_tokens=48)
    ours = generate(TransformersBackend(nano, None, CONTEXT), REQUESTS, greedy)
    theirs = generate(backend_of(engine, nano), REQUESTS, greedy)
    assert [(row.text, row.stop, row.tokens) for row in theirs] == [(row.text, row.stop, row.tokens) for row in ours]
    assert [row.logprob for row in theirs] == pytest.approx([row.logprob for row in ours], abs=1e-4)


def test_ranks_write_what_one_would(engine: Engine, nano: Loaded) -> None:
    requests = [Request(f"q{k}", SOLVE.format(question=problem(k).question), 2) for k in range(10)]
    backend = backend_of(engine, nano)
    whole = generate(backend, requests)
    parts: dict[int, list[Completion]] = {}
    for rank in range(2):
        shards = PromptDataModule(requests, 3, rank=rank, world_size=2).shards
        parts |= dict(backend.stream(shards, SAMPLING, 1, lambda *_: None))
    assert [text(row) for index in sorted(parts) for row in parts[index]] == [text(row) for row in whole]


def backend_of(engine: Engine, nano: Loaded) -> VllmBackend:
    return VllmBackend(engine, nano.tokenizer, nano.stops, CONTEXT)


def text(row: Completion) -> tuple[str, int, str]:
    return row.request, row.sample, row.text


class TestVllmBackend(GenerationContract, ContinuationContract):
    @pytest.fixture(scope="class")
    def backend(self, engine: Engine, nano: Loaded) -> Backend:
        return backend_of(engine, nano)

    @pytest.fixture(scope="class")
    def other_batch(self, backend: Backend) -> Backend:
        return backend  # the engine's own business

    def test_a_stream_that_is_left_early_leaves_nothing_behind(
        self, engine: Engine, backend: Backend, reference: list[Completion]
    ) -> None:
        """The engine ends, so that nothing stale is answered; the next stage begins another. It is the last one here,
        for what a class overrides comes last."""
        with closing(backend.stream([(0, REQUESTS[:1]), (1, REQUESTS[1:])], SAMPLING, 1, lambda *_: None)) as stream:
            next(stream)
        assert not engine.alive
