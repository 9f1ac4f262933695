"""The run folder's name: one command, one folder; another result, another folder."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import DictConfig, OmegaConf

from crescent.config.folder import run_folder
from crescent.config.load import to_config
from crescent.config.overrides import for_hydra
from crescent.config.preflight import register_schema
from crescent.config.schema import Config
from crescent.config.tree import conf_dir


@pytest.fixture(autouse=True, scope="module")
def _files() -> Iterator[None]:
    register_schema()
    with initialize_config_dir(str(conf_dir()), version_base="1.3"):
        yield


def composed(choices: list[str]) -> DictConfig:
    return compose("config", choices)


def name(*overrides: str) -> str:
    """Of the folder that a command with these overrides has."""
    config = to_config(compose("config", [for_hydra(override) for override in overrides]))
    folder = run_folder(config, overrides, composed)
    assert folder.parent == Path(config.output_dir)
    return folder.name


def test_name_and_seed() -> None:
    assert name() == "nano-seed1"
    assert name("name=other", "seed=7") == "other-seed7"


def test_overrides_are_sorted_and_group_choices_count() -> None:
    assert name("voting.samples=3", "dedup=exact") == "nano-seed1,dedup=exact,voting.samples=3"
    assert name("dedup=exact", "voting.samples=3") == "nano-seed1,dedup=exact,voting.samples=3"


def test_what_decides_no_result_is_left_out() -> None:
    left_out = ["+experiment=nano", "seed=2", "output_dir=elsewhere", "trainer=cpu", "trainer.threads=1"]
    memory = ["training.micro_batch_tokens=99", "training.gradient_checkpointing=true", "backend.batch_size=3"]
    assert name(*left_out, *memory, "tracking=none", "model.licence=mit", "rounds=5") == "nano-seed2"


def test_a_value_that_is_there_anyway_adds_nothing() -> None:
    assert name("training.epochs=2", "voting.samples=8") == "nano-seed1"
    assert name("+experiment=nano_quick", "training.epochs=1", "questions.target=120") == "nano_quick-seed1"
    assert name("+experiment=nano_quick", "training.epochs=2") == "nano_quick-seed1,training.epochs=2"


def test_a_choice_that_is_there_anyway_adds_nothing() -> None:
    assert name("dedup=minhash", "model=nano", "voting=hardened") == "nano-seed1"
    assert name("+experiment=no_diversify", "dedup=none") == "no_diversify-seed1"
    assert name("+experiment=no_diversify", "dedup=minhash") == "no_diversify-seed1,dedup=minhash"


def test_a_choice_that_another_brings_adds_nothing() -> None:
    assert name("model=smollm2_135m", "prompts=chat", "training=full_small") == "smollm2_135m-seed1,model=smollm2_135m"
    assert name("model=smollm2_135m", "training=full") == "smollm2_135m-seed1,model=smollm2_135m,training=full"


def test_the_name_is_the_models_unless_one_is_given() -> None:
    assert name("model=chat", "model.path=a/b").startswith("chat-seed1,model=chat,")
    assert name("model=smollm2_135m", "name=mine") == "mine-seed1,model=smollm2_135m"
    assert name("+experiment=nano_quick", "model=smollm2_135m").startswith("nano_quick-seed1,")


def test_a_choice_is_named_by_its_word_and_what_is_changed_of_it_by_its_key() -> None:
    assert name("dedup=embedding", "dedup.embedding.threshold=0.5") == (
        "nano-seed1,dedup=embedding,dedup.embedding.threshold=0.5"
    )


def test_a_part_that_is_switched_off() -> None:
    assert name("dedup.minhash=null") == "nano-seed1,dedup.minhash=null"


def test_values_of_a_sweep_have_folders_of_their_own() -> None:
    assert len({name(f"voting.samples={samples}") for samples in (2, 4, 8)}) == 3


def test_an_entry_of_a_mapping_is_the_same_however_it_is_added() -> None:
    key = "evaluation.local_data.gsm8k=data"
    assert name(key) == name(f"+{key}") == name(f"++{key}") == f"nano-seed1,{key}"
    assert name("evaluation.local_data={gsm8k: data}") == f"nano-seed1,{key}"


def test_what_the_engine_is_given_is_named_and_where_it_is_not() -> None:
    assert name("backend=vllm", "backend.python=/envs/vllm/bin/python") == name("backend=vllm")
    assert name("backend=vllm", "backend.engine.block_size=32").endswith("backend.engine.block_size=32")
    assert name("backend=vllm_fp8").endswith(",backend=vllm_fp8")


def test_one_value_has_one_folder() -> None:
    names = {name(f"training.learning_rate={rate}") for rate in ("1e-4", "0.0001", "1.0E-4")}
    assert names == {"nano-seed1,training.learning_rate=0.0001"}
    assert name("evaluation.chat_template=False") == "nano-seed1,evaluation.chat_template=false"


def test_the_last_of_two_overrides_counts_and_plus_signs_do_not() -> None:
    assert name("voting.samples=3", "voting.samples=4") == name("++voting.samples=4")


def test_rules_of_voting_find_the_run_that_they_are_applied_to() -> None:
    assert name("stage=vote", "voting.min_agreement=0.7", "voting.samples=4") == name("voting.samples=4")


def test_run_dir_wins_and_nothing_is_composed() -> None:
    assert run_folder(Config(run_dir="here"), ["voting.samples=3"], _never) == Path("here")


def test_nothing_is_composed_for_a_command_without_values_that_count() -> None:
    unchanged = ["+experiment=nano", "seed=1", "rounds=3", "trainer=cpu", "tracking.csv=true"]
    assert run_folder(Config(), unchanged, _never) == Path("outputs/nano-seed1")


def _never(choices: list[str]) -> DictConfig:
    raise AssertionError(choices)


def test_long_values_become_a_digest() -> None:
    names = {name(f"questions.bait='{'word ' * 50}{end}'") for end in "ab"}
    assert len(names) == 2
    assert all(len(each) < 40 for each in names)


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_names_are_safe_short_and_distinct(first: str, second: str) -> None:
    base = OmegaConf.create(asdict(Config()))
    configs = [replace(Config(), questions=replace(Config().questions, bait=value)) for value in (first, second)]
    names = [run_folder(config, ["questions.bait=..."], lambda choices: base).name for config in configs]
    for each in names:
        assert len(each) <= 160
        assert all(c.isascii() and (c.isalnum() or c in "._=,+-") for c in each)
    assert first == second or names[0] != names[1]
