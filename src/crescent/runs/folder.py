"""The folder of one run: one resolved configuration and everything made with it."""

import json
import platform
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from crescent import __version__
from crescent.config.effects import deciding
from crescent.config.schema import Config
from crescent.errors import CrescentError, RunFolderError
from crescent.runs.atomic import TEMPORARY, clear_temporary, no_folder, publish
from crescent.runs.events import EventLog
from crescent.runs.lock import LOCK, locked
from crescent.runs.manifest import SPEC, Manifest, Spec
from crescent.runs.names import ROUNDS, in_order, round_number
from crescent.runs.stage import FollowedStage, Stage
from crescent.runs.store import Store

CONFIG = "config.yaml"
DECIDED = "looked-into-the-store"
ENVIRONMENT = "environment.json"
FORMAT = 3
"""Of run folders. It changes when a new version would read an older folder wrongly, or make other rows with the same
settings: 2 has seeds by hash, shards that name their requests, and checkpoints of all ranks; 3 has sources, labels,
selection, objective and gate rule as slots, and rows that say where a question is from."""
TRACEBACK = "traceback.txt"
"""How the last start ended in an error, see `crescent.runs.failures`."""
PACKAGES = ("torch", "transformers", "pytorch-lightning", "datasketch", "lm-eval", "hydra-core", "numpy")


class Run:
    """Paths, stages, events and status of one run folder. Made by `opened`, which holds the lock.

    `follows`: this process is one of several that share a stage, and not the one that keeps its books. `exchange`: the
    folder in which these write to each other.
    """

    def __init__(self, path: Path, config: Config, follows: bool = False, exchange: Path | None = None) -> None:
        self.path = path
        self.config = config
        self.follows = follows
        self.events = EventLog(path / "events.jsonl")
        self.store = Store(Path(config.store)) if config.store else None
        self._decided = exchange / DECIDED if exchange is not None and self.store is not None else None

    def stage(self, name: str, number: int, config: Mapping[str, Any], inputs: Mapping[str, str]) -> Stage:
        """The stage `name` of code version `number`, with the part of the configuration it depends on."""
        plan = Spec(stage=name, version=number, config=dict(config), inputs=dict(inputs))
        if self.follows:
            return FollowedStage(self.path, plan, self.events, decided=self._decided)
        return Stage(self.path, plan, self.events, self.store, self._decided)

    def status(self, state: str, **fields: Any) -> None:
        """Publish `status.json`: what the run is doing, for people and for other programs."""
        write_json(self.path / "status.json", {"state": state, "time": round(time.time(), 3), **fields})

    @contextmanager
    def working(self) -> Iterator[None]:
        """State `running` while the block runs; if it ends in an error, status and events say so."""
        self.status("running")
        try:
            yield
        except BaseException as error:
            message = str(error) if isinstance(error, CrescentError) else type(error).__name__
            self.status("interrupted" if isinstance(error, KeyboardInterrupt) else "failed", reason=message)
            self.events.append("end", reason=message)
            raise

    def manifests(self) -> Iterator[Manifest]:
        """The manifests of all finished stages, in path order."""
        from crescent.runs.manifest import MANIFEST, read_sealed

        for path in sorted(self.path.glob(f"*/*/{MANIFEST}"), key=in_order):
            manifest = read_sealed(path, Manifest)
            if manifest is not None:
                yield manifest


@contextmanager
def opened(path: Path, config: Config) -> Iterator[Run]:
    """Lock the run folder, make it if need be, and see that it belongs to this configuration.

    Raises:
        RunFolderError: in use, made with another configuration (every differing key is named), or unwritable.
    """
    with locked(path):
        clear_temporary(path)
        check_config(path, config)
        run = Run(path, config)
        write_json(path / ENVIRONMENT, environment())
        (path / TRACEBACK).unlink(missing_ok=True)
        try:
            yield run
        except CrescentError:
            raise
        except Exception as error:
            run.status("failed", reason=type(error).__name__)
            raise
        finally:
            if run.store is not None:
                run.store.release()


def check_place(path: Path) -> None:
    """See that a run folder can be at `path`, before anything looks or writes into it.

    What a start that was killed at once leaves behind does not make a folder somebody else's.

    Raises:
        RunFolderError: a file, a link to nowhere, a path that no file system takes, or a folder with something in it
            that no run has made.
    """
    try:
        names = {file.name for file in path.iterdir() if not file.name.startswith(TEMPORARY)}
    except FileNotFoundError as error:
        if path.is_symlink():
            raise no_folder(path, error) from error
        return
    except OSError as error:
        raise no_folder(path, error) from error
    if CONFIG not in names and names - {LOCK, TRACEBACK}:
        raise RunFolderError(
            f"{path} is not empty and no run folder (no {CONFIG}). Choose another run_dir, or leave it out."
        )


def check_config(path: Path, config: Config) -> None:
    """Compare with `config.yaml` in the folder, or write it there on the first start.

    Raises:
        RunFolderError: it has another value of a key that decides results, or more rounds than are wanted.
    """
    import yaml

    here, there = asdict(config), stored_config(path)
    if there is not None and (changed := differences(there, here)):
        raise RunFolderError(
            f"{path} belongs to another configuration ({'; '.join(changed.values())}). "
            "Use those settings again, or choose another name=... for a new run."
        )
    made = max((round_number(plan.parents[1]) or 0 for plan in path.glob(f"{ROUNDS}/*/{SPEC}")), default=0)
    if made > config.rounds:
        raise RunFolderError(
            f"{path} has {made} rounds already: rounds={config.rounds} would take some away, and a run only grows. "
            f"Take rounds={made} or more, or choose another name=... for a new run."
        )
    publish(path / CONFIG, yaml.safe_dump(here, sort_keys=False, allow_unicode=True).encode())


def stored_config(path: Path) -> dict[str, Any] | None:
    """The configuration that a run folder was made with, None where there is none yet.

    Raises:
        RunFolderError: it cannot be read, or the folder is of a version whose folders this one does not read.
    """
    import yaml

    file = path / CONFIG
    check_format(path)
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (yaml.YAMLError, UnicodeDecodeError):
        found = None
    if not isinstance(found, dict):
        raise RunFolderError(f"{file} cannot be read. Restore it, or choose another name=...")
    return found


def check_format(path: Path) -> None:
    """Refuse a folder of another format.

    Raises:
        RunFolderError: says which version made it.
    """
    made = read_json(path / ENVIRONMENT)
    if made is not None and (found := made.get("run_folder_format", 1)) != FORMAT:
        maker = made.get("crescent", "of an unknown version")
        raise RunFolderError(
            f"{path} was made by crescent {maker} in folder format {found}, and "
            f"this is crescent {__version__} with format {FORMAT}. Go on with that version, or choose another name=..."
        )


def differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> dict[str, str]:
    """Every key that differs and may not differ within a run, with `key: 4 there, 5 now`."""
    theirs, ours = deciding(there), deciding(here)
    return {
        key: f"{key}: {theirs.get(key)!r} there, {ours.get(key)!r} now"
        for key in sorted(ours.keys() | theirs.keys())
        if ours.get(key) != theirs.get(key)
    }


def environment() -> dict[str, Any]:
    """Versions and machine, for `environment.json`. Host and user names are left out on purpose."""
    found: dict[str, Any] = {"crescent": __version__, "run_folder_format": FORMAT, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return {**found, "system": platform.system(), "machine": platform.machine()}


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Publish a mapping as indented JSON."""
    publish(path, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON object, None where the file is missing or not one."""
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
