import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.training.plan import plan_steps


@given(st.integers(0, 60), st.integers(1, 4), st.integers(1, 20), st.integers(0, 2**31))
def test_every_epoch_sees_every_example_once(count, epochs, batch_size, seed):
    steps = plan_steps(count, epochs, batch_size, seed)
    for epoch in range(epochs):
        batches = [step.examples for step in steps if step.epoch == epoch]
        assert sorted(index for batch in batches for index in batch) == list(range(count))
        assert all(len(batch) == batch_size for batch in batches[:-1])
    assert len(steps) == epochs * -(-count // batch_size)


def test_orders_differ_by_epoch_and_seed():
    first, second = (step.examples for step in plan_steps(50, 2, 50, seed=1))
    assert first != second
    assert first != plan_steps(50, 1, 50, seed=2)[0].examples


def test_golden_order():
    # Changing this order would make checkpoints of earlier versions go on with another plan.
    assert [step.examples for step in plan_steps(5, 2, 3, seed=1)] == [[1, 4, 0], [3, 2], [2, 0, 4], [1, 3]]


@pytest.mark.parametrize(("limit", "epochs"), [(1, 1), (4, 1), (5, 2), (11, 3)])
def test_so_many_steps_repeat_the_epochs_and_are_cut(limit: int, epochs: int) -> None:
    steps = plan_steps(13, 2, 4, 1, limit)
    assert len(steps) == limit
    assert steps[-1].epoch == epochs - 1
    assert steps == plan_steps(13, epochs, 4, 1)[:limit]  # a new order each time, the one that epochs have
