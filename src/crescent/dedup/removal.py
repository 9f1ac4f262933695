"""Removing near-duplicates from a list of questions, with a ledger of who was removed for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from crescent.config.schema import Dedup
from crescent.config.slots import SLOTS
from crescent.dedup.cascade import NOBODY, Wave
from crescent.dedup.embedding import EmbeddingStep, Encoder
from crescent.dedup.exact import ExactStep
from crescent.dedup.lsh import MinhashStep
from crescent.dedup.normalise import check_texts
from crescent.dedup.settings import settings
from crescent.dedup.steps import Segment, Step
from crescent.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Collision:
    """Question `index` was removed because `test` found it like the kept question `other`.

    `other` counts the given questions ("new") or the ones they were compared with ("against"), from 0. `similarity` is
    1 for the exact test, the Jaccard similarity of the shingle sets for minhash, the cosine for embedding.
    """

    index: int
    other: int
    other_source: Literal["new", "against"]
    test: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """`kept` and the `index` of the ledger's rows together are every question, once, each in rising order."""

    kept: list[int]
    ledger: list[Collision]


def deduplicate(
    questions: Sequence[str],
    config: Dedup | Mapping[str, Any],
    against: Sequence[str] | None = None,
    encode: Encoder | None = None,
) -> Deduplicated:
    """Keep the first of every group of near-duplicates.

    A question is removed when it is near a kept one before it, or near one of `against` (which all stay: an earlier
    round, say). Being near does not carry over: of A like B like C with A unlike C, A and C are kept.

    `encode` turns texts into vectors for the embedding test; without it the configured encoder is loaded.
    Raises `DataError` for rows that are no text and `ConfigError` for settings that cannot work.
    """
    return _deduplicate(questions, config, against or [], encode, among=True)


def decontaminate(
    questions: Sequence[str],
    benchmark: Sequence[str],
    config: Dedup | Mapping[str, Any],
    encode: Encoder | None = None,
) -> Deduplicated:
    """Remove the questions that are near-duplicates of a benchmark question; they are not compared with each other."""
    return _deduplicate(questions, config, benchmark, encode, among=False)


def _deduplicate(
    questions: Sequence[str],
    config: Dedup | Mapping[str, Any],
    against: Sequence[str],
    encode: Encoder | None,
    among: bool,
) -> Deduplicated:
    check_texts(questions)
    check_texts(against, "against")
    steps = build_steps(settings(config), encode)
    pool = [pool_segment(steps, against)] if len(against) else []
    verdicts = Wave(steps, questions, pool, among).decide()
    ledger = []
    rows = zip(verdicts.other.tolist(), verdicts.step.tolist(), verdicts.similarity.tolist(), strict=True)
    for index, (other, step, similarity) in enumerate(rows):
        if other == NOBODY:
            continue
        source: Literal["new", "against"] = "new" if other >= 0 else "against"
        row = other if other >= 0 else -1 - other
        ledger.append(Collision(index, row, source, steps[step].name, similarity))
    return Deduplicated(verdicts.kept.tolist(), ledger)


def build_steps(config: Dedup, encode: Encoder | None) -> list[Step]:
    """The configured tests, cheapest first, then the one of somebody's own."""
    steps: list[Step] = []
    if config.exact:
        steps.append(ExactStep())
    if config.minhash is not None:
        steps.append(MinhashStep(config.minhash))
    if config.embedding is not None:
        if encode is None and config.embedding.encoder == "model":
            raise ConfigError(
                ["dedup.embedding.encoder: `model` needs the generating model; pass encode=hidden_state_encoder(...)"]
            )
        if encode is None:
            from crescent.dedup.encoders import sentence_encoder

            embedding = config.embedding
            encode = sentence_encoder(embedding.encoder, embedding.batch_size, revision=embedding.revision)
        steps.append(EmbeddingStep(config.embedding, encode))
    if config.own.get("use") is not None:
        steps.append(SLOTS["dedup"].build(config.own))
    return steps


def pool_segment(steps: Sequence[Step], texts: Sequence[str], start: int = 0) -> Segment:
    """All texts as one segment of a pool, compared with nothing."""
    import numpy as np

    wave = Wave(steps, texts, [], among=False)
    return Segment(start, len(texts), wave.arrays(np.arange(len(texts))))
