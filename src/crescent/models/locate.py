"""Where a model's files are. `embedded:NAME` is a folder of this package, the rest a path or a hub id as it stands."""

from importlib.resources import files
from pathlib import Path

from crescent.errors import ModelError

EMBEDDED = "embedded:"


def locate(path: str) -> str:
    """A folder or a hub id that `from_pretrained` takes.

    Raises:
        ModelError: no embedded model of that name.
    """
    if not path.startswith(EMBEDDED):
        return path
    name = path.removeprefix(EMBEDDED)
    folder = Path(str(files("crescent"))) / name / "weights"
    if not (folder / "config.json").is_file():
        raise ModelError(f"model.path: this package carries no model `{name}`; it carries `{EMBEDDED}nano`")
    return str(folder)
