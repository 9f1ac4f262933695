"""The constants of a plan, from what was measured here: the shares of the machine's rates that the work reaches."""

from collections.abc import Iterator, Mapping

from crescent.commands.half_hour.findings import Refit
from crescent.config.schema import Config
from crescent.models.shape import Sizes
from crescent.plan.cost import BYTES, CPU, GPU, LAYER_SECONDS, ROW_SECONDS
from crescent.plan.hardware import Hardware

Figures = Mapping[str, float]


def refitted(config: Config, sizes: Sizes, machine: Hardware, decoding: Figures, training: Figures) -> list[Refit]:
    """What `Reach` and `LAYER_SECONDS` of `crescent.plan.cost` would be on this machine, of those that can be told.

    `decoding`, `training`: figures of these steps, empty where they failed.
    """
    found = list(_writing(config, sizes, machine, decoding)) if decoding else []
    if training:
        operations = (8.0 if config.training.gradient_checkpointing else 6.0) * sizes.parameters
        train = training["tokens_per_s"] * operations / (machine.flops * 1e12)
        reach, name = (GPU, "GPU") if machine.is_gpu else (CPU, "CPU")
        found.append(Refit(name=f"{name}.train", assumed=reach.train, measured=train))
    return found


def _writing(config: Config, sizes: Sizes, machine: Hardware, figures: Figures) -> Iterator[Refit]:
    """A pass over prompts alone gives `prefill`. A sequence alone gives what a layer costs beside reading the weights.
    What is then left of the decoding is arithmetic, or on a GPU whichever of arithmetic and reading takes longer: a
    share is told only where it is the arithmetic."""
    reach, name = (GPU, "GPU") if machine.is_gpu else (CPU, "CPU")
    arithmetic, operations = machine.flops * 1e12, 2.0 * sizes.parameters
    prefill = figures["prompt_tokens"] * operations / figures["prefill_s"] / arithmetic
    yield Refit(name=f"{name}.prefill", assumed=reach.prefill, measured=prefill)
    reading = sizes.parameters * BYTES[config.model.dtype] / (machine.bandwidth * 1e9 * reach.bandwidth)
    layers = max(figures["alone_ms_per_token"] / 1000 - reading, 0.0)
    yield Refit(name="LAYER_SECONDS", assumed=LAYER_SECONDS, measured=layers / sizes.layers / machine.slowness)
    left = figures["decoding_s"] - figures["decoding_steps"] * layers
    read = figures["decoding_steps"] * reading
    if not machine.is_gpu:
        left -= read + figures["new_tokens"] * ROW_SECONDS * machine.slowness
    if left > (1.05 * read if machine.is_gpu else 0.0):
        decode = figures["new_tokens"] * operations / left / arithmetic
        yield Refit(name=f"{name}.decode", assumed=reach.decode, measured=decode)
