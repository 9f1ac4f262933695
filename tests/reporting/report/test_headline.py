from typing import Any

import pytest

from crescent.reporting.report import numbers
from crescent.reporting.report.headline import sentences, unknowns
from crescent.reporting.report.summary import read

from . import example


def unsampled(raw: dict[str, Any]) -> dict[str, Any]:
    for model in (raw.get("base", {}), *raw.get("rounds", [])):
        model.pop("sampling", None)
    return raw


def said(raw: dict[str, Any]) -> str:
    return numbers.plain(" ".join(sentences(read(raw))))


def changed(difference: float, low: float, high: float) -> dict[str, Any]:
    raw = example.summary(1)
    raw["rounds"][0]["evaluation"]["nano_math"] |= {"value": 0.381 + difference}
    raw["rounds"][0]["evaluation"]["nano_math"]["against_base"] |= {"difference": difference, "low": low, "high": high}
    return raw


def rejected(rounds: int) -> dict[str, Any]:
    raw = example.summary(rounds, best_round=0)
    for part in raw["rounds"]:
        part["gate"]["accepted"] = False
    return raw


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (
            example.summary(2),
            "nano_math rose from 38.1 % to 70.3 % (+32.2 points, 95 % interval 28.9 to 35.4) after round 2, "
            "which the gate accepted.",
        ),
        (
            example.summary(4),
            "nano_math rose from 38.1 % to 70.3 % (+32.2 points, 95 % interval 28.9 to 35.4) after round 2, "
            "which the gate accepted. Rounds 3 and 4 were rolled back: the model of round 2 stays.",
        ),
        (
            changed(0.01, -0.02, 0.04),
            "nano_math went from 38.1 % to 39.1 % (+1.0 points, 95 % interval -2.0 to 4.0) after round 1, "
            "which the gate accepted; the interval includes zero, so this is no clear change.",
        ),
        (
            changed(-0.025, -0.04, -0.01),
            "nano_math fell from 38.1 % to 35.6 % (-2.5 points, 95 % interval -4.0 to -1.0) after round 1, "
            "which the gate accepted.",
        ),
        (
            rejected(1),
            "No gain: the gate rejected the only round and the run stays with the base model, which stands at "
            "38.1 % on nano_math. nano_math after round 1: 61.0 % (+22.9 points, 95 % interval 19.6 to 26.1).",
        ),
        (
            rejected(2),
            "No gain: the gate rejected all 2 rounds and the run stays with the base model, which stands at "
            "38.1 % on nano_math. nano_math after round 2: 70.3 % (+32.2 points, 95 % interval 28.9 to 35.4), "
            "the best of them.",
        ),
        (example.summary(0, best_round=0), "The base model stands at 38.1 % on nano_math; no round has been measured."),
        (
            example.summary(0, state="running"),
            "The base model stands at 38.1 % on nano_math; no round has been measured yet. The run is still going; "
            "these are the figures so far.",
        ),
        (
            example.summary(0, state="stopped", note="Round 1 wrote no usable question."),
            "The base model stands at 38.1 % on nano_math; no round has been measured. The run ended early: Round 1 "
            "wrote no usable question.",
        ),
        (
            example.summary(1, base={}),
            "nano_math reached 61.0 % after round 1, which the gate accepted; the base model was not measured.",
        ),
        (example.bare(), "Nothing has been measured."),
    ],
)
def test_the_outcome_in_words(raw: dict[str, Any], wanted: str) -> None:
    assert said(unsampled(raw)) == wanted


