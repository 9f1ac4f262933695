"""A stage whose model cannot be decoded in slots: its manifest says so, and its solutions are worth as much."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crescent.config.schema import Config
from crescent.loop.stages import answers
from crescent.loop.stages.context import Context
from crescent.loop.stages.rows import solutions
from crescent.models.locate import locate
from crescent.nano.world import problem
from crescent.records import Consensus, Question, Solution
from crescent.runs.manifest import MANIFEST, Facts, Manifest
from crescent.runs.shards import ShardFolder
from tests.conftest import tiny


def configuration(path: str) -> Config:
    config = tiny("decoder")
    config.model.path = path
    config.backend.shard_size = 2
    config.voting.samples, config.label, config.voting.representative = 3, {"use": "weighted"}, "likeliest"
    return config


@pytest.fixture(scope="module")
def stretched(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The embedded model, its positions said to change beyond 64 tokens, by a factor of one: so not at all."""
    folder = tmp_path_factory.mktemp("stretched") / "model"
    shutil.copytree(locate("embedded:nano"), folder)
    config = json.loads((folder / "config.json").read_text())
    ones = [1.0] * (config["head_dim"] // 2)
    config["rope_parameters"] |= {"rope_type": "longrope", "short_factor": ones, "long_factor": ones}
    config["rope_parameters"] |= {"original_max_position_embeddings": 64, "attention_factor": 1.0, "factor": 1.0}
    (folder / "config.json").write_text(json.dumps(config))
    return str(folder)


def run(context: Context) -> Manifest:
    stage = context.run.stage("asked", 1, {}, {})
    if (asked := stage.finished()) is None:
        stage.begin()
        texts = [problem(seed, steps=1 + seed % 2).question for seed in range(6)]
        rows = [Question(id=f"q{i:03d}", round=1, wave=1, text=text) for i, text in enumerate(texts)]
        stage.shards("accepted").write(0, rows)
        asked = stage.finish(Facts())
    return answers.run(context, "round-01", context.base, asked)


def rows_of(context: Context) -> list[Solution]:
    return list(solutions(context.run.path / "round-01/answers"))


def test_generate_takes_the_place_of_slots_and_says_why(
    tmp_path: Path, context_of: Callable[..., Context], stretched: str
) -> None:
    plain = context_of(tmp_path / "plain", configuration(stretched))
    message = run(plain).facts["decoder"]
    assert message.startswith("generate: its position encoding (longrope) changes")
    in_slots = context_of(tmp_path / "slots", configuration("embedded:nano"))
    assert run(in_slots).facts["decoder"] == "slots"
    # The same samples, by the same seeds: text, answer, end; and likelihoods to vote with.
    found, expected = rows_of(plain), rows_of(in_slots)
    assert len(found) == 18
    assert any(row.answer for row in found)
    for one, other in zip(found, expected, strict=True):
        assert (one.text, one.answer, one.stop, one.tokens) == (other.text, other.answer, other.stop, other.tokens)
        assert one.logprob == pytest.approx(other.logprob, abs=2e-6)
    votes = [
        [(row.question, row.answer, row.solution) for row in ShardFolder(folder).stream(Consensus)]
        for folder in (context.run.path / "round-01/answers/consensus" for context in (plain, in_slots))
    ]
    assert votes[0] == votes[1]


def test_what_a_kill_left_is_gone_on_with(tmp_path: Path, context_of: Callable[..., Context], stretched: str) -> None:
    context = context_of(tmp_path, configuration(stretched))
    whole = run(context)
    folder = tmp_path / "round-01/answers"
    [*_, last] = sorted((folder / "solutions/00").glob("*"))
    last.unlink()
    (folder / MANIFEST).unlink()
    again = run(context_of(tmp_path, configuration(stretched)))
    assert (again.files, again.facts) == (whole.files, whole.facts)


def test_the_decoder_is_known_where_nothing_was_left_to_decode(
    tmp_path: Path, context_of: Callable[..., Context]
) -> None:
    whole = run(context_of(tmp_path, configuration("embedded:nano")))
    (tmp_path / "round-01/answers" / MANIFEST).unlink()
    assert run(context_of(tmp_path, configuration("embedded:nano"))).facts == whole.facts
