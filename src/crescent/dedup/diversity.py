"""How varied a set of questions is: figures for the report, each by a published formula."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crescent.config.schema import Embedding, Minhash
from crescent.dedup.embedding import EmbeddingStep, Encoder
from crescent.dedup.jaccard import jaccard
from crescent.dedup.normalise import check_texts
from crescent.dedup.shingles import Shingler
from crescent.errors import DataError

QUANTILES = (0.5, 0.9, 0.99)


@dataclass(frozen=True)
class Diversity:
    """What `diversity` measures. Without questions every figure is 0."""

    questions: int
    distinct_2: float
    """Distinct word pairs / all word pairs, see `distinct_n`."""
    templates: int
    """Questions that are still different with numbers and names masked."""
    new_mass: float
    """Estimated chance that the next question has a template not seen yet, see `new_mass`."""
    nearest: dict[float, float]
    """Quantiles of the similarity of a sampled question to the most similar other one of the sample."""
    vendi: float
    """Effective number of different questions in the sample, see `vendi_score`."""
    sampled: int


def diversity(
    questions: Sequence[str], seed: int, sample: int = 500, config: Minhash | None = None, encode: Encoder | None = None
) -> Diversity:
    """All figures at once. `nearest` and `vendi` compare all pairs, so they are of a random sample, drawn by `seed`.

    Similarity is the Jaccard similarity of shingle sets under `config`, or the cosine where `encode` is given.
    """
    check_texts(questions)
    templates = masked_templates(questions)
    chosen = np.random.default_rng(seed).permutation(len(questions))[:sample]
    texts = [questions[row] for row in np.sort(chosen).tolist()]
    kernel = cosine_kernel(texts, encode) if encode else jaccard_kernel(texts, config or Minhash())
    return Diversity(
        questions=len(questions),
        distinct_2=distinct_n(questions, 2),
        templates=len(templates),
        new_mass=new_mass(templates.values()),
        nearest=nearest_quantiles(kernel),
        vendi=vendi_score(kernel),
        sampled=len(texts),
    )


def distinct_n(questions: Sequence[str], n: int) -> float:
    """Distinct runs of n words / all runs of n words (Li et al. 2016, "distinct-1" and "distinct-2"). 0 without any.

    Falls as the set grows; compare sets of one size.
    """
    words = [masked.split() for masked in Shingler(Minhash(mask_numbers=False)).mask(questions)]
    runs = [tuple(row[start : start + n]) for row in words for start in range(len(row) - n + 1)]
    return len(set(runs)) / len(runs) if runs else 0.0


def masked_templates(questions: Sequence[str]) -> Counter[str]:
    """How often each question occurs when numbers, units and names are masked."""
    return Counter(Shingler(Minhash(mask_numbers=True, mask_names=True)).mask(questions))


def new_mass(counts: Iterable[int]) -> float:
    """Good-Turing: kinds seen exactly once / all observations (Good 1953).

    The estimated probability that the next observation is of a kind not seen before. 0 without observations.
    """
    counts = list(counts)
    return sum(count == 1 for count in counts) / sum(counts) if counts else 0.0


def jaccard_kernel(questions: Sequence[str], config: Minhash) -> NDArray[np.float64]:
    """Jaccard similarities of all pairs, questions x questions; 1 on the diagonal, also for texts without words."""
    sets = Shingler(config).sets(questions)
    one, other = np.triu_indices(len(sets), 1)
    kernel = np.eye(len(sets))
    kernel[one, other] = kernel[other, one] = jaccard(sets, one, sets, other)
    return kernel


def cosine_kernel(questions: Sequence[str], encode: Encoder) -> NDArray[np.float64]:
    """Cosines of all pairs, questions x questions; 1 on the diagonal, also for empty texts."""
    if not questions:
        return np.empty((0, 0))
    vectors = EmbeddingStep(Embedding(), encode).embed(questions).astype(np.float64)
    kernel: NDArray[np.float64] = vectors @ vectors.T
    np.fill_diagonal(kernel, 1.0)
    return kernel


def nearest_quantiles(kernel: NDArray[np.float64], quantiles: Sequence[float] = QUANTILES) -> dict[float, float]:
    """Quantiles over the questions of the similarity to the most similar other question."""
    if len(kernel) < 2:
        return dict.fromkeys(quantiles, 0.0)
    nearest = np.where(np.eye(len(kernel), dtype=np.bool_), -np.inf, kernel).max(axis=1)
    return {quantile: float(np.quantile(nearest, quantile)) for quantile in quantiles}


def vendi_score(kernel: NDArray[np.float64]) -> float:
    """exp of the entropy of the eigenvalues of kernel / n (Friedman and Dieng 2023, definition 3.1).

    From 1, where all are the same, to n, where all are entirely different. `kernel` must be symmetric with ones on the
    diagonal, else `DataError`. 0 for an empty kernel.
    """
    if not len(kernel):
        return 0.0
    if not np.allclose(kernel, kernel.T) or not np.allclose(np.diag(kernel), 1.0):
        raise DataError("the Vendi score needs a symmetric kernel with ones on the diagonal")
    shares = np.linalg.eigvalsh(kernel / len(kernel))
    shares = shares[shares > 1e-12]
    return float(np.exp(-(shares * np.log(shares)).sum()))
