"""What every label rule promises."""

from typing import Any, ClassVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.config.schema import Voting
from crescent.records import Solution
from crescent.testing.slot import EXAMPLES, SlotContract
from crescent.voting.labels.label import Label

ANSWERS = [None, "18", "20", "1/3", "monday"]


def solutions_of(answers: list[str | None], first: int = 0) -> list[Solution]:
    """Solutions of one question with these answers, numbered on from `first`."""
    return [
        Solution(
            question="q", sample=sample, text=f"It is {answer}, says {sample}.", answer=answer, match=None, stop="stop",
            tokens=5 + sample % 3, logprob=-0.5,
        )
        for sample, answer in enumerate(answers, start=first)
    ]  # fmt: skip


def voting_of(samples: int, **settings: Any) -> Voting:
    """The guards of a vote on so many solutions."""
    return Voting(**({"samples": samples, "symbolic": False, "min_votes": 1, "min_agreement": 0.3} | settings))


class LabelContract(SlotContract):
    """`ordered`: a rule that goes by the order of the samples sets it to True."""

    slot = "label"
    ordered: ClassVar[bool] = False

    @pytest.fixture
    def label(self, section: dict[str, Any]) -> Label:
        """The rule itself."""
        label: Label = self.filled.build(section)
        return label

    def drawn(self, label: Label, voting: Voting, answers: list[str | None]) -> list[Solution]:
        """All solutions that the rule would be given: those of another voter or view say the same."""
        needs = label.needs()
        more = 0
        if needs.rewording is not None:
            more = needs.rewording.samples or voting.samples
        elif needs.voters is not None:
            more = voting.samples
        again = [answers[place % len(answers)] for place in range(more)]
        return [*solutions_of(answers), *solutions_of(again, len(answers))]

    @EXAMPLES
    @given(answers=st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=8))
    def test_a_label_is_accepted_exactly_without_a_reason(self, label: Label, answers: list[str | None]) -> None:
        voting = voting_of(len(answers))
        drawn = self.drawn(label, voting, answers)
        outcome = label.decide("q", drawn, voting)
        assert outcome.question == "q"
        assert (outcome.solution is None) == (outcome.reason is not None)
        if outcome.solution is not None:
            assert drawn[outcome.solution].answer is not None
            assert outcome.answer is not None

    @EXAMPLES
    @given(answers=st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=8))
    def test_pairs_stand_for_the_label_and_weigh_up_to_one(self, label: Label, answers: list[str | None]) -> None:
        voting = voting_of(len(answers))
        drawn = self.drawn(label, voting, answers)
        outcome = label.decide("q", drawn, voting)
        if outcome.reason is None:
            weighed = label.weigh(outcome, drawn, voting)
            samples = [sample for sample, _ in weighed]
            assert samples[0] == outcome.solution
            assert len(set(samples)) == len(samples)
            assert all(0 < weight <= 1 for _, weight in weighed)
            assert all(drawn[sample].answer is not None for sample in samples)

    @EXAMPLES
    @given(answers=st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=8), data=st.data())
    def test_the_order_of_votes_does_not_matter(self, label: Label, answers: list[str | None], data: Any) -> None:
        if self.ordered:
            return
        voting = voting_of(len(answers))
        shuffled = data.draw(st.permutations(answers))
        one = label.decide("q", self.drawn(label, voting, answers), voting)
        other = label.decide("q", self.drawn(label, voting, shuffled), voting)
        assert (one.answer, one.votes, one.agreement, one.reason, one.tie) == (
            (other.answer, other.votes, other.agreement, other.reason, other.tie)
        )

    @EXAMPLES
    @given(answers=st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=8))
    def test_the_same_solutions_give_the_same_label(
        self, label: Label, section: dict[str, Any], answers: list[str | None]
    ) -> None:
        """Also by a rule that is built anew, as when votes are held again."""
        voting = voting_of(len(answers))
        drawn = self.drawn(label, voting, answers)
        before = msgspec.json.encode(drawn)
        again: Label = self.filled.build(section)
        one, *others = (rule.decide("q", drawn, voting) for rule in (label, label, again))
        assert others == [one, one]
        assert msgspec.json.encode(drawn) == before
        if one.reason is None:
            assert label.weigh(one, drawn, voting) == again.weigh(one, drawn, voting)

    @EXAMPLES
    @given(answers=st.lists(st.sampled_from(["1", "2", None]), min_size=1, max_size=5), more=st.integers(0, 2))
    def test_what_is_settled_no_further_sample_changes(
        self, label: Label, answers: list[str | None], more: int
    ) -> None:
        voting = voting_of(len(answers) + more)
        if not label.settled(answers, voting):
            assert more > 0
            return
        if label.needs().rewording or label.needs().voters:
            return  # what else is sampled may still change it
        outcomes = set()
        for further in (["1"] * more, ["2"] * more, ["3"] * more, [None] * more):
            outcome = label.decide("q", solutions_of([*answers, *further]), voting)
            outcomes.add((outcome.answer, outcome.solution) if outcome.reason is None else None)
        assert len(outcomes) == 1

    def test_unanimity_is_a_label_of_full_weight(self, label: Label) -> None:
        voting = voting_of(4)
        drawn = self.drawn(label, voting, ["18"] * 4)
        outcome = label.decide("q", drawn, voting)
        assert (outcome.answer, outcome.agreement, outcome.solution, outcome.reason) == ("18", 1.0, 0, None)
        assert label.weigh(outcome, drawn, voting)[0] == (0, 1.0)

    def test_without_an_answer_there_is_no_label(self, label: Label) -> None:
        voting = voting_of(4)
        outcome = label.decide("q", self.drawn(label, voting, [None] * 4), voting)
        assert (outcome.answer, outcome.reason) == (None, "no-answer")
