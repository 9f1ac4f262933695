"""Every random number of a run comes from one seed by way of this function."""

import hashlib
import json


def derived_seed(seed: int, *parts: str | int) -> int:
    """A seed of 63 bits that depends on `seed` and on all of `parts`, in their order.

    `parts` say what the seed is for, from the large to the small: the stage with its round (`round-01/training`), then
    what is random in it. It is a hash (BLAKE2b), so seeds of neighbours have nothing in common: with sums, round 1 of
    seed 2 would repeat round 2 of seed 1. As JSON, so that ("a", "b") is not ("a/b",), nor 1 the text "1".
    """
    text = json.dumps([seed, *parts], separators=(",", ":"))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") >> 1
