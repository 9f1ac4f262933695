import pytest

from crescent.config.schema import Trainer
from crescent.errors import ConfigError
from crescent.plan.hardware import TABLE, cpu, hardware


@pytest.mark.parametrize("name", TABLE)
def test_a_machine_of_the_table_is_taken_by_name(name: str) -> None:
    found = hardware(name, Trainer())
    assert found is TABLE[name]
    assert found.name == name
    assert min(found.memory, found.bandwidth, found.flops) > 0


def test_an_unknown_machine_is_told_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"plan\.hardware=tpu: not in the table; it takes .*a100_80gb"):
        hardware("tpu", Trainer())


def test_this_machines_cores_are_measured() -> None:
    found = hardware(None, Trainer(accelerator="cpu"))
    assert not found.is_gpu
    assert found.flops > 1e-4
    assert found.slowness > 0
    assert found.memory > 0.5


def test_fewer_threads_compute_less() -> None:
    import os

    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one core alone")
    assert cpu(threads=1).flops < 2 * cpu().flops
