"""The run folder that a person names for a command that only looks at it."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from crescent.config.load import to_config
from crescent.config.schema import Config
from crescent.errors import DataError
from crescent.runs.folder import CONFIG, stored_config

OUTPUTS = Path("outputs")
NEAREST = 3


def stored_run(folder: Path) -> Config:
    """The configuration of the run in `folder`.

    Raises:
        DataError: there is no run; names the nearest ones, beside it and in outputs/.
        RunFolderError, ConfigError: its configuration cannot be read.
    """
    values = stored_config(folder)
    if values is None:
        known = "it is no run folder" if folder.is_dir() else "no such folder"
        beside = [path.parent for place in (folder, folder.parent, OUTPUTS) for path in place.glob(f"*/{CONFIG}")]
        around = [place for place in folder.parents if (place / CONFIG).is_file()]
        runs = {str(path) for path in (*beside, *around)}
        raise DataError(f"{folder}: {known}.{nearest(str(folder), runs, 'runs')}")
    return to_config(values)


def nearest(wanted: str, known: Iterable[str], what: str) -> str:
    """` The nearest WHAT: ...`, to end a message with; nothing where there are none."""
    known = sorted(known)
    found = get_close_matches(wanted, known, NEAREST, cutoff=0.3) or known[:NEAREST]
    return f" The nearest {what}: {', '.join(found)}" if found else ""
