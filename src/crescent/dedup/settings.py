"""Reading and checking the `dedup` group. Needs no numpy, so a wrong value is reported before anything is loaded."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from crescent.config.schema import Dedup, Embedding, Minhash
from crescent.config.slots import SLOTS
from crescent.errors import ConfigError

MIN_COLLISION = 0.9
"""A pair right at the threshold must be found with at least this probability, else the bands are refused."""

GOAL_COLLISION = 0.98
"""The probability that bands chosen here reach at the threshold, where the permutations suffice."""

OURS = ("exact", "minhash", "embedding")
"""What our tests are called; what each keeps of a text has its name."""

Group = TypeVar("Group", Dedup, Minhash, Embedding)


def settings(config: Dedup | Mapping[str, Any]) -> Dedup:
    """The checked configuration, from the dataclass or from plain fields as a YAML of `conf/dedup` holds them.

    Raises `ConfigError` with every mistake found.
    """
    if isinstance(config, Mapping):
        plain = dict(config)
        nested = [("minhash", Minhash), ("embedding", Embedding)]
        for name, group in nested:
            if isinstance(plain.get(name), Mapping):
                plain[name] = _from_plain(group, plain[name], f"dedup.{name}")
        config = _from_plain(Dedup, plain, "dedup")
    if not isinstance(config, Dedup):
        raise ConfigError([f"dedup: a Dedup or a mapping is needed, not {type(config).__name__}"])
    if found := mistakes(config):
        raise ConfigError(found)
    return config


def mistakes(dedup: Dedup) -> list[str]:
    """One line for each value out of bounds and for bands that cannot find pairs at the threshold."""
    found: list[str] = []
    if not isinstance(dedup.exact, bool):
        found.append(f"dedup.exact: true or false is needed, not {dedup.exact!r}")
    if dedup.minhash is not None:
        found += _out_of_bounds(dedup.minhash, "dedup.minhash") or _band_mistakes(dedup.minhash)
    if dedup.embedding is not None:
        found += _out_of_bounds(dedup.embedding, "dedup.embedding") or _order_mistakes(dedup.embedding)
    return found + own_mistakes(dedup.own, "dedup.own")


def own_mistakes(own: Mapping[str, Any], key: str) -> list[str]:
    """What is wrong with a test of somebody's own, its section being at `key`; nothing where there is none."""
    slot = SLOTS["dedup"]
    if found := [mistake.text for mistake in slot.mistakes(own, key=key)]:
        return found
    if own.get("use") is not None and (name := slot.build(own).name) in OURS:
        return [f"{key}.use={own['use']}: its name is {name}, which is one of ours: give it another"]
    return []


def _order_mistakes(embedding: Embedding) -> list[str]:
    lower, threshold = embedding.figures_threshold, embedding.threshold
    if lower is None or lower <= threshold:
        return []
    return [
        f"dedup.embedding.figures_threshold: {lower:g} is above dedup.embedding.threshold ({threshold:g}); questions "
        "with the same figures need less similarity, not more"
    ]


def collision_probability(similarity: float, bands: int, rows: int) -> float:
    """The chance that two sets share a band, 1 - (1 - s^rows)^bands (Mining of Massive Datasets, section 3.4.2)."""
    return 1.0 - (1.0 - similarity**rows) ** bands


def bands_and_rows(minhash: Minhash) -> tuple[int, int]:
    """The LSH table: as configured, else the longest rows that still reach `GOAL_COLLISION` at the threshold.

    Long rows keep the candidates few. Where no table reaches the goal, the one with rows of length 1 is taken.
    """
    if minhash.bands is not None and minhash.rows is not None:
        return minhash.bands, minhash.rows
    best = (minhash.permutations, 1)
    for rows in range(1, minhash.permutations + 1):
        bands = minhash.permutations // rows
        if collision_probability(minhash.threshold, bands, rows) >= GOAL_COLLISION:
            best = (bands, rows)
    return best


def _band_mistakes(minhash: Minhash) -> list[str]:
    if (minhash.bands is None) != (minhash.rows is None):
        return ["dedup.minhash: set both bands and rows, or leave both null to have them chosen for the threshold"]
    bands, rows = bands_and_rows(minhash)
    if bands * rows > minhash.permutations:
        return [
            f"dedup.minhash: {bands} bands of {rows} rows need {bands * rows} permutations, there are "
            f"{minhash.permutations}; lower bands or rows, or raise permutations"
        ]
    chance = collision_probability(minhash.threshold, bands, rows)
    if chance < MIN_COLLISION:
        return [
            f"dedup.minhash: {bands} bands of {rows} rows find a pair at threshold {minhash.threshold:g} with "
            f"probability {chance:.2f} only; use more bands, fewer rows or more permutations"
        ]
    return []


def _from_plain(group: type[Group], plain: Mapping[str, Any], key: str) -> Group:
    known = {field.name for field in fields(group)}
    if unknown := sorted(str(name) for name in plain if name not in known):
        raise ConfigError(
            [f"{key}.{name}: there is no such setting; known: {', '.join(sorted(known))}" for name in unknown]
        )
    return group(**plain)


def _out_of_bounds(group: Minhash | Embedding, key: str) -> list[str]:
    found: list[str] = []
    for field in fields(group):
        value, bounds = getattr(group, field.name), field.metadata
        place = f"{key}.{field.name}"
        if bounds.get("of"):
            if value not in bounds["of"]:
                found.append(f"{place}: one of {', '.join(bounds['of'])} is needed, not {value!r}")
            continue
        low, high = bounds.get("low"), bounds.get("high")
        if value is None or (low is None and high is None):
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            found.append(f"{place}: a number is needed, not {value!r}")
        elif not ((low is None or value >= low) and (high is None or value <= high)):
            found.append(f"{place}: {value:g} is outside {low:g} to {'any' if high is None else format(high, 'g')}")
    return found
