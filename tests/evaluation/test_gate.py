from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.config.schema import Gate
from crescent.evaluation.gate import Guard, decide

SCORES = st.lists(st.floats(0, 1), min_size=2, max_size=8)


def gate_of(min_gain: float) -> Gate:
    return Gate(rule={"use": "points", "min_gain": min_gain})


def test_a_gain_is_accepted() -> None:
    verdict = decide([0.40, 0.61], Gate())
    assert verdict.accepted and verdict.best_round == 1 and (verdict.dev, verdict.best_before) == (0.61, 0.40)
    assert verdict.verdict == "Round 1 accepted: dev accuracy 61.0% against 40.0% of the base model (+21.0 points)."
    assert verdict.rule.startswith("A round is kept when its accuracy on the dev task is higher than the best before ")
    assert verdict.inputs.dev_accuracy == [0.40, 0.61]


def test_no_gain_goes_back_to_the_best_round() -> None:
    verdict = decide([0.4, 0.6, 0.5, 0.6], Gate())
    assert not verdict.accepted and verdict.best_round == 1 and verdict.best_before == 0.6
    assert (
        verdict.verdict
        == "Round 3 rejected, back to round 1: dev accuracy 60.0% against 60.0% of round 1 (+0.0 points)."
    )


def test_the_gain_must_exceed_the_margin() -> None:
    gate = gate_of(0.02)
    assert not decide([0.5, 0.52], gate).accepted
    assert decide([0.5, 0.53], gate).accepted
    assert "by more than 2 points" in decide([0.5, 0.53], gate).rule


def test_a_training_that_failed_is_rejected_even_without_a_gate() -> None:
    for gate in (Gate(), Gate(enabled=False)):
        verdict = decide([0.5, 0.6, None], gate, problem="loss is not a number")
        assert not verdict.accepted and verdict.best_round == 1
        assert verdict.verdict == "Round 2 rejected, back to round 1: not evaluated: loss is not a number."


def test_a_dev_accuracy_that_is_no_number_is_rejected() -> None:
    assert not decide([0.5, nan], Gate()).accepted
    assert not decide([0.5, None], Gate()).accepted


def test_without_a_base_evaluation_the_first_round_is_kept() -> None:
    verdict = decide([None, 0.3], Gate())
    assert verdict.accepted and "nothing before it" in verdict.verdict


def test_switched_off_the_gate_keeps_every_round() -> None:
    verdict = decide([0.5, 0.4, 0.3], Gate(enabled=False))
    assert verdict.accepted and verdict.best_round == 2 and verdict.stop is None
    assert verdict.rule.startswith("The gate is off")
    assert verdict.verdict.startswith("Round 2 kept, the gate is off: dev accuracy 30.0% against 40.0% of round 1")


def test_a_negative_margin_accepts_a_small_loss_and_remembers_the_best() -> None:
    gate = gate_of(-0.05)
    verdict = decide([0.5, 0.48], gate)
    assert verdict.accepted and verdict.best_round == 0
    assert not decide([0.5, 0.48, 0.44], gate).accepted


def test_patience() -> None:
    gate = Gate(patience=2)
    assert decide([0.5, 0.6, 0.5], gate).stop is None
    assert decide([0.5, 0.6, 0.5, 0.4], gate).stop == "No gain for 2 rounds, and evaluation.gate.patience is 2."
    assert decide([0.5, 0.6, 0.5, 0.7], gate).stop is None


def test_false_confidence() -> None:
    gate = Gate(stop_on_false_confidence=True)
    stop = decide([0.5, 0.6, 0.5], gate, agreement=[0.7, 0.8]).stop
    assert stop is not None and "70.0% to 80.0%" in stop and "60.0% to 50.0%" in stop
    assert decide([0.5, 0.6, 0.5], gate, agreement=[0.8, 0.7]).stop is None
    assert decide([0.5, 0.6, 0.7], gate, agreement=[0.7, 0.8]).stop is None
    assert decide([0.5, 0.6, 0.5], Gate(), agreement=[0.7, 0.8]).stop is None


