import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from crescent.config.schema import Dedup, Minhash
from crescent.dedup import NearDuplicateIndex, deduplicate
from crescent.dedup.settings import bands_and_rows, collision_probability, settings
from crescent.errors import ConfigError, DataError, ModelError

CONF = Path(__file__).resolve().parents[2] / "conf" / "dedup"


@pytest.mark.parametrize("name", ["none", "exact", "minhash", "embedding", "cascade"])
def test_every_choice_of_the_group_is_a_good_configuration(name: str) -> None:
    config = settings(yaml.safe_load((CONF / f"{name}.yaml").read_text()))
    assert (config.exact, config.minhash is not None, config.embedding is not None) == {
        "none": (False, False, False),
        "exact": (True, False, False),
        "minhash": (True, True, False),
        "embedding": (False, False, True),
        "cascade": (True, True, True),
    }[name]


def test_the_default_choice_says_what_the_schema_says() -> None:
    assert settings(yaml.safe_load((CONF / "minhash.yaml").read_text())) == Dedup()


@pytest.mark.parametrize(
    ("minhash", "message"),
    [
        ({"threshold": 1.5}, "dedup.minhash.threshold: 1.5 is outside 0.01 to 1"),
        ({"threshold": "high"}, "dedup.minhash.threshold: a number is needed, not 'high'"),
        ({"size": 0}, "dedup.minhash.size: 0 is outside 1 to 50"),
        ({"shingle": "line"}, "dedup.minhash.shingle: one of word, char is needed, not 'line'"),
        ({"bands": 4}, "set both bands and rows"),
        ({"bands": 32, "rows": 16}, "need 512 permutations, there are 256"),
        ({"bands": 4, "rows": 20}, "find a pair at threshold 0.6 with probability 0.00 only"),
        ({"threshhold": 0.5}, "dedup.minhash.threshhold: there is no such setting"),
    ],
)
def test_wrong_settings_are_named_in_one_line(minhash: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)) as caught:
        deduplicate(["one"], {"exact": True, "minhash": minhash})
    assert len(caught.value.mistakes) == 1


def test_all_mistakes_are_reported_together() -> None:
    with pytest.raises(ConfigError, match="3 mistakes"):
        settings({"exact": "yes", "minhash": {"size": 99}, "embedding": {"threshold": 2.0}})


def test_bands_reach_the_threshold_within_the_permutations() -> None:
    for permutations in (16, 128, 256, 1000):
        for threshold in (0.3, 0.5, 0.7, 0.9, 1.0):
            bands, rows = bands_and_rows(Minhash(threshold=threshold, permutations=permutations))
            assert bands * rows <= permutations
            assert rows == 1 or collision_probability(threshold, bands, rows) >= 0.98


def test_the_embedding_test_of_the_model_needs_the_model() -> None:
    with pytest.raises(ConfigError, match="pass encode=hidden_state_encoder"):
        deduplicate(["one"], {"minhash": None, "embedding": {"encoder": "model"}})


def test_a_sentence_encoder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"dedup\.embedding\.encoder: cannot load"):
        deduplicate(["one"], {"minhash": None, "embedding": {"encoder": str(tmp_path)}})


@pytest.mark.parametrize(
    ("questions", "message"),
    [
        (["one", 2], "questions, row 1: a text is needed, not int"),
        ([None], "questions, row 0: a text is needed, not NoneType"),
        ("one text", "a list of texts is needed"),
        (["fine", "bad \ud800"], "questions, row 1: the text has a lone surrogate"),
    ],
)
def test_rows_that_are_no_text(questions: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        deduplicate(questions, Dedup())


def test_ids_that_do_not_fit() -> None:
    index = NearDuplicateIndex(Dedup())
    index.add(["one"], ["a"])
    for texts, ids, message in [
        (["two"], ["a"], "row 0: `a` is in the index already"),
        (["two", "three"], ["b", "b"], "row 1: `b` is there twice"),
        (["two"], [], "1 questions and 0 ids"),
        (["two"], [7], "ids, row 0: a text is needed, not int"),
    ]:
        with pytest.raises(DataError, match=message):
            index.admit(texts, ids)  # type: ignore[arg-type]
    assert list(index) == [("a", "one")]


def test_the_same_figures_cannot_ask_for_more_similarity() -> None:
    wanted = {"exact": False, "minhash": None, "embedding": {"threshold": 0.8, "figures_threshold": 0.9}}
    with pytest.raises(ConfigError, match=r"figures_threshold: 0\.9 is above dedup\.embedding\.threshold"):
        deduplicate(["one"], wanted, encode=lambda texts: np.ones((len(texts), 2), np.float32))
