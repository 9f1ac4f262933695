"""Where a model's files are: in this package, in another installed one, in a folder, or on the hub."""

from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from crescent.errors import ModelError

EMBEDDED = "embedded:"
PACKAGE = "package:"


def locate(path: str) -> str:
    """A folder, a GGUF file or a hub id. Paths and ids stay as they are.

    `embedded:NAME` is a folder of this package. `package:NAME` and `package:NAME/FILE` are the folder of an installed
    package and a file in it (several packages on PyPI carry a small model); a folder whose only model is a GGUF file
    stands for that file.

    Raises:
        ModelError: no embedded model or installed package of that name.
    """
    if path.startswith(EMBEDDED):
        return _embedded(path.removeprefix(EMBEDDED))
    place = _in_package(path.removeprefix(PACKAGE)) if path.startswith(PACKAGE) else path
    folder = Path(place)
    if folder.is_dir() and not (folder / "config.json").is_file():
        found = sorted(folder.glob("*.gguf"))
        if len(found) == 1:
            return str(found[0])
    return place


def _embedded(name: str) -> str:
    folder = Path(str(files("crescent"))) / name / "weights"
    if not (folder / "config.json").is_file():
        raise ModelError(f"model.path: this package carries no model `{name}`; it carries `{EMBEDDED}nano`")
    return str(folder)


def _in_package(name: str) -> str:
    package, _, file = name.partition("/")
    found = find_spec(package) if package.isidentifier() else None
    if found is None or not found.submodule_search_locations:
        raise ModelError(f"model.path {PACKAGE}{name}: there is no installed package `{package}`: pip install it first")
    return str(Path(found.submodule_search_locations[0]) / file)