def test_diversity_collapse() -> None:
    assert decide([0.5, 0.6], Gate(min_distinct=0.2), distinct=[0.1]).stop is not None
    assert decide([0.5, 0.6], Gate(min_distinct=0.2), distinct=[0.3]).stop is None


def test_variety_is_held_against_the_first_round() -> None:
    gate = Gate(min_variety=0.5)
    assert decide([0.5, 0.6], gate, variety=[0.1]).stop is None
    assert decide([0.5, 0.6, 0.7], gate, variety=[0.4, 0.2]).stop is None
    stop = decide([0.5, 0.6, 0.7], gate, variety=[0.4, 0.19]).stop
    assert stop is not None and "0.19 effective questions" in stop and "0.40 in round 1" in stop


def test_the_rule_names_every_way_to_end() -> None:
    gate = Gate(patience=2, stop_on_false_confidence=True, min_distinct=0.1, min_variety=0.5)
    rule = decide([0.4, 0.5], gate, dev_task="mine").rule
    for words in ("on mine is", "2 rounds in a row", "agreement rises", "less than 10.0%", "below 50.0% of round 1"):
        assert words in rule


def test_a_round_is_needed() -> None:
    with pytest.raises(ValueError, match="at least one round"):
        decide([0.5], Gate())


@given(SCORES)
def test_the_run_always_goes_on_with_the_best_dev_accuracy(scores: list[float]) -> None:
    verdict = decide(scores, Gate())
    assert scores[verdict.best_round] == max(scores)
    assert verdict.accepted == (scores[-1] > max(scores[:-1]))
    assert verdict.best_before == max(scores[:-1])


def test_a_round_that_was_not_kept_does_not_move_the_bar() -> None:
    """Round 1 leads by less than the margin: round 2 is held against the base model."""
    verdict = decide([0.5, 0.51, 0.525], gate_of(0.02))
    assert (verdict.accepted, verdict.best_round, verdict.best_before) == (True, 2, 0.5)


def test_a_round_as_good_as_the_best_is_not_the_new_best() -> None:
    verdict = decide([0.5, 0.5], gate_of(-0.05))
    assert (verdict.accepted, verdict.best_round) == (True, 0)
    assert decide([0.5, 0.5, 0.5], gate_of(-0.05)).best_round == 0


@pytest.mark.parametrize("nothing", [nan, inf, -inf, None])
def test_what_is_no_number_counts_as_not_measured(nothing: float | None) -> None:
    verdict = decide([nothing, 0.3], Gate())
    assert (verdict.accepted, verdict.best_before, verdict.inputs.dev_accuracy) == (True, None, [None, 0.3])
    assert decide([0.3, nothing], Gate()).verdict == (
        "Round 1 rejected, back to the base model: no dev accuracy was measured."
    )


def test_the_last_two_rounds_tell_false_confidence() -> None:
    gate = Gate(stop_on_false_confidence=True)
    stop = decide([0.5, 0.6, 0.7, 0.65], gate, agreement=[0.2, 0.7, 0.8]).stop
    assert stop is not None and "70.0% to 80.0%" in stop and "70.0% to 65.0%" in stop
    assert decide([0.5, 0.6, 0.7, 0.65], gate, agreement=[0.2, 0.9, 0.8]).stop is None
    assert decide([0.5, 0.6, 0.5], gate, agreement=[0.7, 0.7]).stop is None
    assert decide([0.5, 0.6, 0.6], gate, agreement=[0.7, 0.8]).stop is None


def test_the_last_round_tells_a_collapse() -> None:
    assert decide([0.5, 0.6], Gate(min_distinct=0.25), distinct=[0.25]).stop is None
    stop = decide([0.5, 0.6, 0.7, 0.8], Gate(min_variety=0.5), variety=[0.4, 0.3, 0.1]).stop
    assert stop is not None and "0.10 effective questions" in stop and "0.40 in round 1" in stop


