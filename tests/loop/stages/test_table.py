"""What the table says of each stage is what plans, workers and reports go by."""

from crescent.loop.stages.table import ROUND, STAGES, position


def test_a_stage_stands_where_it_is_done_in_a_round() -> None:
    assert [position(kind.name) for kind in ROUND] == list(range(len(ROUND)))
    assert position("questions") < position("answers") < position("training") < position("evaluation")


def test_what_is_no_part_of_a_round_comes_last() -> None:
    assert position("summary") == len(STAGES)
