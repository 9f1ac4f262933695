"""Fine-tuning of the student."""

from dataclasses import dataclass, field

from crescent.config.schema.model import Sampling
from crescent.config.schema.option import option, section

CHECKPOINTS_KEPT = 2
"""Checkpoints on disk while none is being written: should the newest be damaged, there is one before it."""


@dataclass
class Lora:
    """Low-rank adapters instead of all weights (Hu et al. 2021). Needs the extra `lora`."""

    rank: int = option(16, low=1, high=4096)
    """Inner dimension of each adapter."""
    alpha: float = option(32.0, low=0.0)
    """The adapter's output is scaled by alpha / rank."""
    dropout: float = option(0.0, low=0.0, high=0.99)
    """Share of an adapter's inputs that is zeroed in training."""
    target_modules: list[str] = option(["all-linear"])
    """Modules that get an adapter, by name or its last part; `all-linear`: every linear layer but the head."""
    keep_adapter: bool = False
    """Also leave the adapter by itself beside the merged model."""


@dataclass
class Replay:
    """The student's own answers to general prompts, mixed into its training against forgetting. Off by default."""

    share: float = option(0.0, low=0.0, high=0.9)
    """Share of the training examples that are replayed; 0: none."""
    prompts: list[str] = option([])
    """General prompts, not about mathematics, which the student answers before its training (conf/prompts)."""
    sampling: Sampling = field(default_factory=Sampling)


@dataclass
class Training:
    """Fine-tuning of the student on question and solution, loss on the solution only.

    Keys that cut the same work differently, to save memory, decide nothing: they change the order in which numbers are
    added up, so the last bits of the weights, and a training that has begun may go on with others.
    """

    pairs: str = option("consensus", of=("consensus", "unvoted", "shuffled"), affects=("dataset",))
    """`unvoted` and `shuffled` are the controls: first sample without a vote; another question's solution."""
    max_pairs: int | None = option(None, low=1, affects=("dataset",))
    """Pairs per round at most, drawn by seed, so that arms that are compared take the same number of steps."""
    accumulate: bool = option(True, affects=("dataset",))
    """Train on the pairs of all rounds so far; false: on this round's pairs alone. Data that replace the earlier ones
    make models collapse over the rounds, data that add to them do not (Gerstgrasser et al. 2024, arXiv 2404.01413)."""
    start_from: str = option("base", of=("base", "previous"), affects=("replay", "training"))
    """Each round starts from the base model, or from the best model so far. As data accumulate, `base` is the default:
    no pair is then learned more often than another, and no round inherits the errors of the one before."""
    epochs: int = option(2, low=1, high=1000)
    """How often each pair is seen."""
    steps: int | None = option(None, low=1)
    """Optimizer steps of a training: the epochs repeat until so many are done; null: as `epochs` say."""
    learning_rate: float = option(2e-5, low=0.0, high=1.0)
    """The highest, reached after the warmup."""
    weight_decay: float = option(0.0, low=0.0, high=1.0)
    """AdamW's, decoupled from the gradient."""
    warmup: float = option(0.03, low=0.0, high=1.0)
    """Share of the steps over which the learning rate rises."""
    schedule: str = option("linear", of=("linear", "cosine", "constant"))
    """How the learning rate falls after the warmup."""
    batch_size: int = option(128, low=1)
    """Pairs per optimizer step."""
    micro_batch_size: int = option(16, low=1, affects=())
    """Without packing: pairs per forward pass at most; the rest of the batch is accumulated."""
    micro_batch_tokens: int = option(16384, low=8, affects=())
    """Tokens per forward pass at most, padding included; a single pair may be longer. Lower it to save memory."""
    packing: bool = option(True, affects=())
    """No padding: the pairs of a forward pass stand in one row and see only themselves, where the model can do that;
    false: a row per pair, padded."""
    max_length: int = option(2048, low=8)
    """Longer conversations are dropped and counted, never cut."""
    clip: float = option(1.0, low=0.0)
    """Largest norm of the whole gradient; 0: not clipped."""
    precision: str = option("32-true", of=("32-true", "bf16-mixed"))
    """Arithmetic of the forward and backward pass, in Lightning's words. The trained weights stay float32."""
    gradient_checkpointing: bool = option(False, affects=())
    """Recompute activations in the backward pass: less memory, about a third more time."""
    method: str = option("full", of=("full", "lora"))
    """Train all weights, or low-rank adapters that are merged into the model at the end."""
    lora: Lora = field(default_factory=Lora)
    replay: Replay = section(Replay, affects=("replay",))
    checkpoint_minutes: float = option(10.0, low=0.0, affects=())
    """Minutes between checkpoints, written while training goes on; two are kept. 0: one after every step."""


@dataclass
class Trainer:
    """Where the work runs."""

    accelerator: str = option("auto", of=("auto", "cpu", "gpu"))
    """`auto` takes a GPU where there is one."""
    devices: int = option(1, low=1)
    """GPUs or processes per node that share a stage; several need `executor=process`."""
    nodes: int = option(1, low=1)
    """Machines that share a stage; several need a Slurm allocation, see docs/slurm.md."""
    strategy: str = option("auto", of=("auto", "ddp", "fsdp"))
    """How several devices train: `ddp` (and `auto`) with a copy of the model on each; `fsdp` with a share of every
    weight on each."""
    threads: int | None = option(None, low=1)
    """CPU threads; null: all cores."""
