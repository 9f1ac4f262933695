import pytest

from crescent.config.schema import Training
from crescent.training.module import learning_rate


def rates(steps, **settings):
    config = Training(learning_rate=1.0, **settings)
    return [learning_rate(step, steps, config) for step in range(steps)]


def test_warmup_then_line():
    assert rates(6, warmup=0.3, schedule="linear") == pytest.approx([0.5, 1.0, 1.0, 0.75, 0.5, 0.25])


def test_half_cosine():
    assert rates(4, warmup=0.0, schedule="cosine") == pytest.approx([1.0, 0.853553, 0.5, 0.146447], abs=1e-6)


def test_constant():
    assert rates(4, warmup=0.25, schedule="constant") == [1.0] * 4


@pytest.mark.parametrize("schedule", ["linear", "cosine", "constant"])
@pytest.mark.parametrize("warmup", [0.0, 0.03, 0.5, 1.0])
@pytest.mark.parametrize("steps", [1, 2, 7, 100])
def test_no_step_is_wasted(schedule, warmup, steps):
    assert all(0.0 < rate <= 1.0 for rate in rates(steps, warmup=warmup, schedule=schedule))
