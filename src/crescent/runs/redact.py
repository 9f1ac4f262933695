"""A configuration as it may leave the machine: without anything that opens a door."""

import os
import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "(hidden)"
_SECRET = re.compile(r"(^|_)(key|apikey|token|secret|password|passwd|credential)s?$", re.IGNORECASE)
_LOGIN_IN_URL = re.compile(r"(?<=://)[^/@\s]+(?=@)")
SHORTEST = 8
"""Values of the environment that are shorter are no secrets, and would be found everywhere."""


def redacted(value: Any, environ: Mapping[str, str] = os.environ) -> Any:
    """The value with secrets replaced, in nested mappings and lists alike.

    Hidden are texts under keys such as `api_key`, values of environment variables with such names wherever they turn
    up, and logins inside of addresses.
    """
    known = [text for name, text in environ.items() if _SECRET.search(name) and len(text) >= SHORTEST]
    return _clean(value, known)


def _clean(value: Any, known: list[str]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: HIDDEN if isinstance(item, str) and item and _SECRET.search(str(key)) else _clean(item, known)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_clean(item, known) for item in value]
    if isinstance(value, str):
        for secret in known:
            value = value.replace(secret, HIDDEN)
        return _LOGIN_IN_URL.sub(HIDDEN, value)
    return value