def test_the_rule_in_words() -> None:
    kept = "A round is kept when its accuracy on mine is higher than the best before it"
    back = "; otherwise the run goes on from the best model so far."
    alone = " Nothing else is looked at, no reported benchmark among it."
    nothing = {"patience": None, "stop_on_false_confidence": False, "min_distinct": 0.0, "min_variety": 0.0}
    assert decide([0.4, 0.5], Gate(**nothing), dev_task="mine").rule == kept + back + alone
    everything = Gate(patience=1, stop_on_false_confidence=True, min_distinct=0.1, min_variety=0.5)
    everything.rule = gate_of(0.01).rule
    assert decide([0.4, 0.5], everything, dev_task="mine").rule == (
        f"{kept} by more than 1 points{back} The run ends early after 1 round in a row without gain, or when label "
        "agreement rises while dev accuracy falls, or when less than 10.0% of what is written is new, or when the "
        f"variety of questions falls below 50.0% of round 1.{alone}"
    )


def guarded(*accuracy: float | None, n: int = 400) -> Guard:
    """A guard task on which models of these accuracies answer the first problems right."""

    def scores(before: int, now: int) -> list[tuple[float, float]]:
        one, other = (round(n * (accuracy[number] or 0)) for number in (before, now))
        return [(float(place < one), float(place < other)) for place in range(n)]

    return Guard("skills", accuracy, scores)


def test_a_round_that_falls_on_the_guard_task_is_not_kept_and_the_verdict_says_so() -> None:
    verdict = decide([0.4, 0.6], Gate(), guard=guarded(0.8, 0.7))
    assert (verdict.accepted, verdict.best_round) == (False, 0)
    assert verdict.verdict == (
        "Round 1 rejected, back to the base model: dev accuracy 60.0% against 40.0% of the base model (+20.0 points), "
        "skills fell: 70.0% against 80.0% of the base model (-10.0 points, -7.4 at the most with 95% confidence)."
    )
    assert "skills is not shown to be more than 1 points below that of the base model" in verdict.rule
    assert (verdict.inputs.guard_task, verdict.inputs.guard_accuracy) == ("skills", [0.8, 0.7])


def test_the_guard_looks_at_falls_alone_and_beyond_its_margin() -> None:
    assert decide([0.4, 0.6], Gate(), guard=guarded(0.8, 0.9)).accepted
    assert decide([0.4, 0.6], Gate(), guard=guarded(0.8, 0.795)).accepted
    assert not decide([0.6, 0.4], Gate(), guard=guarded(0.8, 0.9)).accepted
    assert decide([0.4, 0.6], Gate(guard_margin=10.0), guard=guarded(0.8, 0.7)).accepted
    assert decide([0.4, 0.6], Gate(enabled=False), guard=guarded(0.8, 0.1)).accepted
    assert decide([0.4, 0.6], Gate(), guard=guarded(0.8, None)).accepted


def test_the_guard_holds_every_round_against_the_base_model_so_that_falls_do_not_add_up() -> None:
    """Each round loses a point against the one before, within the margin; the fourth has lost five."""
    gate, accuracy = Gate(guard_margin=2.0), [0.8, 0.79, 0.78, 0.775, 0.75]
    dev = [0.4, 0.5, 0.6, 0.7, 0.8]
    kept = [decide(dev[: n + 1], gate, guard=guarded(*accuracy[: n + 1], n=1000)).accepted for n in (1, 2, 3, 4)]
    assert kept == [True, True, True, False]
    later = decide([*dev, 0.75], gate, guard=guarded(*accuracy, 0.8, n=1000))
    assert (later.best_before, later.best_round) == (0.7, 5)


def test_a_rule_that_tests_is_given_the_problems_of_the_round_in_force() -> None:
    asked: list[tuple[int, int]] = []

    def scores(before: int, now: int) -> list[tuple[float, float]]:
        asked.append((before, now))
        return [(0.0, 1.0)] * (8 if now == 1 else 2) + [(1.0, 1.0)] * 9

    verdict = decide([0.4, 0.6, 0.7], Gate(rule={"use": "better"}), scores=scores)
    assert asked == [(0, 1), (1, 2)]
    assert (verdict.accepted, verdict.best_round, verdict.best_before) == (False, 1, 0.6)
    assert verdict.verdict.endswith("(+10.0 points), one-sided p = 0.25 over 2 of 11 problems that changed.")
