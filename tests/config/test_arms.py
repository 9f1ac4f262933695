"""Arms as configurations: what they change, what they inherit, and what is said of one that cannot be."""

import pytest

from crescent.config.arms import arms
from crescent.config.load import examine
from tests.config.test_rules import GOOD


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
