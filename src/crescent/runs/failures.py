"""What is left of an error that ends a run: a line on the screen, and the whole chain of causes in the run's folder."""

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crescent.errors import ConfigError, CrescentError, ProcessError, RunFolderError, StageError
from crescent.runs.atomic import publish
from crescent.runs.folder import TRACEBACK
from crescent.runs.redact import redacted

LED_TO = "\nwhich led to:\n\n"
KEPT = "_crescent_kept_in"
"""Attribute of an error whose chain is on disk: the file."""


@contextmanager
def keeping(folder: Path, key_variable: str = "") -> Iterator[None]:
    """Write down an error that ends the block: `keep`."""
    try:
        yield
    except Exception as error:
        keep(error, folder, key_variable)
        raise


def keep(error: Exception, folder: Path, key_variable: str = "") -> Path | None:
    """Write the chain of `error` to `traceback.txt` in `folder`, once; None where there is nothing to add to its line.

    That is so for a refusal before a run has a folder, for mistakes in a configuration, and for a folder that is not
    this run's to write to. `key_variable`: an environment variable with a secret, whatever its name.
    """
    known: Path | None = getattr(error, KEPT, None)
    if known is not None:
        return known
    refusal = isinstance(error, CrescentError) and not isinstance(error, StageError | ProcessError)
    if isinstance(error, ConfigError | RunFolderError) or (refusal and error.__cause__ is error.__context__ is None):
        return None
    path = folder / TRACEBACK
    if folder.is_dir():
        with suppress(OSError, CrescentError):
            publish(path, chain(error, key_variable).encode(errors="replace"))
            setattr(error, KEPT, path)
            return path
    return None


def chain(error: BaseException | None, key_variable: str = "") -> str:
    """The tracebacks of an error and of all that led to it, the first cause first, without secrets.

    What `raise ... from None` keeps from the reader of a message is part of it.
    """
    parts: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        parts.append("".join(traceback.format_exception(type(error), error, error.__traceback__, chain=False)))
        error = error.__cause__ or error.__context__
    secrets = os.environ | {"BACKEND_KEY": os.environ.get(key_variable, "")}
    return str(redacted(LED_TO.join(reversed(parts)), secrets))


def screen_message(error: Exception) -> str:
    """What the screen says of an error that ended a run, and where the chain is. A defect without a folder is shown
    with its whole chain."""
    path: Path | None = getattr(error, KEPT, None)
    if isinstance(error, CrescentError):
        return f"{error}{'' if path is None else f'{chr(10)}Details: {path}'}"
    if path is None:
        return chain(error).rstrip("\n")
    said = str(error).strip().splitlines()
    return str(redacted(f"A defect: {type(error).__name__}{f' ({said[0][:200]})' if said else ''}\nDetails: {path}"))
