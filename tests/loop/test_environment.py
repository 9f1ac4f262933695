"""What a process sees of its machine before the first stage."""

import pytest
import torch

from crescent.config.schema import Trainer
from crescent.errors import ConfigError
from crescent.loop.environment import check_devices


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A machine with that many GPUs, as far as PyTorch can say."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: request.param)


@pytest.mark.parametrize("gpus", [0], indirect=True)
@pytest.mark.parametrize(("built", "why"), [(True, "CUDA_VISIBLE_DEVICES"), (False, "PyTorch without CUDA")])
def test_a_gpu_that_is_not_there(gpus: None, monkeypatch: pytest.MonkeyPatch, built: bool, why: str) -> None:
    monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: built)
    with pytest.raises(ConfigError, match=f"accelerator=gpu: no GPU found here .*{why}"):
        check_devices(Trainer(accelerator="gpu"))
    with pytest.raises(ConfigError, match=r"no GPU found here for one of trainer.devices=4"):
        check_devices(Trainer(accelerator="gpu", devices=4), given=True)
    check_devices(Trainer(devices=4))  # `auto`: processes on the CPU, as many as one likes


@pytest.mark.parametrize("gpus", [1], indirect=True)
@pytest.mark.parametrize("accelerator", ["auto", "gpu"])
def test_more_gpus_than_there_are(gpus: None, accelerator: str) -> None:
    with pytest.raises(ConfigError, match=r"trainer.devices=4: GPUs found here: 1"):
        check_devices(Trainer(devices=4, accelerator=accelerator))


@pytest.mark.parametrize("gpus", [2], indirect=True)
@pytest.mark.parametrize(
    "trainer", [Trainer(), Trainer(devices=2, accelerator="gpu"), Trainer(devices=4, accelerator="cpu")]
)
def test_what_is_there_is_taken(gpus: None, trainer: Trainer) -> None:
    check_devices(trainer)


@pytest.mark.parametrize("gpus", [1], indirect=True)
def test_a_process_that_was_given_one_of_several_sees_no_other(gpus: None) -> None:
    check_devices(Trainer(devices=4, accelerator="gpu"), given=True)
