"""Machines a plan can be made for: those of a small table, and the one this is.

Memory, bandwidth and arithmetic are the makers' figures for dense bfloat16 with float32 sums; how much of them a run
sees is stated in `cost.py`.
"""

import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from crescent.config.schema import Trainer
from crescent.errors import ConfigError


@dataclass(frozen=True)
class Hardware:
    """One device. `memory` in GB (10^9 bytes), `bandwidth` in GB/s, `flops` in 10^12 operations per second.

    `slowness`: how many times as long small operations take as on the machine that `cost.py` was fitted on.
    """

    name: str
    memory: float
    bandwidth: float
    flops: float
    is_gpu: bool = True
    slowness: float = 1.0


TABLE = {
    hardware.name: hardware
    for hardware in (
        Hardware("rtx_3090", 25.8, 936, 71),
        Hardware("rtx_4090_24gb", 25.8, 1008, 165),
        Hardware("l40s", 51.5, 864, 362),
        Hardware("a100_40gb", 42.9, 1555, 312),
        Hardware("a100_80gb", 85.9, 2039, 312),
        Hardware("h100_80gb", 85.9, 3350, 989),
        Hardware("h200", 151.4, 4800, 989),
        Hardware("cpu_16_cores", 64.0, 100, 1.0, is_gpu=False),
    )
}
"""Bandwidth and arithmetic from NVIDIA's data sheets (rtx_3090, rtx_4090: the Ampere and Ada whitepapers)."""

NAMES = {"H200": "h200", "H100": "h100_80gb", "L40S": "l40s", "RTX 4090": "rtx_4090_24gb", "RTX 3090": "rtx_3090"}
SIDE = 768
SMALL_SECONDS = 1.9e-6
"""A product of two 32 x 32 matrices in numpy, on the machine that `cost.py` was fitted on."""


def hardware(name: str | None, trainer: Trainer) -> Hardware:
    """The machine of that name, or, with None, the one this is: its first GPU if `trainer` allows, or its CPU.

    Raises:
        ConfigError: the table has no such machine.
    """
    if name is None:
        return (trainer.accelerator != "cpu" and _gpu()) or cpu(trainer.threads)
    if name not in TABLE:
        raise ConfigError([f"plan.hardware={name}: not in the table; it takes {', '.join(TABLE)}, or null"])
    return TABLE[name]


def cpu(threads: int | None = None) -> Hardware:
    """This machine's cores, or `threads` of them, measured for a third of a second: large and small matrix products.

    What else runs on the machine at that moment is in the figures.
    """
    import numpy as np

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    cores = len(os.sched_getaffinity(0))
    share = min(threads or cores, cores) / cores
    large, small = (np.ones((side, side), dtype=np.float32) for side in (SIDE, 32))
    flops = share * 2 * SIDE**3 / _seconds_per_call(lambda: large @ large) / 1e12
    slowness = _seconds_per_call(lambda: small @ small) / SMALL_SECONDS
    name = f"this machine, {cores} cores"
    return Hardware(name, memory, min(8.0 * cores, 100.0), flops, is_gpu=False, slowness=slowness)


def _seconds_per_call(call: Callable[[], object]) -> float:
    call()
    begin, calls = time.perf_counter(), 0
    while time.perf_counter() - begin < 0.15:
        call()
        calls += 1
    return (time.perf_counter() - begin) / calls


def _gpu() -> Hardware | None:
    """The first GPU that NVIDIA's driver lists, at the table's rates for its kind; unknown ones count as A100."""
    try:
        listed = subprocess.run(
            ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"],
            capture_output=True, text=True, timeout=10, check=True,
        ).stdout  # fmt: skip
        name, _, megabytes = listed.splitlines()[0].rpartition(",")
        memory = float(megabytes) * 1.048576e-3
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None
    a100 = "a100_80gb" if memory > 60 else "a100_40gb"
    like = TABLE[next((known for part, known in NAMES.items() if part in name), a100)]
    return Hardware(name.strip(), memory, like.bandwidth, like.flops)
