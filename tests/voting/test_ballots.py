from crescent.records import Solution
from crescent.voting.ballots import by_question


def solution(question: str, sample: int) -> Solution:
    return Solution(
        question=question, sample=sample, text="#### 1", answer="1", match="marker", stop="stop", tokens=1, logprob=None
    )


def test_questions_beyond_the_padding_of_their_ids_keep_their_solutions_together() -> None:
    """As text, wave 1000 would stand before wave 999, and question 100000 before question 99999."""
    ids = ["r01-w999-q99999", "r01-w999-q100000", "r01-w1000-q00000", "r100-w001-q00000"]
    first = [solution(id, sample) for id in ids for sample in (0, 1)]
    second = [solution(id, 2) for id in (ids[0], ids[2])]
    found = [(id, [row.sample for row in rows]) for id, rows in by_question([first, second])]
    assert found == [(ids[0], [0, 1, 2]), (ids[1], [0, 1]), (ids[2], [0, 1, 2]), (ids[3], [0, 1])]
