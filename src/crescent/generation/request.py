"""What is asked of a model, and the seeds that make every sample independent of its neighbours."""

import hashlib
from collections.abc import Sequence

import msgspec

from crescent.config.seeds import derived_seed


class Request(msgspec.Struct, frozen=True):
    """One chat message to the model and the number of samples wanted of its reply.

    `id` is unique within a stage: the samples' seeds follow from it and from the stage's seed, so neither the order of
    requests nor the batch they land in changes a sample.
    """

    id: str
    prompt: str
    samples: int = 1
    first: int = 0
    """Number of the first sample: asked for in two parts, samples are the same as asked for at once."""


class Continuation(Request, frozen=True, kw_only=True):
    """A text to go on with, in place of a chat message: `prompt` as it is read, and its tokens.

    The completion has the text as it was written, space and stop string included, by at most `limit` tokens (and no
    more than the sampling allows). It ends with the first token that completes one of the texts `until`. Its
    log-probability is over all tokens drawn, some of which may stand behind that one. See `Backend.continues`.
    """

    ids: tuple[int, ...]
    limit: int
    until: tuple[str, ...] = ()


def requests_digest(requests: Sequence[Request]) -> str:
    """16 hexadecimal digits that stand for these requests, for the name of the shard that answers them.

    What else decides the answers, the sampling, the seed and the model, is the same for all shards of a stage and
    stands in its plan.
    """
    return hashlib.sha256(msgspec.json.encode(list(requests))).hexdigest()[:16]


Shard = tuple[int, list[Request]]
"""Index of the shard and its requests."""


def sample_seed(seed: int, request: str, sample: int) -> int:
    """The 63-bit seed of one sample. `seed` is that of the stage it is drawn in."""
    return derived_seed(seed, request, sample)
