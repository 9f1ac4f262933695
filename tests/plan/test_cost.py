import dataclasses

import pytest

from crescent.config.schema import Config, Model
from crescent.models.shape import Sizes
from crescent.plan.cost import cost
from crescent.plan.hardware import TABLE
from crescent.plan.workload import Work

LLAMA2_7B = Sizes(6738415616, 32, 4096, 32, 128, 32000)
GPU = TABLE["h200"]


def config() -> Config:
    made = Config(model=Model(dtype="bfloat16", context=4096))
    made.training.precision, made.training.gradient_checkpointing = "bf16-mixed", True
    made.training.micro_batch_tokens = 4096
    return made


def answers(**changes: object) -> Work:
    work = Work("round-01/answers", "generate", config().model, 1000, 100_000, 300_000, 64, 1024)
    return dataclasses.replace(work, **changes)


def training(**changes: object) -> Work:
    work = Work("round-01/training", "train", config().model, 100, 5_000_000, 0, 8, 512)
    return dataclasses.replace(work, **changes)


def test_the_memory_of_generation_is_weights_and_the_cache_of_the_batch() -> None:
    # Llama 2 7B keeps 2 x 32 layers x 4096 x 2 bytes = 0.5 MiB per token (Llama 2 has no grouped queries).
    found = cost(answers(), LLAMA2_7B, config(), GPU)
    assert found.batch == 64
    assert found.memory == pytest.approx(1.5 + 13.48 + 64 * 1024 * 0.524288e-3 + 64 * 32000 * 12e-9, rel=0.01)


def test_a_mixture_of_experts_computes_with_the_weights_in_use_and_holds_them_all() -> None:
    sparse = dataclasses.replace(LLAMA2_7B, active=LLAMA2_7B.parameters // 8)
    for work in (answers(batch=512), training()):
        dense_cost, sparse_cost = (cost(work, sizes, config(), GPU) for sizes in (LLAMA2_7B, sparse))
        assert sparse_cost.memory == dense_cost.memory
        assert sparse_cost.seconds < dense_cost.seconds
    assert LLAMA2_7B.active == LLAMA2_7B.parameters


def test_a_batch_that_does_not_fit_is_made_smaller() -> None:
    small = cost(answers(batch=512), LLAMA2_7B, config(), TABLE["a100_40gb"])
    assert 1 <= small.batch < 64
    assert small.memory < TABLE["a100_40gb"].memory
    assert small.seconds > cost(answers(batch=512), LLAMA2_7B, config(), GPU).seconds


def test_full_training_keeps_sixteen_bytes_per_weight_and_more() -> None:
    found = cost(training(), LLAMA2_7B, config(), GPU)
    assert 18 * 6.738 < found.memory < 22 * 6.738
    lora = config()
    lora.training.method = "lora"
    assert cost(training(), LLAMA2_7B, lora, GPU).memory < 50


@pytest.mark.parametrize("make", [answers, training])
def test_more_work_and_slower_machines_take_longer(make) -> None:
    work = make()
    fast, slow = (cost(work, LLAMA2_7B, config(), TABLE[name]).seconds for name in ("h200", "rtx_3090"))
    assert 0 < fast < slow
    more = dataclasses.replace(work, read=2 * work.read, new=2 * work.new, sequences=2 * work.sequences)
    assert fast < cost(more, LLAMA2_7B, config(), GPU).seconds < 2.1 * fast


def test_devices_share_the_work() -> None:
    two = config()
    two.trainer.devices = 2
    one = cost(training(), LLAMA2_7B, config(), GPU).seconds
    assert one / 2 < cost(training(), LLAMA2_7B, two, GPU).seconds < one


def test_training_takes_six_operations_per_weight_and_token() -> None:
    plain = config()
    plain.training.gradient_checkpointing = False
    found = cost(training(sequences=0), LLAMA2_7B, plain, GPU).seconds
    assert found == pytest.approx(1 + 6 * 6.738e9 * 5e6 / (989e12 * 0.35), rel=0.001)
