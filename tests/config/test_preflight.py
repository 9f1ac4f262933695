"""All mistakes of a command at once: what is refused, in which words, and what is let through."""

from pathlib import Path

import pytest

from crescent.config.preflight import Command, preflight
from crescent.errors import ConfigError


def mistakes(*overrides: str, **command: object) -> list[str]:
    try:
        preflight(Command(list(overrides), **command))  # type: ignore[arg-type]
    except ConfigError as error:
        return error.mistakes
    return []


@pytest.mark.parametrize(
    "overrides",
    [
        ["seed=3"],
        ["++seed=3"],
        ["+experiment=nano_quick", "rounds=3", "dedup=exact"],
        ["questions.bait='Write, please.'"],
        ["evaluation.tasks=[nano_math]"],
        ["evaluation.limit=null"],
        ["evaluation.local_data.gsm8k=some/folder"],
        ["+evaluation.local_data.gsm8k=a", "++evaluation.local_data.svamp=b"],
        ["evaluation.local_data={gsm8k: a}", "evaluation.local_data.svamp=b"],
        ["backend=vllm", "backend.engine.quantization=fp8", "backend.engine.hf_overrides={rope_theta: 1000}"],
        ["backend=vllm_fp8", "backend.engine={enforce_eager: true}", "+backend.environment.VLLM_PORT=4000"],
        ["dedup.minhash=null"],
        ["dedup.minhash.threshold=0.8"],
        ["name=run-${seed}"],
        ["hydra.verbose=true"],
        ["training.learning_rate=1"],
        ["questions=[hardened,paper]"],
        ["+experiment=claim", "audit.data=x"],
        ["+experiment=audit", "audit.data=x", "claim=controls"],
    ],
)
def test_good_overrides_pass(overrides: list[str]) -> None:
    assert mistakes(*overrides) == []


@pytest.mark.parametrize(
    ("override", "line"),
    [
        ("voting.sample=3", "voting.sample=3: unknown key; did you mean voting.samples?"),
        ("wandb=true", "wandb=true: unknown key; W&B is switched on with tracking=wandb"),
        ("resume=true", "resume=true: unknown key; leave it out: the same command goes on by itself"),
        ("backend._target_=x", "backend._target_=x: unknown key; classes are not named here; choose backend=..."),
        ("training.resume=true", "training.resume=true: unknown key; leave it out"),
        ("lr=0.1", "lr=0.1: unknown key; did you mean training.learning_rate?"),
        ("seed.x=1", "seed.x=1: unknown key"),
        ("evaluation.local_data.gsm8k.x=a", "evaluation.local_data.gsm8k.x=a: unknown key"),
        ("~evaluation.local_data.gsm8k", "a key cannot be removed"),
        ("evaluation.local_data.gsm8k=3", "must be a mapping of texts to texts"),
        ("rounds=many", "rounds=many: must be a whole number from 1 to 100"),
        ("rounds=0", "rounds=0: must be a whole number from 1 to 100"),
        ("dedup=exakt", "dedup=exakt: no such choice; dedup takes "),
        ("dedup=exakt", "did you mean exact?"),
        ("+experiment=nano_quik", "did you mean nano_quick?"),
        ("experiment=nano", "experiment=nano: an experiment is added to the defaults: write +experiment=NAME"),
        ("+dedup=exact", "+dedup=exact: dedup has a choice already: write it without the +"),
        ("+seed=3", "+seed=3: the key exists: write it without the +"),
        ("~seed", "~seed: a key cannot be removed"),
        ("~dedup", "~dedup: a group cannot be removed"),
        ("seed", "seed: not understood; an override is written key=value"),
        ("name=a(b", "name=a(b: not understood"),
        ("seed=1,2", "seed=1,2: a comma or a sweep function stands for several runs: add -m to run them all"),
        ("questions.bait=a, b", "or quote one text: 'questions.bait=\"a, b\"'"),
        ("questions.proposer.steps=9", "questions.proposer.steps: questions.proposer is null here; choose a proposer"),
        ("dedup.embedding.threshold=0.5", "dedup.embedding.threshold: dedup.embedding is null here; choose a dedup"),
        ("name=${nothing}", "name: Interpolation key 'nothing' not found"),
        ("hydra.nothing=1", "Could not override 'hydra.nothing'"),
        ("hydra.searchpath=[file://x]", "give folders of your own with --config-dir"),
        ("voting=", "voting=: no such choice"),
        ("model=chat", "model.path=null: must be text (conf/model/chat.yaml)"),
        (
            "training=full",
            "training.max_length=2048 is more than model.context=512 (conf/training/full.yaml, conf/model",
        ),
    ],
)
def test_a_mistake_is_one_line(override: str, line: str) -> None:
    (mistake,) = mistakes(override)
    assert line in mistake
    assert "\n" not in mistake


