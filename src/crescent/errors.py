"""What can go wrong, in words for the person at the terminal.

Every error a user can cause or mend is a `CrescentError`: one or two lines that say what is wrong, where it is and
what to do. The command line prints the message, and of a run where the chain of causes is (`crescent.runs.failures`);
anything else that escapes is a defect.
"""

from collections.abc import Sequence


class CrescentError(Exception):
    """Base of all errors whose message is meant for the user. `exit_code` is what the command line exits with."""

    exit_code = 1


class ConfigError(CrescentError):
    """The configuration is wrong. Carries every mistake found, not only the first."""

    exit_code = 2

    def __init__(self, mistakes: Sequence[str]) -> None:
        self.mistakes = list(mistakes)
        count = len(self.mistakes)
        head = "1 mistake in the configuration:" if count == 1 else f"{count} mistakes in the configuration:"
        super().__init__("\n".join([head, *(f"  - {mistake}" for mistake in self.mistakes)]))


class DataError(CrescentError):
    """An input or a row from outside cannot be used (wrong type, wrong encoding, missing column)."""


class DamagedError(CrescentError):
    """A file of the run folder is not what was written: truncated, altered or missing."""


class RunFolderError(CrescentError):
    """The run folder cannot be used for this run: another configuration, another process, no locks, no room."""


class ModelError(CrescentError):
    """A model or tokenizer cannot be loaded or used as asked."""


class StageError(CrescentError):
    """A stage cannot go on: nothing left to work on, a loss that is not a number, a model that writes nothing."""


class ProcessError(CrescentError):
    """A process of a stage ended without saying why: killed for its memory, crashed in a library, stopped by hand."""


class MissingEngineError(ModelError):
    """The interpreter that is to run an engine does not have it."""


class MissingExtraError(CrescentError):
    """An optional package is needed for what the configuration asks for."""

    def __init__(self, package: str, purpose: str, extra: str) -> None:
        super().__init__(f"{purpose} needs the package `{package}`: pip install 'crescent-lm[{extra}]'")
