from pathlib import Path

import pytest

from crescent.config.launcher import BASIC, SLURM, SlurmSettings, launcher_mistakes, slurm_settings
from crescent.config.preflight import Command, preflight
from crescent.errors import ConfigError

ON_SLURM = {"_target_": SLURM}
HERE = {"_target_": BASIC}


def test_the_shipped_file_has_every_setting_and_its_default() -> None:
    from hydra import compose, initialize_config_dir
    from omegaconf import OmegaConf

    from crescent.config.preflight import register_schema
    from crescent.config.tree import conf_dir

    register_schema()
    with initialize_config_dir(str(conf_dir()), version_base="1.3"):
        composed = compose("config", ["hydra/launcher=slurm"], return_hydra_config=True)
    shipped = OmegaConf.to_container(composed.hydra.launcher, resolve=True)
    assert isinstance(shipped, dict)
    settings, mistakes = slurm_settings({str(key): value for key, value in shipped.items()})
    assert (settings, mistakes) == (SlurmSettings(), [])
    assert shipped.keys() - {"_target_"} == vars(SlurmSettings()).keys()


def test_wrong_settings_are_named() -> None:
    lines = slurm_settings({**ON_SLURM, "time_min": 0, "setup": "module load cuda", "requeue": "yes"})[1]
    assert lines == [
        "hydra.launcher.time_min=0: must be a whole number of at least 1",
        "hydra.launcher.setup=module load cuda: must be a list of texts, such as [a,b]",
        "hydra.launcher.requeue=yes: must be true or false",
    ]


def test_a_launcher_that_would_be_ignored_is_a_mistake() -> None:
    assert list(launcher_mistakes(True, ON_SLURM, ON_SLURM)) == []
    assert list(launcher_mistakes(True, HERE, HERE)) == []
    assert list(launcher_mistakes(False, HERE, HERE)) == []
    assert "without -m" in next(launcher_mistakes(False, ON_SLURM, ON_SLURM))
    assert "would be ignored" in next(launcher_mistakes(True, HERE, ON_SLURM))


def test_slurm_without_a_sweep_is_refused() -> None:
    with pytest.raises(ConfigError, match="add -m to submit it"):
        preflight(Command(["hydra/launcher=slurm"]))
    preflight(Command(["hydra/launcher=slurm", "seed=1,2"], multirun=True))


def test_an_experiment_that_chooses_the_launcher_works_alone_and_not_in_a_sweep_of_experiments(tmp_path: Path) -> None:
    (tmp_path / "experiment").mkdir()
    text = "# @package _global_\ndefaults: [nano_quick, {override /hydra/launcher: slurm}, _self_]\nname: NAME\n"
    for name in ("one", "two"):
        (tmp_path / "experiment" / f"{name}.yaml").write_text(text.replace("NAME", name))
    own = str(tmp_path)
    preflight(Command(["+experiment=one", "seed=1,2"], multirun=True, config_dir=own))
    with pytest.raises(ConfigError, match="Choose the launcher on the command line"):
        preflight(Command(["+experiment=one,two"], multirun=True, config_dir=own))
    with pytest.raises(ConfigError, match="without -m"):
        preflight(Command(["+experiment=one"], config_dir=own))


def test_hydras_own_launcher_can_be_named() -> None:
    preflight(Command(["hydra/launcher=basic", "seed=1,2"], multirun=True))
    with pytest.raises(ConfigError, match="did you mean slurm"):
        preflight(Command(["hydra/launcher=slrum"], multirun=True))
