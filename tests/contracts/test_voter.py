"""What every voting rule promises, whatever it prefers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.voting import Ballot, vote
from crescent.voting.consensus import RULES
from crescent.voting.representatives import REPRESENTATIVES

REASONS = {None, "no-answer", "tie", "few-votes", "agreement-low", "agreement-high"}
VOTES = st.lists(
    st.builds(
        Ballot,
        answer=st.sampled_from([None, "18", "20", "1/3", "0.3333", "monday"]),
        logprob=st.floats(-5.0, 0.0),
        length=st.integers(1, 100),
        text=st.sampled_from([None, "", "2 + 3 = 5", "3 + 2 = 5 #### 5", "Add the two."]),
    ),
    max_size=10,
)


@pytest.mark.parametrize("representative", REPRESENTATIVES)
@pytest.mark.parametrize("rule", RULES)
class TestVoter:
    @given(ballots=VOTES)
    def test_the_figures_fit_together(self, rule: str, representative: str, ballots: list[Ballot]) -> None:
        result = vote(ballots, rule=rule, representative=representative, symbolic=False)
        assert result.samples == len(ballots)
        assert 0 <= result.votes <= result.samples
        assert result.agreement == (result.votes / result.samples if ballots else 0.0)
        assert -1.0 <= result.margin <= 1.0
        assert result.reason in REASONS
        assert (result.solution is None) == (result.reason is not None)

    @given(ballots=VOTES)
    def test_the_representative_has_the_majority_answer(
        self, rule: str, representative: str, ballots: list[Ballot]
    ) -> None:
        result = vote(ballots, rule=rule, representative=representative, symbolic=False)
        if result.solution is not None:
            chosen = [result.solution, *result.others]
            assert len(chosen) == len(set(chosen)) <= 2
            assert all(ballots[index].answer is not None for index in chosen)
            assert result.answer is not None

    @given(ballots=VOTES)
    def test_none_never_wins(self, rule: str, representative: str, ballots: list[Ballot]) -> None:
        result = vote([Ballot(None, -0.0, 1), *ballots], rule=rule, representative=representative, symbolic=False)
        assert result.solution != 0
        if all(ballot.answer is None for ballot in ballots):
            assert (result.answer, result.reason) == (None, "no-answer")

    @given(ballots=VOTES)
    def test_the_same_ballots_give_the_same_result(self, rule: str, representative: str, ballots: list[Ballot]) -> None:
        results = [vote(ballots, rule=rule, representative=representative, symbolic=False) for _ in range(2)]
        assert results[0] == results[1]

    def test_unanimity_is_accepted(self, rule: str, representative: str) -> None:
        result = vote([Ballot("18", -0.5, 9)] * 3, rule=rule, representative=representative)
        assert (result.answer, result.votes, result.agreement, result.margin) == ("18", 3, 1.0, 1.0)
        assert (result.tie, result.solution, result.reason) == (False, 0, None)