def test_all_mistakes_are_reported_together() -> None:
    found = mistakes(
        "rounds=0", "votin.samples=3", "dedup=exakt", "voting.min_votes=9", "dedup.embedding.threshold=0.5"
    )
    assert [line.partition(":")[0].partition("=")[0] for line in found] == [
        "votin.samples",
        "dedup",
        "rounds",
        "voting.min_votes",
    ]


def test_a_broken_reference_does_not_hide_the_rest() -> None:
    assert len(mistakes("name=${nothing}", "rounds=0")) == 2


def test_sweeps_are_checked_value_by_value() -> None:
    assert mistakes("seed=1,2,3", "+experiment=nano,paper_nano", multirun=True) == []
    assert mistakes("seed=range(1,4)", "dedup=glob(*,exclude=own)", multirun=True) == []
    choice, *values = mistakes("seed=1,x,-4", "dedup=exact,exakt", multirun=True)
    assert choice.startswith("dedup=exakt: no such choice")
    assert values == [
        "seed=x: must be a whole number from 0 to 2147483647",
        "seed=-4: must be a whole number from 0 to 2147483647",
    ]


def test_sweeps_are_checked_combination_by_combination() -> None:
    (mistake,) = mistakes("voting.samples=2,8", "voting.min_votes=1,4", multirun=True)
    assert mistake == "voting.min_votes=4 is more than voting.samples=2"


def test_in_a_large_sweep_every_value_is_seen() -> None:
    (mistake,) = mistakes("seed=range(0,300)", "rounds=1,2,0", multirun=True)
    assert mistake.startswith("rounds=0")
    (mistake,) = mistakes("voting.min_votes=interval(1,3)", multirun=True)
    assert "use choice(...) or range(...)" in mistake
    (mistake,) = mistakes("dedup=glob(x*)", multirun=True)
    assert "stands for no value" in mistake


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("samples: 0\n", "voting.samples=0: must be a whole number from 1 to 4096 (own/voting/mine.yaml)"),
        ("sampels: 3\n", "voting.sampels: unknown key; did you mean voting.samples? (own/voting/mine.yaml)"),
        ("samples: [3\nrule: first\n", "mine.yaml, line 2: not valid YAML"),
        ("- 1\n", "In 'voting/mine':"),
        ("defaults:\n  - nowhere\n", "In 'voting/mine': Could not load 'voting/nowhere'"),
    ],
)
def test_mistakes_in_a_file_name_the_file(tmp_path: Path, text: str, line: str) -> None:
    folder = tmp_path / "own" / "voting"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    (mistake,) = mistakes("voting=mine", config_dir=str(tmp_path / "own"))
    assert line in mistake


def test_the_command_line_mends_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "own" / "voting"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("samples: 0\n", encoding="utf-8")
    assert mistakes("voting=mine", "voting.samples=3", config_dir=str(tmp_path / "own")) == []


def test_a_folder_that_is_not_there() -> None:
    (mistake,) = mistakes(config_dir="nowhere")
    assert mistake.endswith("nowhere: no such configuration folder")
