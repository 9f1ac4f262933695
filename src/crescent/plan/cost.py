"""Seconds and memory of a stage on a machine, by counting operations and bytes.

A generated token costs 2 operations per weight that it passes through, a trained one 6 (forward 2, backward 4; Kaplan
et al., 2020, section 2.1), and 8 when activations are recomputed. A decoding step reads all weights, also those of
experts that few tokens pass through, and the keys and values of every sequence. What share of a machine's rates is
reached, and what a step costs besides, are the constants below: those for the CPU are fitted to runs of `nano` on two
idle cores, those for GPUs are what transformers is known to reach and were not measured here.
"""

from dataclasses import dataclass

from crescent.config.schema import Config, Training
from crescent.models.shape import Sizes
from crescent.plan.hardware import Hardware
from crescent.plan.workload import Work


@dataclass(frozen=True)
class Reach:
    """The share of a machine's arithmetic and bandwidth that a kind of work reaches."""

    prefill: float
    decode: float
    train: float
    bandwidth: float


GPU = Reach(prefill=0.45, decode=0.35, train=0.35, bandwidth=0.6)
CPU = Reach(prefill=0.5, decode=0.4, train=0.45, bandwidth=1.0)
LAYER_SECONDS = 0.5e-3
"""Of a decoding step per layer, spent launching work; vLLM replays recorded steps and takes a tenth."""
ROW_SECONDS = 20e-6
"""Of a decoding step per sequence, spent sampling on the CPU."""
SPREAD = 2.4
"""The longest text of a pass is this many times as long as the mean."""
TASK_SECONDS = 0.7
"""Building a benchmark's requests and reading its answers."""
START_SECONDS = 1.0
"""From the first line of a training to its first step."""
ROW_WORK_SECONDS = 0.3e-3
"""Dedup, voting and decontamination, per row."""
RESERVED_GB = 1.5
"""CUDA context, workspaces and fragments; on a CPU Python and its libraries."""
BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
LOGIT_BYTES = 14
"""Per logit of a training pass: half precision, float32, its softmax and gradient."""
LAYER_BYTES = 34
"""Activations per token and unit of width of one layer in half precision (Korthikanti et al., 2022, equation 1, without
the attention scores, which fused kernels do not keep)."""


@dataclass(frozen=True)
class Cost:
    """Expected seconds and peak memory in GB on one device, and how many sequences fit it at once."""

    seconds: float
    memory: float
    batch: int


def cost(work: Work, sizes: Sizes, config: Config, hardware: Hardware) -> Cost:
    """The cost of a stage whose work is split over all devices of `config.trainer`."""
    devices = config.trainer.devices * config.trainer.nodes
    if work.kind == "rows":
        return Cost(0.1 + work.sequences * ROW_WORK_SECONDS, 0.5, work.batch)
    if work.kind == "train":
        seconds = START_SECONDS * hardware.slowness + _training_seconds(work, sizes, config, hardware) / devices
        return Cost(seconds, _training_memory(work, sizes, config, devices), work.batch)
    return _generation(work, sizes, config, hardware, devices)


def _generation(work: Work, sizes: Sizes, config: Config, hardware: Hardware, devices: int) -> Cost:
    reach = GPU if hardware.is_gpu else CPU
    width = BYTES[work.model.dtype]
    weights = sizes.parameters * width
    per_token = 2 * sizes.layers * sizes.kv_heads * sizes.head_dim * width
    per_row = per_token * work.longest + sizes.vocabulary * 12
    free = 0.9 * hardware.memory * 1e9 - weights - RESERVED_GB * 1e9
    batch = max(1, min(work.batch, int(free / per_row)))
    arithmetic, bandwidth = hardware.flops * 1e12, hardware.bandwidth * 1e9 * reach.bandwidth
    operations = 2.0 * sizes.active
    written = work.new / max(work.sequences, 1)
    # The tasks of a benchmark are one stream.
    streams = 1 if work.kind == "evaluate" else work.passes
    steps = max(streams * written * SPREAD, work.new / batch)
    launching = (
        hardware.slowness * sizes.layers * LAYER_SECONDS * (0.1 if config.backend.name != "transformers" else 1.0)
    )
    reading = steps * weights / bandwidth + work.new * per_token * work.longest / 2 / bandwidth
    computing = work.new * operations / (arithmetic * reach.decode)
    # A GPU computes while it reads; a CPU's cores do both.
    stepping = max(reading, computing) if hardware.is_gpu else reading + computing
    sampling = 0.0 if hardware.is_gpu else work.new * ROW_SECONDS * hardware.slowness
    seconds = work.read * operations / (arithmetic * reach.prefill) + stepping + sampling
    seconds = (seconds + steps * launching) / devices
    if work.kind == "evaluate":
        seconds += work.passes * TASK_SECONDS * hardware.slowness
    elif work.stage.endswith("questions"):
        seconds += work.sequences * ROW_WORK_SECONDS
    return Cost(seconds, RESERVED_GB + (weights + batch * per_row) / 1e9, batch)


def _training_seconds(work: Work, sizes: Sizes, config: Config, hardware: Hardware) -> float:
    training = config.training
    reach = GPU if hardware.is_gpu else CPU
    operations = (8.0 if training.gradient_checkpointing else 6.0) * sizes.active
    # A GPU computes in float32 at about an eighth of its half precision rate.
    slower = 8.0 if hardware.is_gpu and training.precision == "32-true" else 1.0
    computing = slower * work.read * operations / (hardware.flops * 1e12 * reach.train)
    # AdamW reads and writes weight, gradient and two moments.
    updating = work.sequences * trained_weights(sizes, training) * 32 / (hardware.bandwidth * 1e9 * reach.bandwidth)
    return computing + updating


def trained_weights(sizes: Sizes, training: Training) -> int:
    """How many weights AdamW updates; adapters on every linear layer of the usual widths."""
    if training.method == "full":
        return sizes.parameters
    return sizes.layers * 20 * sizes.hidden * training.lora.rank


def _training_memory(work: Work, sizes: Sizes, config: Config, devices: int) -> float:
    training = config.training
    shares = devices if config.trainer.strategy == "fsdp" else 1
    half = training.precision == "bf16-mixed"
    tokens = min(work.batch * work.longest, max(training.micro_batch_tokens, work.longest))
    trained = trained_weights(sizes, training)
    # Float32 masters, gradients and two moments; the half-precision copies that autocast keeps for a pass.
    kept = sizes.parameters * (4 + (2 if half else 0)) + trained * 12
    logits = tokens * sizes.vocabulary * LOGIT_BYTES
    unit = 1 if half else 2
    if training.gradient_checkpointing:
        activations = tokens * sizes.hidden * unit * (2 * sizes.layers + LAYER_BYTES)
    else:
        activations = tokens * sizes.hidden * unit * LAYER_BYTES * sizes.layers
    return RESERVED_GB + (kept / shares + logits + activations) / 1e9
