"""The plan: what a run will cost, said before it starts."""

from dataclasses import dataclass

from crescent.config.schema.option import option


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
    agreed: float = option(0.6, low=0.01, high=1.0)
    """Share of the questions whose solutions agree enough to be trained on."""
