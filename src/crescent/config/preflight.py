"""Everything that can be wrong with a command, found before anything heavy is imported and reported together."""

from collections.abc import Container, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from crescent.config.check import Mistake, touches
from crescent.config.keys import all_keys, is_entry
from crescent.config.launcher import BASIC, launcher_mistakes
from crescent.config.launcher import mistakes as sweeper_mistakes
from crescent.config.load import examine, plain_values
from crescent.config.overrides import Job, Overrides
from crescent.config.schema import Config, Model
from crescent.config.tree import Tree, conf_dir, search_beside
from crescent.errors import ConfigError


@dataclass
class Command:
    """What the command line says about the configuration."""

    overrides: list[str]
    multirun: bool = False
    config_path: str | None = None
    """Takes the place of the project's own `conf/`."""
    config_dir: str | None = None
    """Is searched besides it."""
    config_name: str | None = None


def preflight(command: Command) -> None:
    """Raise `ConfigError` with all mistakes of the command, of every job of its sweep."""
    register_schema()
    base = Path(command.config_path or conf_dir()).resolve()
    folders = [base, *([Path(command.config_dir).resolve()] if command.config_dir else [])]
    absent = [folder for folder in folders if not folder.is_dir()]
    if absent:
        raise ConfigError([f"{folder}: no such configuration folder" for folder in absent])
    tree = Tree(tuple(folders))
    search_beside(folders if command.config_path else folders[1:])
    overrides = Overrides(command.overrides, tree.groups(), command.multirun)
    lines = [mistake.text for mistake in overrides.mistakes]
    lines += sweeper_mistakes(command.overrides, command.multirun)
    with initialize_config_dir(str(base), version_base="1.3"):
        composer = Composer(tree, command.config_name or "config", {key for m in overrides.mistakes for key in m.keys})
        taken = composer.launcher(overrides.fixed())
        for job in overrides.jobs():
            lines += composer.mistakes(job)
            lines += launcher_mistakes(command.multirun, taken, composer.launcher(job.composed))
    if lines:
        raise ConfigError(list(dict.fromkeys(lines)))


def register_schema() -> None:
    """Give Hydra every key with its default under the name `schema`.

    As plain values, not as typed nodes: OmegaConf stops at the first wrong type, our own check reports all of them.
    """
    store = ConfigStore.instance()
    store.store(name="schema", node=asdict(Config()), provider="crescent")
    # A section that is null by default has its keys from here, so that each can be overridden.
    store.store(group="student", name="schema", node=asdict(Model()), provider="crescent")


class Composer:
    """Composes the jobs of one command. Jobs that choose the same files share their composition."""

    def __init__(self, tree: Tree, config_name: str, already_wrong: set[str]) -> None:
        self.tree = tree
        self.config_name = config_name
        self.already_wrong = already_wrong
        self.composed: dict[tuple[str, ...], tuple[DictConfig, Any] | str] = {}
        self.launchers: dict[tuple[str, ...], dict[str, Any]] = {}

    def launcher(self, overrides: list[str]) -> dict[str, Any]:
        """What `hydra.launcher` says with these overrides; nothing where the files are wrong."""
        self._compose(overrides)
        return self.launchers.get(tuple(overrides), {"_target_": BASIC})

    def mistakes(self, job: Job) -> Iterator[str]:
        """One line for each mistake of the job's resolved configuration."""
        composed = self._compose(job.composed)
        if isinstance(composed, str):
            yield composed
            return
        config, chosen = composed[0].copy(), composed[1]
        for key, value in job.values.items():
            problem = _set(config, key, value, self.tree.groups())
            if problem and key.partition(".")[0] not in self.already_wrong:
                yield problem
        wrong = set(self.already_wrong)
        for error in _broken_references(config):
            wrong.add(str(error.full_key))
            yield f"{error.full_key}: {_message(error)}"
        for mistake in examine(plain_values(config))[1]:
            if not touches(mistake.keys, wrong):
                yield mistake.text + self._where(mistake, job, chosen)

    def _compose(self, overrides: list[str]) -> tuple[DictConfig, Any] | str:
        """The configuration and the choice of each group, or what is wrong with the files."""
        key = tuple(overrides)
        if key not in self.composed:
            own = ",".join(f'"file://{folder}"' for folder in self.tree.folders[1:])
            try:
                config = compose(self.config_name, [*overrides, f"hydra.searchpath=[{own}]"], return_hydra_config=True)
                chosen = OmegaConf.to_container(config.hydra.runtime.choices)
                launcher = OmegaConf.to_container(config.hydra.launcher, resolve=True)
                if not isinstance(launcher, dict):
                    raise ConfigError(["hydra.launcher: a mapping of its settings is needed"])
                self.launchers[key] = {str(name): value for name, value in launcher.items()}
                OmegaConf.set_struct(config, False)
                del config["hydra"]
                self.composed[key] = config, chosen
            except (HydraException, OmegaConfBaseException, YAMLError) as error:
                self.composed[key] = _composition_problem(error)
        return self.composed[key]

    def _where(self, mistake: Mistake, job: Job, chosen: Any) -> str:
        """Names the file of a mistake that the command line did not make."""
        if touches(mistake.keys, job.values):
            return ""
        files = (self.tree.origin(key, chosen) for key in mistake.keys)
        named = [file for file in dict.fromkeys(files) if file]
        return f" ({', '.join(named)})" if named else ""


def _set(config: DictConfig, key: str, value: Any, groups: Container[str]) -> str | None:
    """Set a dotted key. Returns what is wrong when a group above it is switched off in this configuration."""
    above = key.rpartition(".")[0]
    if is_entry(key):  # A mapping that is null is one without entries yet.
        above = above.rpartition(".")[0]
    while above:
        if OmegaConf.select(config, above) is None:
            first, last = above.partition(".")[0], above.rpartition(".")[2]
            return f"{key}: {above} is null here; choose a {last if last in groups else first} that has it"
        above = above.rpartition(".")[0]
    try:
        OmegaConf.update(config, key, value, merge=True, force_add=is_entry(key))
    except OmegaConfBaseException as error:
        return f"{key}: {_message(error)}"
    return None


def _broken_references(config: DictConfig) -> Iterator[OmegaConfBaseException]:
    """Find every `${...}` that leads nowhere and put null in its place, so that the rest can be examined."""
    try:
        plain_values(config)
        return
    except OmegaConfBaseException:
        pass
    for key in all_keys():
        try:
            OmegaConf.select(config, key, throw_on_resolution_failure=True)
        except OmegaConfBaseException as error:
            yield error
            OmegaConf.update(config, key, None)


def _composition_problem(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error.__cause__, YAMLError | OmegaConfBaseException) else error
    mark = getattr(cause, "problem_mark", None)
    if mark is not None:
        return f"{mark.name}, line {mark.line + 1}: not valid YAML ({getattr(cause, 'problem', '')})"
    return _message(error) + (f" ({_message(cause)})" if cause is not error else "")


def _message(error: BaseException) -> str:
    """The first line of an error from Hydra or OmegaConf, which add several for their own developers."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return " ".join(lines[:2]) if lines[0].endswith(":") else lines[0]
