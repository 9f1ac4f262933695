from crescent.commands.half_hour.constants import refitted
from crescent.config.schema import Config
from crescent.models.shape import Sizes
from crescent.plan.cost import GPU, LAYER_SECONDS
from crescent.plan.hardware import Hardware

SIZES = Sizes(parameters=10**9, layers=20, hidden=1024, kv_heads=8, head_dim=64, vocabulary=1000)
MACHINE = Hardware("a card", 80.0, bandwidth=1000.0, flops=100.0)


def by_name(decoding: dict[str, float], training: dict[str, float]) -> dict[str, float]:
    return {found.name: found.measured for found in refitted(Config(), SIZES, MACHINE, decoding, training)}


def decoding(layer: float, decode: float) -> dict[str, float]:
    """What a machine would show that reaches these: 100 steps of 1,000 sequences, 50,000 tokens of prompts."""
    reading = 4e9 / (1e12 * GPU.bandwidth)
    computing = 100_000 * 2e9 / (1e14 * decode)
    return {
        "prompt_tokens": 50_000.0, "prefill_s": 50_000 * 2e9 / (1e14 * 0.4), "new_tokens": 100_000.0,
        "alone_ms_per_token": 1000 * (reading + 20 * layer), "decoding_steps": 100.0,
        "decoding_s": 100 * 20 * layer + max(computing, 100 * reading),
    }  # fmt: skip


def test_what_a_machine_reaches_is_found_again() -> None:
    found = by_name(decoding(layer=1e-4, decode=0.25), {"tokens_per_s": 5000.0})
    assert {name: round(value, 6) for name, value in found.items()} == {
        "GPU.prefill": 0.4,
        "LAYER_SECONDS": 1e-4,
        "GPU.decode": 0.25,
        "GPU.train": 5000 * 6e9 / 1e14,
    }


def test_a_share_that_reading_hides_is_not_told() -> None:
    figures = decoding(layer=LAYER_SECONDS, decode=30.0)
    assert set(by_name(figures, {})) == {"GPU.prefill", "LAYER_SECONDS"}
    assert by_name({}, {}) == {}
