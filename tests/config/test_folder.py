"""The run folder's name: one command, one folder; another result, another folder."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from crescent.config.folder import run_folder
from crescent.config.schema import Config


def name(*overrides: str, config: Config | None = None) -> str:
    folder = run_folder(config or Config(), overrides)
    assert folder.parent == Path("outputs")
    return folder.name


def test_name_and_seed() -> None:
    assert name() == "nano-seed1"
    assert name(config=Config(name="other", seed=7)) == "other-seed7"


def test_overrides_are_sorted_and_group_choices_count() -> None:
    assert name("rounds=3", "dedup=exact") == "nano-seed1,dedup=exact,rounds=3"
    assert name("dedup=exact", "rounds=3") == name("rounds=3", "dedup=exact")


def test_what_changes_no_result_is_left_out() -> None:
    left_out = ["+experiment=nano", "name=x", "seed=2", "output_dir=elsewhere", "trainer=cpu", "trainer.threads=1"]
    assert name(*left_out, "tracking=none", "backend.batch_size=3") == "nano-seed1"
    assert name("training=full") != "nano-seed1"


def test_values_of_a_sweep_have_folders_of_their_own() -> None:
    assert len({name(f"voting.samples={samples}") for samples in (2, 4, 8)}) == 3


def test_an_entry_of_a_mapping_is_the_same_however_it_is_added() -> None:
    key = "evaluation.local_data.gsm8k=data"
    assert name(key) == name(f"+{key}") == name(f"++{key}") == f"nano-seed1,{key}"


def test_the_last_of_two_overrides_counts() -> None:
    assert name("rounds=3", "rounds=4") == name("rounds=4")


def test_one_number_has_one_folder() -> None:
    assert name("training.learning_rate=1e-3") == name("training.learning_rate=0.001")


def test_plus_signs_do_not_count() -> None:
    assert name("++rounds=3") == name("rounds=3")


def test_run_dir_wins() -> None:
    assert run_folder(Config(run_dir="here"), ["rounds=3"]) == Path("here")


def test_long_overrides_become_a_digest() -> None:
    prompts = [f'questions.bait="{"word " * 50}{end}"' for end in "ab"]
    names = {name(prompt) for prompt in prompts}
    assert len(names) == 2
    assert all(len(each) < 40 for each in names)


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_names_are_safe_short_and_distinct(first: str, second: str) -> None:
    names = [name(f"model.path={value}", f"prompts={value}") for value in (first, second)]
    for each in names:
        assert len(each) <= 160
        assert all(c.isascii() and (c.isalnum() or c in "._=,+-") for c in each)
    numbers = any(character.isdigit() for character in first + second)
    assert first == second or numbers or names[0] != names[1]
