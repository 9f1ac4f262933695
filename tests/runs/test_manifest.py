from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crescent.errors import DamagedError, RunFolderError
from crescent.runs.atomic import digest
from crescent.runs.manifest import (
    MANIFEST,
    SPEC,
    Facts,
    Manifest,
    Spec,
    check_files,
    check_spec,
    facts_of,
    read_sealed,
    write_sealed,
)

LEAF = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
NAME = st.text("abc.é", min_size=1, max_size=3)
CONFIG = st.dictionaries(
    NAME,
    st.recursive(LEAF, lambda below: st.lists(below, max_size=3) | st.dictionaries(NAME, below, max_size=3)),
    max_size=4,
)


def spec(**changes: Any) -> Spec:
    fields: dict[str, Any] = {
        "stage": "round-01/answers",
        "version": 1,
        "config": {"seed": 1, "voting": {"samples": 8, "prompt": "{question}\nnaïve", "sampling": {"top_p": 0.95}}},
        "inputs": {"model": "ab12", "round-01/questions": "cd34"},
    }
    return Spec(**{**fields, **changes})


def manifest(**changes: Any) -> Manifest:
    fields: dict[str, Any] = {
        "spec": spec(),
        "files": {"solutions/00000.0123456789abcdef.jsonl": digest(b"x")},
        "facts": {"questions": 3, "drops": {"tie": 1}, "losses": [[1, 0.25], [2, 1e-07]], "none": None},
        "tokens": 12,
        "seconds": 1.5,
    }
    return Manifest(**{**fields, **changes})


def test_sealed_records_come_back(tmp_path: Path) -> None:
    path = tmp_path / "sub" / MANIFEST
    assert read_sealed(path, Manifest) is None
    write_sealed(path, manifest())
    assert read_sealed(path, Manifest) == manifest()


@given(config=CONFIG)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_plan_comes_back_with_its_fingerprint(tmp_path: Path, config: dict[str, Any]) -> None:
    write_sealed(tmp_path / SPEC, spec(config=config))
    found = read_sealed(tmp_path / SPEC, Spec)
    assert found is not None
    assert (found.config, found.fingerprint) == (config, spec(config=config).fingerprint)
    assert found.differences(spec(config=config)) == []


def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / MANIFEST
    write_sealed(path, manifest())
    whole = path.read_bytes()
    unnoticed = []
    for position in range(len(whole)):
        for bit in {position % 8, 5}:  # bit 5 turns the case of a letter: what is likeliest to be read as the same
            path.write_bytes(whole[:position] + bytes([whole[position] ^ 1 << bit]) + whole[position + 1 :])
            try:
                found = read_sealed(path, Manifest)
            except DamagedError:
                continue
            if found != manifest():
                unnoticed.append((position, bit))
    assert unnoticed == []


def test_every_cut_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / MANIFEST
    write_sealed(path, manifest())
    whole = path.read_bytes().rstrip()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(DamagedError, match="cut or altered"):
            read_sealed(path, Manifest)


@given(garbage=st.binary(max_size=200))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_garbage_is_damage_and_nothing_else(tmp_path: Path, garbage: bytes) -> None:
    (tmp_path / MANIFEST).write_bytes(garbage)
    with pytest.raises(DamagedError, match=MANIFEST):
        read_sealed(tmp_path / MANIFEST, Manifest)


def test_the_fingerprint_covers_every_field() -> None:
    others = [
        spec(stage="round-02/answers"),
        spec(version=2),
        spec(config={**spec().config, "seed": 2}),
        spec(inputs={**spec().inputs, "model": "ab13"}),
    ]
    assert len({spec().fingerprint, *(other.fingerprint for other in others)}) == 5


def test_the_fingerprint_ignores_the_order_of_keys() -> None:
    turned = spec(config=dict(reversed(spec().config.items())), inputs=dict(reversed(spec().inputs.items())))
    assert turned.fingerprint == spec().fingerprint


def test_the_outcome_is_the_files_not_the_clock() -> None:
    assert manifest(seconds=9.0).outcome == manifest().outcome
    assert manifest(files={"a": "b"}).outcome != manifest().outcome
    assert manifest(spec=spec(version=2)).outcome != manifest().outcome


