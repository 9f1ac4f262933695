"""From plain values to `Config`: types, bounds, unknown keys, nearest names."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.config.check import did_you_mean, read, touches
from crescent.config.keys import all_keys, find
from crescent.config.schema import Config


def texts(values: dict) -> list[str]:
    return [mistake.text for mistake in read(values)[1]]


def test_the_defaults_read_back_as_themselves() -> None:
    assert read(asdict(Config())) == (Config(), [])


def test_keys_may_be_left_out() -> None:
    config, mistakes = read({"rounds": 3, "voting": {"samples": 4}})
    assert mistakes == []
    assert (config.rounds, config.voting.samples, config.seed) == (3, 4, Config().seed)


def test_whole_numbers_become_floats_where_a_number_is_asked_for() -> None:
    config, mistakes = read({"voting": {"min_agreement": 1}})
    assert mistakes == []
    assert isinstance(config.voting.min_agreement, float)


def test_null_switches_an_optional_group_off() -> None:
    config, mistakes = read({"dedup": {"minhash": None}})
    assert mistakes == []
    assert config.dedup.minhash is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"rounds": "many"}, "rounds=many: must be a whole number from 1 to 100"),
        ({"rounds": True}, "rounds=true: must be a whole number from 1 to 100"),
        ({"rounds": 2.5}, "rounds=2.5: must be a whole number"),
        ({"rounds": None}, "rounds=null: must be a whole number"),
        ({"rounds": 0}, "rounds=0: must be a whole number from 1 to 100"),
        ({"questions": {"target": 0}}, "questions.target=0: must be a whole number of at least 1"),
        ({"voting": {"min_agreement": float("nan")}}, "voting.min_agreement=nan: must be a number from 0 to 1"),
        ({"voting": {"adaptive": "of"}}, "voting.adaptive=of: must be one of .*; did you mean off?"),
        ({"voting": 3}, "voting=3: must be a group of keys"),
        ({"dedup": {"exact": "yes"}}, "dedup.exact=yes: must be true or false"),
        ({"evaluation": {"tasks": "nano_math"}}, "evaluation.tasks=nano_math: must be a list of texts"),
        ({"evaluation": {"tasks": [1]}}, r"evaluation.tasks=\[1\]: must be a list of texts"),
        ({"backend": {"engine": 3}}, "backend.engine=3: must be a mapping of names to values"),
        ({"backend": {"engine": {1: 2}}}, "backend.engine={1: 2}: must be a mapping of names to values"),
        ({"name": 5}, "name=5: must be text; quote it"),
        ({"training": {"max_pairs": 0}}, "training.max_pairs=0: must be a whole number of at least 1 or null"),
        ({"votng": {"samples": 1}}, "votng: unknown key"),
        (
            {"dedup": {"minhash": {"treshold": 0.5}}},
            "dedup.minhash.treshold: unknown key; did you mean dedup.minhash.th",
        ),
    ],
)
def test_each_mistake_says_what_is_allowed(values: dict, words: str) -> None:
    import re

    (text,) = texts(values)
    assert re.match(words.replace("?", r"\?"), text), text


def test_all_mistakes_are_reported_and_take_their_defaults() -> None:
    config, mistakes = read({"rounds": 0, "seed": "x", "voting": {"samples": 0, "foo": 1}})
    assert [mistake.keys for mistake in mistakes] == [("rounds",), ("seed",), ("voting.samples",), ("voting.foo",)]
    assert config == Config()


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("lr", "training.learning_rate"),
        ("learning_rate", "training.learning_rate"),
        ("training.learnng_rate", "training.learning_rate"),
        ("trainin.epochs", "training.epochs"),
        ("voting.max_new_tokens", "voting.sampling.max_new_tokens"),
        ("seeds", "seed"),
    ],
)
def test_nearest_name(name: str, nearest: str) -> None:
    assert did_you_mean(name, all_keys()) == f"; did you mean {nearest}?"


def test_no_nearest_name_for_something_else() -> None:
    assert did_you_mean("qqqq", all_keys()) == ""


@given(st.text(max_size=30))
def test_any_name_can_be_asked_for(name: str) -> None:
    suggestion = did_you_mean(name, all_keys())
    assert suggestion == "" or suggestion[len("; did you mean ") : -1] in all_keys()


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5), st.lists, max_leaves=4)
)
def test_any_value_is_taken_or_reported(value: object) -> None:
    for key in ("rounds", "name", "voting", "output_dir", "run_dir", "nowhere"):
        config, mistakes = read({key: value})
        assert isinstance(config, Config)
        assert mistakes or getattr(config, key) == value


def test_every_key_is_found_and_no_other() -> None:
    assert all(find(key) for key in all_keys())
    assert find("voting.nothing") is None
    assert find("seed.nothing") is None


def test_touches_counts_what_is_below() -> None:
    assert touches(["voting.samples"], ["voting"])
    assert not touches(["voting.samples"], ["voting.sample"])
    assert not touches([], ["voting"])