@pytest.mark.parametrize(
    ("greedy", "one", "any_of", "wanted"),
    [
        (
            0.41,
            (0.007, -0.01, 0.02),
            (-0.014, -0.02, -0.002),
            "These do not agree: greedy decoding is right more often, one sample about as often as before, at least "
            "one of 8 less often. Training changed which answer it prefers, not how often it finds the right one.",
        ),
        (
            0.41,
            (0.1, 0.08, 0.12),
            (0.0, -0.02, 0.02),
            "These do not agree: greedy decoding is right more often, one sample more often, at least one of 8 about "
            "as often as before. It became surer of what it could already solve, not able to solve more.",
        ),
        (
            -0.1,
            (0.1, 0.08, 0.12),
            (0.02, 0.01, 0.03),
            "These do not agree: greedy decoding is right less often, one sample more often, at least one of 8 more "
            "often.",
        ),
        (0.41, (0.1, 0.08, 0.12), (0.02, 0.01, 0.03), ""),
    ],
)
def test_greedy_decoding_one_sample_and_several_stand_together(
    greedy: float, one: tuple[float, ...], any_of: tuple[float, ...], wanted: str
) -> None:
    raw = changed(greedy, greedy - 0.03, greedy + 0.03)
    part = raw["rounds"][0]["sampling"]
    for k, values in (("1", one), ("8", any_of)):
        part["against_base"]["pass_at_k"][k] = dict(zip(("difference", "low", "high"), values, strict=True))
        part["pass_at_k"][k]["value"] = raw["base"]["sampling"]["pass_at_k"][k]["value"] + values[0]
    headline, *rest = [numbers.plain(sentence) for sentence in sentences(read(raw))]
    moved = "rose" if greedy > 0 else "fell"
    assert headline == (
        f"nano_math {moved} from 38.1 % to {38.1 + 100 * greedy:.1f} % with greedy decoding ({100 * greedy:+.1f} "
        f"points, 95 % interval {100 * greedy - 3:.1f} to {100 * greedy + 3:.1f}) after round 1, which the gate "
        f"accepted; on nano_dev one sample went from 61.2 % to {61.2 + 100 * one[0]:.1f} % and at least one of 8 from "
        f"95.1 % to {95.1 + 100 * any_of[0]:.1f} %."
    )
    assert rest == ([wanted] if wanted else [])


def test_without_a_gate_the_round_is_not_said_to_be_accepted_by_one() -> None:
    raw = example.summary(1)
    raw["config"]["evaluation"]["gate"]["enabled"] = False
    assert "after round 1, kept without a gate." in said(unsampled(raw))


def test_an_undecided_round_is_called_undecided() -> None:
    raw = example.summary(1)
    del raw["best_round"], raw["rounds"][0]["gate"]
    assert "after round 1, on which the gate has not decided" in said(raw)


def test_scores_that_are_no_shares_are_not_written_in_percent() -> None:
    raw = example.summary(1, primary_task="perplexity")
    before, after = example.score("perplexity", 0.5), example.score("perplexity", 0.5, base=0.5)
    raw["base"]["evaluation"]["perplexity"] = before | {"value": 14.2}
    raw["rounds"][0]["evaluation"]["perplexity"] = after | {"value": 11.9}
    after["against_base"] |= {"difference": -2.3, "low": None, "high": None}
    assert said(unsampled(raw)).startswith("perplexity went from 14.200 to 11.900 (-2.300) after round 1")


def test_what_is_not_known_is_said() -> None:
    raw = example.summary(1, audited=False, base={})
    del raw["rounds"][0]["training"]
    raw["rounds"][0]["dataset"]["contamination"] = None
    raw["rounds"][0]["questions"]["accepted"] -= 2
    raw["rounds"][0]["answers"]["comparisons_given_up"] = 3
    raw["config"]["evaluation"]["limit"] = 50
    found = " ".join(unknowns(read(raw)))
    for part in (
        "no gain over it can be stated",
        "Round 1: nothing is known of the training.",
        "Round 1: whether the consensus answers are right is not known",
        "Round 1: in the vote, 3 comparisons of formulas came to a limit of time or size: taken as different answers.",
        "Round 1: questions: 2 not accounted for.",
        "close to benchmark questions was not checked (round 1).",
        "no more than 50 items per task",
        "one seed (1)",
    ):
        assert part in found


def test_a_complete_audited_run_has_only_the_seed_to_confess_and_the_unchecked_answers() -> None:
    assert [sentence.split(".")[0] for sentence in unknowns(read(example.summary(1)))] == [
        "Round 1: 48 accepted answers could not be checked; label accuracy is over the others",
        "This is one run with one seed (1)",
    ]
