"""The launcher behind `hydra/launcher=slurm`. Hydra takes launchers from this namespace package only."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf


class SlurmLauncher(Launcher):
    """Submits one job per configuration; all that it does is in `crescent.launching`."""

    def __init__(self, **settings: Any) -> None:
        """The settings are read from the configuration."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Called by Hydra before `launch`."""
        self._loader, self._config = hydra_context.config_loader, config

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> list[JobReturn]:
        """One result per job, its exit code as the return value."""
        from crescent import cli
        from crescent.errors import ConfigError
        from crescent.launching.job import Submission
        from crescent.launching.slurm import launch
        from crescent.private.hydra_internals import finished

        composed = [self._loader.load_sweep_config(self._config, list(overrides)) for overrides in job_overrides]
        submissions = [Submission.of(config) for config in composed]
        settings = OmegaConf.to_container(self._config.hydra.launcher, resolve=True)
        if not isinstance(settings, dict):
            raise ConfigError(["hydra.launcher: a mapping of its settings is needed"])
        codes = launch(submissions, {str(k): v for k, v in settings.items()}, str(self._config.hydra.sweep.dir))
        cli.codes.extend(codes)
        if settings.get("wait", True):  # what was only submitted has nothing to show yet
            cli.folders.extend(Path(submission.folder) for submission in submissions)
        return [finished(submission.overrides, code) for submission, code in zip(submissions, codes, strict=True)]