def test_every_differing_key_is_named(tmp_path: Path) -> None:
    write_sealed(tmp_path / SPEC, spec())
    changed = spec(
        version=2,
        config={
            "seed": 1,
            "voting": {"samples": 4, "prompt": "{question}\nnaïve", "sampling": {"top_p": 1.0}},
            "new": 3,
        },
        inputs={"model": "ab13", "round-01/questions": "cd34", "round-00/questions": "ef56"},
    )
    with pytest.raises(RunFolderError) as message:
        check_spec(tmp_path, changed)
    for named in (
        "version: 1 -> 2",
        "voting.samples: 8 -> 4",
        "voting.sampling.top_p: 0.95 -> 1.0",
        "new: absent -> 3",
        "input model: 'ab12' -> 'ab13'",
        "input round-00/questions: absent -> 'ef56'",
    ):
        assert named in str(message.value)
    for same in ("seed", "prompt", "cd34"):
        assert same not in str(message.value)


@given(one=CONFIG, other=CONFIG)
@settings(max_examples=200, deadline=None)
def test_plans_that_differ_name_at_least_one_key(one: dict[str, Any], other: dict[str, Any]) -> None:
    here, there = spec(config=one), spec(config=other)
    assert bool(here.differences(there)) == (here.fingerprint != there.fingerprint)


def test_the_same_plan_passes(tmp_path: Path) -> None:
    check_spec(tmp_path, spec())
    write_sealed(tmp_path / SPEC, spec())
    check_spec(tmp_path, spec())


def test_damaged_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"one")
    (tmp_path / "two").write_bytes(b"two")
    made = manifest(files={name: digest(name.encode()) for name in ("one", "two")})
    check_files(tmp_path, made)
    (tmp_path / "two").write_bytes(b"twO")
    with pytest.raises(DamagedError, match="two was cut or altered"):
        check_files(tmp_path, made)
    (tmp_path / "two").unlink()
    with pytest.raises(DamagedError, match="two is missing"):
        check_files(tmp_path, made)


class Counted(Facts, frozen=True):
    accepted: int
    decoder: str | None = None


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [({}, "accepted"), ({"accepted": "two"}, r"\$\.accepted"), ({"accepted": 2, "rejected": 1}, "rejected")],
)
def test_facts_that_do_not_fit_are_damage_with_the_file_named(facts: dict[str, Any], wrong: str) -> None:
    plan = Spec(stage="round-02/questions", version=1, config={}, inputs={})
    manifest = Manifest(spec=plan, files={}, facts={"accepted": 2}, tokens=0, seconds=0.0)
    assert facts_of(manifest, Counted) == Counted(accepted=2)
    manifest.facts = facts
    with pytest.raises(DamagedError, match=rf"round-02/questions/manifest\.json .*{wrong}"):
        facts_of(manifest, Counted)


def test_records_are_laid_out_for_people(tmp_path: Path) -> None:
    write_sealed(tmp_path / SPEC, spec())
    assert (tmp_path / SPEC).read_text(encoding="utf-8").splitlines()[1].startswith(' "digest": "')


def test_what_is_wrong_and_what_to_do_is_said_in_sentences(tmp_path: Path) -> None:
    write_sealed(tmp_path / SPEC, spec())
    with pytest.raises(RunFolderError) as message:
        check_spec(tmp_path, spec(stage="round-02/answers", config={**spec().config, "seed": 2}))
    assert str(message.value) == (
        f"{tmp_path} was made with other settings: seed: 1 -> 2; stage: 'round-01/answers' -> 'round-02/answers'. "
        "Go back to those settings, choose another name=..., or delete that folder."
    )
    (tmp_path / SPEC).write_text("{", encoding="utf-8")
    with pytest.raises(DamagedError) as damaged:
        read_sealed(tmp_path / SPEC, Spec)
    assert str(damaged.value) == (
        f"{tmp_path / SPEC} was cut or altered after it was written. Delete the folder {tmp_path} and start the same "
        "command again: this stage is made anew."
    )
