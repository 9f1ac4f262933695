from hypothesis import given
from hypothesis import strategies as st

from crescent.config.schema import Training
from crescent.training.datamodule import StepDataset
from crescent.training.examples import Example, Examples
from crescent.training.packing import IGNORED
from crescent.training.plan import TrainingPlan, plan_steps


def planned(lengths, **settings):
    examples = [Example(list(range(1, length + 1)), 1) for length in lengths]
    config = Training(**settings)
    steps = plan_steps(len(examples), 1, config.batch_size, 1)
    return TrainingPlan(config, 1, Examples(examples, list(range(len(examples))), {}), steps)


def learned(batches):
    return sum(int((batch.targets != IGNORED).sum()) for batch in batches)


@given(
    st.lists(st.integers(2, 40), min_size=1, max_size=25),
    st.integers(1, 4),
    st.integers(1, 9),
    st.integers(8, 100),
    st.booleans(),
)
def test_ranks_share_a_step_and_make_as_many_passes(lengths, world_size, batch_size, tokens, packing):
    plan = planned(lengths, batch_size=batch_size, micro_batch_size=3, micro_batch_tokens=tokens, packing=packing)
    ranks = [StepDataset(plan, rank=rank, world_size=world_size) for rank in range(world_size)]
    assert {len(rank) for rank in ranks} == {len(plan.steps)}
    for step in range(len(plan.steps)):
        shares = [rank[step] for rank in ranks]
        assert len({len(share.micro_batches) for share in shares}) == 1
        assert len({(share.tokens, share.solution_tokens) for share in shares}) == 1
        assert sum(learned(share.micro_batches) for share in shares) == shares[0].solution_tokens


def test_ranks_get_about_as_many_tokens_each():
    plan = planned([10, 11, 12, 13, 14, 15, 100, 101], batch_size=8)
    sizes = [
        sum(batch.input_ids.numel() for batch in StepDataset(plan, rank=rank, world_size=2)[0].micro_batches)
        for rank in (0, 1)
    ]
    assert sum(sizes) == sum(map(len, (example.input_ids for example in plan.examples.kept)))
    assert abs(sizes[0] - sizes[1]) <= 10


def test_a_resumed_training_begins_with_the_first_step_that_is_not_done():
    plan = planned([5] * 9, batch_size=3)
    assert [StepDataset(plan, first_step=2)[index].step for index in range(1)] == [2]
    assert len(StepDataset(plan, first_step=2)) == 1
