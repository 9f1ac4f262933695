"""Where a model's files are: in this package, in another installed one, in a folder, or on the hub."""

import os
import re
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from crescent.config.schema import Model
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


ID = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")
SECONDS = 10.0
"""How long the hub may take to answer."""


def is_cached(path: str, revision: str | None) -> bool:
    """Whether the model's configuration is in the hub's cache on this machine; its weights are then, too, as a rule."""
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(path, "config.json", revision=revision), str)


def reach(config: Model) -> None:
    """See that the hub has the model of `config` and gives it to us.

    Raises:
        ModelError: no such id, no such revision, gated, or no network and not in the cache.
    """
    path, revision = config.path, config.revision
    if not ID.fullmatch(path):
        raise ModelError(f"model.path {path}: no such folder or file here; a hub id is written ORGANISATION/NAME")
    if is_cached(path, revision):
        return
    from huggingface_hub import HfApi
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    hub = HfApi(endpoint=os.environ.get("HF_ENDPOINT"))
    try:
        found = hub.model_info(path, revision=revision, timeout=SECONDS)
        if found.gated:
            hub.auth_check(path)
    except GatedRepoError:
        raise ModelError(
            f"model.path {path}: gated. Accept its licence at {hub.endpoint}/{path}, then log in with `hf auth login`."
        ) from None
    except RepositoryNotFoundError:
        raise ModelError(
            f"model.path {path}: the hub knows no such model, or it is private. Look the id up, or `hf auth login`."
        ) from None
    except RevisionNotFoundError:
        raise ModelError(f"model.revision {revision}: {path} has no such branch, tag or commit") from None
    except Exception as error:
        # The network's own errors come from several libraries and have no common base.
        raise ModelError(
            f"model.path {path}: no such folder here, not in the cache, and the hub does not answer "
            f"({type(error).__name__}). Fetch it where there is a network: hf download {path}"
        ) from None
