"""What the commands beside a run take: claims, the half hour, exports, plans."""

from dataclasses import dataclass

from crescent.config.schema.option import option, section


@dataclass
class Budget:
    """What every arm of a claim may spend in a round: the same for all, whatever an arm itself says."""

    tokens: int | None = option(None, low=1)
    """Tokens that are sampled, questions included: `voting.max_tokens` of every arm. null: as each arm says."""
    steps: int | None = option(None, low=1)
    """Optimizer steps: `training.steps` of every arm. null: as each arm says."""


@dataclass
class Claim:
    """Several arms of one experiment, each an ordinary run per seed, and one page about all of them (`stage=claim`)."""

    arms: dict[str, str] = section(dict)
    """Arm -> its overrides of this configuration, `key=value` apart by spaces. The first arm is what is claimed."""
    compare: str = option("round", of=("round", "last"))
    """Which models of two arms: those of the round that the first arm kept, or those that each arm ends with."""
    budget: Budget = section(Budget)
    """For the same effort of all arms. An arm with fewer rounds than the claim gets those rounds' tokens in its own."""
    repeats: int = option(3, low=1, high=100, affects=("length",))
    """Runs per arm, with `seed`, `seed` + 1, ... The arms of one seed are compared item by item."""


@dataclass
class HalfHour:
    """`stage=half_hour`: what a person with one GPU does first. How much of it is measured."""

    requests: int = option(256, low=1)
    """Problems that each way of writing solves."""
    new_tokens: int = option(256, low=2)
    """Most tokens of a reply."""
    steps: int = option(8, low=2)
    """Optimizer steps of each way of training, `training.batch_size` pairs each; the first is not timed."""
    minutes: float = option(8.0, low=0.1)
    """The longest that one step may take, the claim left out."""


@dataclass
class Export:
    """`stage=export` writes a run's pairs for other programs, and its model, into a folder. Nothing is uploaded."""

    round: int | None = option(None, low=1)
    """Which round; null: the best one, or the last one where none was accepted."""
    kind: str = option("conversations", of=("conversations", "preferences", "unpaired", "questions", "verl"))
    """`preferences`: chosen and rejected solutions (DPO); `unpaired`: solutions with true or false (KTO); `questions`:
    prompts with majority answers (GRPO); `verl`: the same in verl's layout."""
    file: str = option("jsonl", of=("jsonl", "parquet"))
    """Format of the rows; verl reads Parquet alone."""
    model: bool = False
    """Also the model of that round with a card; its files are linked, not copied, where that is possible."""
    folder: str | None = None
    """Where to; null: `exports/` in the run folder."""


@dataclass
class PlanOptions:
    """`plan=true` prints the plan and runs nothing. The figures are guesses that a run is later compared with."""

    enabled: bool = False
    """Plan instead of running; `plan=true` is short for it."""
    hardware: str | None = None
    """Plan for this machine of the table in docs/plan.md, as `a100_80gb`; null: for the one this is."""
    question_tokens: int = option(110, low=1)
    """Length of a question that the model writes, on average."""
    solution_tokens: int = option(320, low=1)
    """Length of a solution, on average."""
    item_tokens: int = option(320, low=1)
    """Length of what the model writes for a benchmark item, on average."""
    new: float = option(0.6, low=0.01, high=1.0)
    """Share of the written questions that are accepted in the end."""
    rewritten: float = option(0.5, low=0.0)
    """Rewrites per written question."""
    in_band: float = option(0.5, low=0.01, high=1.0)
    """Share of the questions that a proposer learns from (`questions.proposer`)."""
    agreed: float = option(0.6, low=0.01, high=1.0)
    """Share of the questions whose solutions agree enough to be trained on."""
