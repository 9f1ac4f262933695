"""Arms as configurations: what they change, what they inherit, and what is said of one that cannot be."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from crescent.config.arms import arms
from crescent.config.load import examine
from crescent.config.schema import Claim
from crescent.config.tree import search_beside
from crescent.loop.sources.source import Asked, Turn
from tests.config.test_rules import GOOD


@dataclass
class Olympiad:
    """Somebody's source of questions."""

    level: int = 3

    def ask(self, turn: Turn) -> Asked:
        return Asked(origin="here", question=f"What is {self.level} + 1?")

    def inputs(self) -> dict[str, str]:
        return {}


def claim(**texts: str) -> dict:
    return {**GOOD, "stage": "claim", "name": "c", "seed": 7, "run_dir": "x", "claim": {"arms": texts}}


def test_an_arm_is_the_configuration_with_its_overrides_and_a_name_of_its_own() -> None:
    config, mistakes = examine(claim(method="", other="training.pairs=unvoted voting.samples=4"))
    assert mistakes == []
    found, _ = arms(config)
    assert list(found) == ["method", "other"]
    for name, arm in found.items():
        assert (arm.name, arm.stage, arm.claim, arm.run_dir, arm.seed) == (name, "all", None, None, 7)
        assert arm.questions == config.questions
    assert (found["method"].training.pairs, found["method"].voting.samples) == ("consensus", 8)
    assert (found["other"].training.pairs, found["other"].voting.samples) == ("unvoted", 4)
    assert config.training.pairs == "consensus"


def test_an_arm_chooses_files_of_groups() -> None:
    """Those of a section are laid over it; what it takes from no file stays."""
    config, mistakes = examine(claim(method="", other="voting=paper training=lora training.epochs=7"))
    assert mistakes == []
    found, _ = arms(config)
    assert (found["other"].voting.samples, found["method"].voting.samples) == (3, 8)
    assert found["other"].voting.prompt == config.voting.prompt
    assert found["other"].training.lora is not None
    assert found["other"].training.epochs == 7
    assert found["method"].training == config.training


def test_a_file_that_chooses_others_and_one_that_empties_a_section() -> None:
    chat = "model=chat model.path=embedded:nano training=nano evaluation=nano"
    student = "student=nano training.max_length=384"
    config, mistakes = examine(claim(method="", chat=chat, student=student))
    assert mistakes == []
    found, _ = arms(config)
    assert found["chat"].voting.prompt != config.voting.prompt
    assert found["chat"].model.path == "embedded:nano"
    assert (found["method"].student, found["student"].student is None) == (None, False)
    nested = replace(config, student=found["student"].student, claim=Claim(arms={"a": "student=none"}))
    assert arms(nested)[0]["a"].student is None


def test_a_slot_is_filled_anew_and_not_mixed(tmp_path: Path) -> None:
    """What the experiment set for one source is no setting of another one, of ours or of anybody's."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source/base.yaml").write_text("use: tests.config.test_arms:Olympiad\nlevel: 1\n")
    (tmp_path / "source/mine.yaml").write_text("defaults: [base, _self_]\nlevel: 4\n")
    place = "tests.config.test_arms:Olympiad"
    values = claim(method="", bait="source=bait", mine="source=mine", own=f"source={place} source.level=5")
    values["source"] = {"use": place, "level": 3}
    search_beside([tmp_path])
    try:
        config, mistakes = examine(values)
    finally:
        search_beside([])
    assert [mistake.text for mistake in mistakes] == []
    search_beside([tmp_path])
    found = arms(config)[0]
    search_beside([])
    assert found["method"].source == {"use": place, "level": 3}
    assert found["bait"].source == {"use": "bait"}
    assert found["mine"].source == {"use": place, "level": 4}
    assert found["own"].source == {"use": place, "level": 5}


def test_texts_with_spaces_are_quoted() -> None:
    config, mistakes = examine(claim(method="'questions.bait=\"Ask me.\"' rounds=1"))
    assert mistakes == []
    assert arms(config)[0]["method"].questions.bait == "Ask me."


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("trainng.pairs=unvoted", "claim.arms.bad: trainng.pairs=unvoted: unknown key; did you mean training.pairs?"),
        ("training.pairs=unvote", "claim.arms.bad: training.pairs=unvote: must be one of"),
        ("voting.samples=0", "claim.arms.bad: voting.samples=0: must be a whole number"),
        ("voting.min_votes=9", "claim.arms.bad: voting.min_votes=9 is more than voting.samples=8"),
        ("student.context=64", "claim.arms.bad: student.context: student is null here"),
        ("seed=3", "claim.arms.bad: seed: the claim decides it"),
        ("store=x", "claim.arms.bad: store: the claim decides it"),
        ("voting=papr", "claim.arms.bad: voting=papr: no such choice; voting takes first, hardened, paper; did you"),
        ("+experiment=nano", "claim.arms.bad: +experiment=nano: an arm chooses no experiment"),
        ("claim=controls", "claim.arms.bad: claim=controls: an arm chooses no claim"),
        ("source=no.such:Class", "claim.arms.bad: source.use=no.such:Class: there is no module no on the Python path"),
        ("seed=1,2", "claim.arms.bad: seed=1,2: a comma or a sweep function stands for several runs"),
        ("'rounds=1", "claim.arms.bad: 'rounds=1: not understood (No closing quotation)"),
        ("rounds", "claim.arms.bad: rounds: not understood"),
    ],
)
def test_what_is_wrong_with_an_arm_is_said_with_its_name(text: str, line: str) -> None:
    _, mistakes = examine(claim(method="", bad=text))
    assert [mistake.text for mistake in mistakes if mistake.text.startswith(line)], [m.text for m in mistakes]


def test_a_mistake_of_the_configuration_is_said_once_and_not_for_every_arm() -> None:
    _, mistakes = examine(claim(method="", other="rounds=1") | {"rounds": 0})
    assert len(mistakes) == 1


def test_a_budget_is_that_of_every_arm_and_of_as_many_rounds() -> None:
    values = claim(method="", short="rounds=1", other="voting.max_tokens=5")
    values["claim"]["budget"] = {"tokens": 4000}
    config, mistakes = examine(values)
    assert [mistake.text for mistake in mistakes] == []
    given = {name: arm.voting.max_tokens for name, arm in arms(config)[0].items()}
    assert given == {"method": 4000, "short": 4000 * config.rounds, "other": 4000}
    assert config.voting.max_tokens is None
