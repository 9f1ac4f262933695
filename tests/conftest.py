"""The embedded model, its configuration with tiny numbers, and one whole run of it that many tests look at."""

import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from crescent.config.schema import Config
from crescent.nano.wording import BAIT, REWRITE, SOLVE
from tests.left_out import left_out

if TYPE_CHECKING:
    from crescent.loop.stages.context import Context
    from crescent.models.load import Loaded


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """One line after everything else: which real parts were left out."""
    yield
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if isinstance(report.longrepr, tuple)]
    terminalreporter.write_line(left_out(report.longrepr[2] for report in skipped))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: `make unit` deals out whole files in this order, so that short ones come last."""
    slow = {item.path for item in items if any(item.get_closest_marker(name) for name in ("slow", "system"))}
    items.sort(key=lambda item: item.path not in slow)


# A busy machine is no failure: no example has a time limit.
settings.register_profile("crescent", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("crescent")


@pytest.fixture(scope="session")
def nano() -> "Loaded":
    import torch

    from crescent.config.schema import Model
    from crescent.models.load import load

    torch.set_num_threads(1)
    return load(Model())


def tiny(name: str = "tiny") -> Config:
    """The embedded model's configuration, small enough for a run of seconds."""
    config = Config(name=name)
    config.questions.bait, config.questions.rewrite, config.voting.prompt = BAIT, REWRITE, SOLVE
    config.questions.sampling.max_new_tokens = config.voting.sampling.max_new_tokens = 96
    config.questions.target, config.questions.wave_size, config.questions.max_waves = 24, 20, 3
    config.voting.samples, config.voting.min_agreement, config.voting.symbolic = 4, 0.5, False
    config.training.epochs, config.training.batch_size, config.training.learning_rate = 1, 8, 1e-3
    config.training.max_length = 384
    config.evaluation.tasks, config.evaluation.limit = ["nano_math"], 6
    config.evaluation.max_new_tokens, config.evaluation.audit = 64, "nano"
    config.backend.shard_size, config.trainer.threads, config.trainer.accelerator = 8, 1, "cpu"
    return config


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a complete run of `tiny()`. Only to be read: take `copied_run` to change anything."""
    from crescent.commands.run import start

    folder = tmp_path_factory.mktemp("runs") / "tiny"
    assert start(tiny(), folder) == 0
    return folder


@pytest.fixture
def copied_run(finished_run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished_run, tmp_path / "copy"))


@pytest.fixture(scope="session")
def context_of() -> Callable[..., "Context"]:
    """Makes the context that stages are given, for a folder and a configuration, without the pipeline around it."""

    def make(folder: Path, config: Config | None = None, **overrides: Any) -> "Context":
        from crescent.console.progress import Reporter
        from crescent.loop.stages.context import Context, ModelRef
        from crescent.models.identity import identity
        from crescent.runs.folder import Run

        config = config or tiny()
        folder.mkdir(parents=True, exist_ok=True)
        base = ModelRef("base", config.model.path, identity(config.model))
        return Context(Run(folder, config), config, Reporter(quiet=True), base, **overrides)

    return make
