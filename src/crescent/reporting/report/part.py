"""The base of all parts of the typed `summary.json`."""

import msgspec


class Part(msgspec.Struct, kw_only=True):
    """Base of all parts. Fields that this version does not know are ignored, so that newer summaries still open."""
