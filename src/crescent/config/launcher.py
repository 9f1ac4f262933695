"""What a command says about who runs its jobs: the settings of `hydra/launcher=slurm`, and launchers Hydra ignores."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

from crescent.config.check import read
from crescent.config.schema.option import option
from crescent.private.hydra_internals import BASIC_LAUNCHER

SLURM = "hydra_plugins.crescent_launcher.SlurmLauncher"
BASIC = BASIC_LAUNCHER


@dataclass
class SlurmSettings:
    """The keys below `hydra.launcher`; their meanings stand in `conf/hydra/launcher/slurm.yaml`."""

    partition: str | None = None
    account: str | None = None
    qos: str | None = None
    constraint: str | None = None
    time_min: int = option(240, low=1)
    mem_gb: float | None = option(None, low=0.1)
    cpus_per_task: int | None = option(None, low=1)
    gpus_per_node: int | None = option(None, low=0)
    nodes: int = option(1, low=1)
    tasks_per_node: int = option(1, low=1)
    requeue: bool = True
    max_timeouts: int = option(20, low=0)
    signal_delay_s: int = option(120, low=1)
    array_parallelism: int = option(256, low=1)
    name: str = "crescent"
    setup: list[str] = option([])
    options: dict[str, str] = field(default_factory=dict)
    wait: bool = True


def slurm_settings(launcher: Mapping[str, Any]) -> tuple[SlurmSettings, list[str]]:
    """The settings in a composed `hydra.launcher`, and one line for each that is wrong."""
    values = {key: value for key, value in launcher.items() if key != "_target_"}
    if isinstance(values.get("options"), dict):
        values["options"] = {str(key): str(value) for key, value in values["options"].items()}
    settings, mistakes = read(values, SlurmSettings, "hydra.launcher.")
    return settings, [mistake.text for mistake in mistakes]


def launcher_mistakes(multirun: bool, taken: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    """Why a job would not run where its configuration says.

    `taken` is the launcher that Hydra uses: without -m none, and in a sweep the one of the configuration without the
    values that are swept. `wanted` is the one in the job's own configuration (hydra#2231: Hydra says nothing).
    """
    if wanted.get("_target_") == SLURM:
        yield from slurm_settings(wanted)[1]
    if wanted.get("_target_") == BASIC:
        return
    if not multirun:
        yield "hydra/launcher: without -m the run would be done here, by this process: add -m to submit it"
    elif taken.get("_target_") != wanted.get("_target_"):
        yield (
            "hydra/launcher is set by a file that the sweep chooses, and would be ignored: every run would be done "
            "here. Choose the launcher on the command line: hydra/launcher=slurm"
        )


CHOICE = "hydra/sweeper=tpe"
PLUGIN = "hydra_plugins.hydra_optuna_sweeper"


def mistakes(overrides: Iterable[str], multirun: bool) -> list[str]:
    """What keeps `hydra/sweeper=tpe` from working, if it is among the overrides."""
    words = list(overrides)
    if CHOICE not in words:
        return []
    found = [] if multirun else [f"{CHOICE}: draws several runs: add -m"]
    if not _installed():
        found.append(f"{CHOICE} needs the package `hydra-optuna-sweeper`: pip install 'crescent-lm[optuna]'")
    if not any("," in word.partition("=")[2] for word in words):
        found.append(
            f"{CHOICE}: nothing to choose from; give a key a range, as in 'voting.min_agreement=interval(0.2,0.9)'"
        )
    return found


def draws(sweeper: Any) -> bool:
    """Whether a composed `hydra.sweeper` learns from what the runs return."""
    return str(sweeper.get("_target_", "")).startswith(PLUGIN)


def _installed() -> bool:
    try:
        return find_spec(PLUGIN) is not None and find_spec("optuna") is not None
    except ModuleNotFoundError:
        return False
