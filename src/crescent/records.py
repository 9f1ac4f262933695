"""The typed rows that stages hand to each other, one JSON object per line on disk.

The words of `docs/architecture.md`: a *question* is written by the model; a *solution* is one sampled response; an
*answer* is the final value read from it; a *consensus* is the majority answer and the solution that stands for it; a
*pair* is what the student learns from. Rows refer to each other by `id`: `r01-w002-q00017` is question 17 of wave 2 of
round 1.
"""

from typing import Literal

import msgspec

REASONS = {
    "empty": "there is no text",
    "thoughts-alone": "the model spent its tokens thinking and said nothing (see `model.think` and `max_new_tokens`)",
    "cut-off": "the text did not end within the token limit",
    "prompt-repeated": "the text is the bait prompt, or starts with it",
    "chat-token": "a token of a chat template is written out",
    "thought": "the model thinks aloud",
    "dialogue": "the text has turns of several speakers",
    "answer-attached": "a marker or a label of an answer, or a solution after the question, is in the text",
    "preamble": "something is said before the question, as in “Sure! Here is a problem”",
    "several-questions": "the text has numbered or parted problems",
    "heading": "a title or label stands before the question",
    "no-quantity": "no number is in the text, in figures or in words",
    "nothing-asked": "the text has no question mark and no word that asks",
    "near-duplicate": "the text is too much like a question of the pool, after all rewrites that are allowed",
    "beyond-budget": "the tokens of the round were spent on the questions before it (`voting.max_tokens`)",
    "no-answer": "no final answer could be read from any solution",
    "tie": "the leading answers have equally many votes (`voting.reject_ties`)",
    "few-votes": "the majority answer has fewer votes than `voting.min_votes`",
    "agreement-low": "agreement is below `voting.min_agreement`",
    "agreement-high": "agreement is above `voting.max_agreement`: too easy to learn from",
    "views-disagree": "the majority on the model's own rewording of the question says something else (`label=views`)",
    "contaminated": "the question is too much like one of a benchmark (`evaluation.contamination`)",
    "margin-low": "the majority answer leads the next one by less than `select.least` (`select=margin`)",
    "below-schedule": "agreement is below what `select.least` asks in this round (`select=schedule`)",
    "less-learnable": "agreement is further from one half than that of the best pairs (`select=learnability`)",
    "out-of-order": "so many pairs are easier, or harder (`select=order`)",
    "shortest": "the solution is among the shortest (`select=shortest`)",
    "same-operations": "so many solutions take the same operations in the same order (`select=signature`)",
    "beyond-max-pairs": "the draw of `training.max_pairs` pairs left it out",
    "below-band": "agreement is below `questions.proposer.min_agreement`: the proposer does not learn from it",
    "above-band": "agreement is above `questions.proposer.max_agreement`: the proposer does not learn from it",
    "no-rejected": "no solution was outvoted: there is nothing to prefer the chosen one over (`objective.use=scpo`)",
    "no-weight": "the label rule gives the pair no weight (`objective.use=weighted`)",
    "no-solution": "the solution is empty: there is nothing to learn",
    "too-long": "question and solution have more tokens than `training.max_length`",
}
"""Every reason for which something is dropped, in the order of the loop, with its meaning."""


class Row(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Base of all rows. Unknown or mistyped fields in a file are an error, never ignored."""


class Completion(Row):
    """One sampled text. `request` names what was asked; `sample` counts the samples of that request from 0.

    `stop` is "stop" when the model ended the text itself and "length" when it was cut at the token limit.
    `logprob` is the mean natural-log probability per generated token under the sampling temperature 1 distribution,
    None where the backend does not say.
    """

    request: str
    sample: int
    text: str
    stop: Literal["stop", "length"]
    prompt_tokens: int
    tokens: int
    logprob: float | None


class Question(Row):
    """A question that was accepted into the pool. `rewrites` counts how often the model had to change it.

    `origin`: where it is from, such as `bait`, or `file questions.jsonl, row 17`.
    """

    id: str
    round: int
    wave: int
    text: str
    rewrites: int = 0
    origin: str = "bait"


class Given(Row):
    """A question that its source gave as it is, before anything was decided. `origin`: where it is from."""

    id: str
    text: str
    origin: str


class Diversity(Row):
    """How varied the accepted questions of a wave or a round are.

    `distinct_2` is the share of different word pairs, `templates` counts questions still different once numbers, units
    and names are masked. `new_mass` is the expected share of the next wave with a template not seen before.
    `nearest_50` and `nearest_90` are quantiles of the Jaccard similarity to the most similar other question. `vendi` is
    the effective number of different questions among `vendi_sample` of them.
    """

    distinct_2: float
    templates: int
    new_mass: float
    nearest_50: float
    nearest_90: float
    vendi: float
    vendi_sample: int

    @property
    def variety(self) -> float:
        """Effective questions per question sampled: near 1 all are different, near 0 all alike."""
        return self.vendi / max(self.vendi_sample, 1)


class WaveCount(Row):
    """What became of one wave: `written` = `accepted` + the sum of `drops`. `rewrites` and `tokens` say what it cost.

    `collisions` counts near-duplicates by the test that found them, those that a rewrite mended included. `origins`
    counts what was accepted by where it is from.
    """

    wave: int
    written: int
    rewrites: int
    accepted: int
    drops: dict[str, int]
    collisions: dict[str, int]
    diversity: Diversity
    tokens: int
    origins: dict[str, int] = {}


class Drop(Row):
    """Something that did not pass, and why: the rows that make `rows in = rows out + drops` hold.

    `reason` is a key of `REASONS`. For near-duplicates `other` is the id of the question it collided with, of what is
    contaminated the benchmark and the number of its item from 0 (`nano_math 17`); `test` is the check that said so
    ("exact", "minhash", "embedding") and `similarity` the verified Jaccard or cosine.
    """

    id: str
    text: str
    reason: str
    other: str | None = None
    test: str | None = None
    similarity: float | None = None


class Solution(Row):
    """One sampled solution with the answer read from it. `answer` is the canonical text, None where none was found."""

    question: str
    sample: int
    text: str
    answer: str | None
    match: str | None
    stop: Literal["stop", "length"]
    tokens: int
    logprob: float | None


class Consensus(Row):
    """The outcome of the vote on one question.

    `agreement` = votes for the majority answer / solutions sampled; solutions without an answer count in the
    denominator and never win. `reason` is None exactly when the consensus is accepted. `solution` is the sample number
    of the solution that stands for the consensus, `others` are those that stand beside it where several may.
    """

    question: str
    answer: str | None
    votes: int
    samples: int
    agreement: float
    margin: float
    tie: bool
    solution: int | None
    reason: str | None
    others: list[int] = []


class Proposed(Row):
    """A question that the proposer learns to ask; `agreement` is that of the solver's solutions."""

    id: str
    question: str
    agreement: float


class Replayed(Row):
    """What the student wrote to a general prompt before its training, to be learned along with the pairs."""

    prompt: str
    text: str


class Pair(Row):
    """One training example: the student learns to write `solution` after `question`.

    Of pairs that a vote chose: `weight` is what the label rule gives them (the share of votes for `soft`, else 1),
    `rejected` the text of the first solution with the least voted answer, and `margin` by how much of all solutions
    the chosen answer leads that one, (votes + - votes -) / K. Both are None where no answer has fewer votes.
    """

    id: str
    round: int
    question: str
    solution: str
    answer: str | None
    agreement: float | None
    weight: float = 1.0
    rejected: str | None = None
    margin: float | None = None
