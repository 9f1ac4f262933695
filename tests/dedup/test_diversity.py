import math

import numpy as np
import pytest

from crescent.config.schema import Minhash
from crescent.dedup.diversity import (
    cosine_kernel,
    distinct_n,
    diversity,
    jaccard_kernel,
    masked_templates,
    nearest_quantiles,
    new_mass,
    vendi_score,
)
from crescent.errors import DataError

QUESTIONS = ["Ann has 3 apples today", "Ben has 17 apples today", "My train needs two hours to Rome", "why", ""]


def test_distinct_n_counts_runs_of_words() -> None:
    assert distinct_n(["a b a b", "b a"], 2) == 2 / 4
    assert distinct_n(["one"], 2) == 0.0


def test_templates_ignore_figures_and_names() -> None:
    assert masked_templates(QUESTIONS)["@ has # apples today"] == 2
    assert len(masked_templates(QUESTIONS)) == 4


def test_new_mass_is_the_share_of_singletons() -> None:
    assert new_mass([1, 1, 3, 5]) == 0.2
    assert new_mass([]) == 0.0


def test_vendi_score_counts_what_is_different() -> None:
    assert vendi_score(np.ones((5, 5))) == pytest.approx(1.0)
    assert vendi_score(np.eye(7)) == pytest.approx(7.0)
    half = np.array([[1.0, 0.5], [0.5, 1.0]])
    assert vendi_score(half) == pytest.approx(math.exp(-(0.75 * math.log(0.75) + 0.25 * math.log(0.25))))
    assert vendi_score(np.empty((0, 0))) == 0.0
    with pytest.raises(DataError, match="ones on the diagonal"):
        vendi_score(np.zeros((2, 2)))


def test_kernels_and_nearest_neighbours() -> None:
    kernel = jaccard_kernel(QUESTIONS, Minhash(size=1))
    assert kernel[0, 1] == 4 / 6 and kernel[0, 3] == 0 and kernel[4, 4] == 1
    assert nearest_quantiles(kernel, [1.0]) == {1.0: 4 / 6}
    assert nearest_quantiles(np.eye(1)) == {0.5: 0.0, 0.9: 0.0, 0.99: 0.0}
    cosine = cosine_kernel(
        ["aa", "bb", "ab"], lambda texts: np.array([[t.count("a"), t.count("b")] for t in texts], np.float32)
    )
    np.testing.assert_allclose(cosine[2], [0.5**0.5, 0.5**0.5, 1.0], atol=1e-6)


def test_all_figures_at_once_depend_on_the_seed_alone() -> None:
    figures = diversity(QUESTIONS * 5, seed=3, sample=10)
    assert figures == diversity(QUESTIONS * 5, seed=3, sample=10)
    assert (figures.questions, figures.sampled, figures.templates) == (25, 10, 4)
    assert 1 <= figures.vendi <= 10
    assert diversity([], seed=1).vendi == 0.0
