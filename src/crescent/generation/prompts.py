"""Filling a prompt's fields with text that may itself contain braces."""

import re

FIELD = re.compile(r"\{(\w+)\}")


def fill(template: str, **fields: str) -> str:
    """`template` with every `{name}` of `fields` replaced, in one pass: what is filled in is not filled again."""
    return FIELD.sub(lambda match: fields.get(match[1], match[0]), template)
