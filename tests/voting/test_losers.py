"""Who loses against a consensus: the least voted answer, by its first solution."""

from hypothesis import given
from hypothesis import strategies as st

from crescent.records import Solution
from crescent.voting.losers import Rivals


def solutions(answers: list[str | None]) -> list[Solution]:
    return [
        Solution(
            question="q", sample=sample, text=f"{sample}: {answer}", answer=answer, match=None, stop="stop", tokens=5,
            logprob=None,
        )
        for sample, answer in enumerate(answers)
    ]  # fmt: skip


def against(answers: list[str | None], sample: int) -> tuple[str, float] | None:
    found = Rivals(solutions(answers), symbolic=False).against(sample)
    return (found[0].text, found[1]) if found else None


def test_the_least_voted_answer_loses_by_its_first_solution() -> None:
    assert against(["7", "8", "7", "9", "8", "7", None, "7"], 0) == ("3: 9", 3 / 8)
    assert against(["7", "7", "8", "9"], 1) == ("2: 8", 0.25)  # of equally few votes the one sampled first


def test_without_fewer_votes_there_is_no_loser() -> None:
    assert against(["7", "7"], 0) is None
    assert against(["7", "8"], 0) is None
    assert against(["7", "8", "8"], 0) is None
    assert against([None, "7"], 0) is None


@given(answers=st.lists(st.sampled_from([None, "1", "2", "3"]), min_size=1, max_size=9), data=st.data())
def test_votes_shares_and_leads_fit_together(answers: list[str | None], data: st.DataObject) -> None:
    rivals = Rivals(solutions(answers), symbolic=False)
    assert sum(rivals.shares()) <= 1 + 1e-9
    assert rivals.shares() == sorted(rivals.shares(), reverse=True)
    sample = data.draw(st.integers(0, len(answers) - 1))
    assert rivals.votes(sample) == (answers.count(answers[sample]) if answers[sample] else 0)
    if (found := rivals.against(sample)) is not None:
        loser, lead = found
        assert lead == (rivals.votes(sample) - rivals.votes(loser.sample)) / len(answers) > 0
        assert answers.index(loser.answer) == loser.sample
