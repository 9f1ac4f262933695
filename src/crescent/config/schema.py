"""The typed configuration: one dataclass per group of `conf/`, every field with its meaning and its bounds.

The bounds stand in the field's metadata, so that `check.py` can report every value that breaks one, and so that help
and documentation say the same. Nothing here imports more than the standard library: a wrong configuration is reported
before anything heavy is loaded.
"""

from dataclasses import dataclass, field
from typing import Any


def option(default: Any, *, low: float | None = None, high: float | None = None, of: tuple[str, ...] = ()) -> Any:
    """A field with bounds (both inclusive) or a fixed choice of words."""
    metadata = {"low": low, "high": high, "of": of}
    if isinstance(default, list):
        return field(default_factory=lambda: list(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass
class Sampling:
    """How text is drawn from the model. Temperature 0 is greedy decoding."""

    temperature: float = option(1.0, low=0.0, high=5.0)
    """Logits are divided by it; 0 is greedy decoding."""
    top_p: float = option(1.0, low=0.01, high=1.0)
    """Nucleus: the smallest set of tokens with at least this probability."""
    max_new_tokens: int = option(512, low=1, high=131072)
    """Longer texts are cut and counted as cut."""


@dataclass
class Model:
    """A causal language model: `embedded:NAME` from this package, a local folder, or a Hugging Face id."""

    name: str = "nano"
    """What the report calls the model."""
    path: str = "embedded:nano"
    """`embedded:NAME`, a local folder, or a Hugging Face id."""
    revision: str | None = None
    """Branch, tag or commit on the hub."""
    dtype: str = option("float32", of=("float32", "bfloat16", "float16"))
    """Precision of generation. Fine-tuning keeps float32 master weights."""
    context: int = option(512, low=16, high=1048576)
    """Longest conversation in tokens, prompt and solution together."""
    chat_template: str | None = None
    """Jinja text that replaces the tokenizer's own chat template."""
    trust_remote_code: bool = False
    """Run Python code that comes with the model. Off unless you trust its author."""


@dataclass
class Questions:
    """The bait, the rewrite, and when to stop asking for more."""

    bait: str = ""
    """The one prompt that makes the model write a question. Nothing else goes in (paper, section 2)."""
    rewrite: str = ""
    """Asks for a different question. `{question}` is the near-duplicate, `{other}` the one it resembles."""
    target: int = option(1000, low=1)
    """Accepted questions per round."""
    wave_size: int = option(512, low=1)
    """Questions the model is asked for at once."""
    max_waves: int = option(20, low=1)
    """Waves per round at most."""
    max_tokens: int | None = option(None, low=1)
    """Generated tokens per round after which no further wave is begun."""
    min_yield: float = option(0.05, low=0.0, high=1.0)
    """The waves end when a wave accepts less than this share of what the model wrote."""
    max_rewrites: int = option(1, low=0, high=20)
    """How often a near-duplicate is sent back before it is dropped. Every rewrite is checked again."""
    recheck_rewrites: bool = True
    """False repeats the published code: the first rewrite enters the pool unchecked."""
    sampling: Sampling = field(default_factory=Sampling)


@dataclass
class Minhash:
    """MinHash-LSH finds candidates; every candidate is verified by exact Jaccard on its shingles."""

    shingle: str = option("word", of=("word", "char"))
    """What a text is cut into before it is compared."""
    size: int = option(2, low=1, high=50)
    """Words or characters per shingle."""
    mask_numbers: bool = True
    """Numbers with their units become one mark, so that the same problem with other figures is the same."""
    mask_names: bool = False
    """Capitalised words that are no common words become one mark."""
    threshold: float = option(0.6, low=0.01, high=1.0)
    """Jaccard similarity from which two questions are near-duplicates."""
    permutations: int = option(256, low=8, high=4096)
    """Hash values per signature."""
    bands: int | None = option(None, low=1)
    """Bands x rows of the LSH table; both null: chosen so that a pair at the threshold is found with 0.98."""
    rows: int | None = option(None, low=1)
    """Hash values per band."""
    seed: int = option(1, low=0)
    """Of the permutations; part of the method, so it does not follow the run's seed."""


@dataclass
class Embedding:
    """Cosine similarity of embeddings finds paraphrases."""

    encoder: str = "model"
    """`model`: mean-pooled hidden states of the generating model; otherwise folder or id of a sentence encoder."""
    threshold: float = option(0.9, low=0.01, high=1.0)
    """Cosine similarity from which two questions are near-duplicates."""
    batch_size: int = option(128, low=1)
    """Questions embedded together."""


@dataclass
class Dedup:
    """The cascade of near-duplicate tests, cheapest first. A test that is null is left out."""

    exact: bool = True
    """Equal after Unicode, case and white-space normalisation."""
    minhash: Minhash | None = field(default_factory=Minhash)
    embedding: Embedding | None = None


@dataclass
class Voting:
    """K solutions per question, one majority answer or none."""

    prompt: str = ""
    """Asks for a solution. `{question}` is the question."""
    samples: int = option(8, low=1, high=4096)
    """Solutions sampled per question."""
    sampling: Sampling = field(default_factory=Sampling)
    rule: str = option("majority", of=("majority", "first", "weighted"))
    """`first` takes the first sample without a vote; `weighted` weighs votes by mean token log-probability."""
    reject_ties: bool = True
    """Reject a question whose leading answers have equally many votes; false: the one sampled first wins."""
    min_agreement: float = option(0.4, low=0.0, high=1.0)
    """The band of agreement that is kept, both ends inclusive, compared exactly."""
    max_agreement: float = option(1.0, low=0.0, high=1.0)
    """Below 1: questions that are too easy to learn from are dropped."""
    min_votes: int = option(2, low=1)
    """Votes that the majority answer needs at least."""
    representative: str = option("first", of=("first", "shortest", "median", "likeliest"))
    """Which of the solutions with the majority answer stands for the consensus."""
    marker: str = "####"
    """What the prompt asks to write before the final answer; empty: no marker."""
    symbolic: bool = True
    """Compare formulas with math-verify, where it is installed (extra `symbolic`), in a process with limits."""
    symbolic_seconds: float = option(5.0, low=0.1, high=600.0)
    """A comparison that takes longer is given up and counts as different."""
    symbolic_megabytes: int = option(2048, low=256)
    """Memory the comparing process may use."""
    adaptive: str = option("off", of=("off", "lossless", "probable"))
    """Stop sampling a question early: when its outcome is certain, or when its majority is probable enough."""
    confidence: float = option(0.95, low=0.5, high=1.0)
    """For `probable`: how sure the leading answer must be to beat the runner-up (Aggarwal et al., 2023)."""
    step: int = option(2, low=1)
    """Solutions asked for at a time when sampling is adaptive."""


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
class Training:
    """Fine-tuning of the student on question and solution, loss on the solution only."""

    pairs: str = option("consensus", of=("consensus", "unvoted", "shuffled"))
    """`unvoted` and `shuffled` are the controls: first sample without a vote; another question's solution."""
    max_pairs: int | None = option(None, low=1)
    """Pairs per round at most, drawn by seed, so that arms that are compared take the same number of steps."""
    accumulate: bool = True
    """Train on the pairs of all rounds so far; false: on this round's pairs alone."""
    start_from: str = option("base", of=("base", "previous"))
    """Each round starts from the base model, or from the best model so far."""
    epochs: int = option(2, low=1, high=1000)
    """How often each pair is seen."""
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
    micro_batch_size: int = option(16, low=1)
    """Rows per forward pass at most; the rest of the batch is accumulated. A row holds a pair, or several packed."""
    micro_batch_tokens: int = option(16384, low=8)
    """Tokens per forward pass at most, padding included; a single row may be longer."""
    packing: bool = False
    """Put several pairs into a row of `max_length` tokens, each seeing only itself; false: one per row, padded."""
    max_length: int = option(2048, low=8)
    """Longer conversations are dropped and counted, never cut."""
    clip: float = option(1.0, low=0.0)
    """Largest norm of the whole gradient; 0: not clipped."""
    precision: str = option("32-true", of=("32-true", "bf16-mixed"))
    """Arithmetic of the forward and backward pass, in Lightning's words. The trained weights stay float32."""
    gradient_checkpointing: bool = False
    """Recompute activations in the backward pass: less memory, about a third more time."""
    method: str = option("full", of=("full", "lora"))
    """Train all weights, or low-rank adapters that are merged into the model at the end."""
    lora: Lora = field(default_factory=Lora)
    checkpoint_every: int = option(20, low=1)
    """Optimizer steps between checkpoints."""


@dataclass
class Gate:
    """Keep a round only if the dev benchmark agrees; otherwise go back to the best round so far."""

    enabled: bool = True
    """False keeps every round, whatever the dev benchmark says."""
    min_gain: float = option(0.0, low=-1.0, high=1.0)
    """Accept when dev accuracy rises by more than this over the best model so far."""
    patience: int | None = option(None, low=1)
    """Rounds in a row without gain after which the run ends; null: never."""
    stop_on_false_confidence: bool = False
    """End the run when agreement rises while dev accuracy falls: the vote rewards consistent errors."""
    min_distinct: float = option(0.0, low=0.0, high=1.0)
    """End the run when a smaller share of the written questions was new: diversity has collapsed."""


@dataclass
class Evaluation:
    """lm-evaluation-harness on the base model and after every round."""

    tasks: list[str] = option(["nano_math", "nano_hard", "nano_skills"])
    """Benchmarks that are reported and that no decision reads."""
    dev_task: str = "nano_dev"
    """The only benchmark a decision may read. Must not be among `tasks`."""
    base: bool = True
    """Measure the base model too; without it there is no gain to report."""
    num_fewshot: int | None = option(0, low=0, high=64)
    """Worked examples before each item; null: as many as each task states."""
    chat_template: bool = True
    """Put items as the user's turn of the chat template, where the tokenizer has one."""
    filter: str = "flexible-extract"
    """Which filter's figure comes first where a task has several; tasks without it take their first."""
    limit: int | None = option(None, low=1)
    """Items per task, for quick looks."""
    batch_size: int = option(64, low=1)
    """Items decoded together."""
    max_new_tokens: int | None = option(None, low=1)
    """Longest output in tokens; null: as each task states."""
    bootstrap: int = option(10000, low=100)
    """Resamples of items for the paired 95 % interval."""
    local_data: dict[str, str] | None = None
    """Task -> folder or file with its problems, for machines without a network. Prompt and metrics stay the task's."""
    audit: str = option("none", of=("none", "nano"))
    """Who knows the truth of generated questions, for the report alone: `nano`, the embedded model's world."""
    contamination: Dedup | None = field(default_factory=Dedup)
    """When a generated question is too close to a benchmark's to be trained on; null: not checked."""
    gate: Gate = field(default_factory=Gate)


@dataclass
class Audit:
    """Questions with known answers, to learn what consensus labels are worth (`stage=audit`)."""

    data: str | None = None
    """A JSON Lines, JSON or CSV file, or a folder: its `test.*`, or its only such file."""
    limit: int | None = option(None, low=1)
    """Take the first rows only; null: all."""
    question: str | None = None
    """Column of the question; null: `question` as in GSM8K, or `Body` and `Question` as in SVAMP."""
    answer: str | None = None
    """Column of the true answer, whole or behind `####`; null: `answer` or `Answer`."""


@dataclass
class Backend:
    """What turns prompts into text."""

    name: str = option("transformers", of=("transformers",))
    """Which one."""
    batch_size: int = option(256, low=1)
    """Sequences decoded together."""
    shard_size: int = option(256, low=1)
    """Requests per shard: the unit that is written, resumed and split over ranks."""


@dataclass
class Trainer:
    """Where the work runs."""

    accelerator: str = option("auto", of=("auto", "cpu", "gpu"))
    """`auto` takes a GPU where there is one."""
    devices: int = option(1, low=1)
    """GPUs or processes that share a stage."""
    threads: int | None = option(None, low=1)
    """CPU threads; null: all cores."""


@dataclass
class Tracking:
    """Where figures go besides the run folder."""

    name: str = option("none", of=("none",))
    """`none`: the run folder only."""


@dataclass
class Config:
    """One run: everything that decides its results, and where they go."""

    name: str = "nano"
    """First part of the run folder's name."""
    seed: int = option(1, low=0, high=2**31 - 1)
    """Every random draw of the run derives from it."""
    rounds: int = option(2, low=1, high=100)
    """How often the loop of questions, consensus, fine-tuning and gate is gone through."""
    output_dir: str = "outputs"
    """Where the run folders are."""
    run_dir: str | None = None
    """The run folder itself; null: `output_dir/NAME-seedSEED` and the overrides."""
    stage: str = option("all", of=("all", "vote", "audit"))
    """`all`: the loop. `vote`: vote anew on a run's solutions. `audit`: what labels are worth, see `audit.data`."""
    executor: str = option("inline", of=("inline",))
    """`inline`: all stages in this process."""
    model: Model = field(default_factory=Model)
    questions: Questions = field(default_factory=Questions)
    dedup: Dedup = field(default_factory=Dedup)
    voting: Voting = field(default_factory=Voting)
    training: Training = field(default_factory=Training)
    evaluation: Evaluation = field(default_factory=Evaluation)
    audit: Audit = field(default_factory=Audit)
    backend: Backend = field(default_factory=Backend)
    trainer: Trainer = field(default_factory=Trainer)
    tracking: Tracking = field(default_factory=Tracking)
