"""The command line: answer quickly, check everything, then let Hydra compose and run the job or the sweep."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crescent.commands.table import COMMANDS, no_command, spelled_out, start
from crescent.console.output import outlast, was_lost
from crescent.console.signals import listen
from crescent.errors import ConfigError, CrescentError

if TYPE_CHECKING:
    from omegaconf import DictConfig

INTERRUPTED = 130
ANSWERS = {"-h", "--help", "--keys", "--version"}
SPELLED_OUT = {"plan=true": "plan.enabled=true", "plan=false": "plan.enabled=false"}

codes: list[int] = []
"""Exit code of every job that ran in this process, since Hydra keeps a job's return value to itself."""
folders: list[Path] = []
"""The run folders of these jobs, and of those that a launcher ran elsewhere and waited for."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line (default: of this process) and return its exit code.

    0: done. 1: a run failed, or what it printed could not be written. 2: the configuration or the command is wrong.
    130: interrupted. A reader of the output who goes away (`| head`) stops nothing.
    """
    outlast()
    code = _carry_out(list(sys.argv[1:] if argv is None else argv))
    return 1 if was_lost() and not code else code


def _carry_out(arguments: list[str]) -> int:
    try:
        command = COMMANDS.get(arguments[0]) if arguments else None
        if command is not None and command.overrides is None:
            return command.call(arguments[1:])
        return _answer(arguments) if ANSWERS.intersection(arguments) else _check_and_launch(arguments)
    except CrescentError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED


def _answer(arguments: list[str]) -> int:
    """Print what is asked for, without Hydra: `--help` is the first thing a person waits for."""
    from crescent import __version__
    from crescent.commands.help import help_text
    from crescent.commands.keys import keys_text

    words = [word for word in arguments if not word.startswith("-")]
    if "--version" in arguments:
        print(f"crescent {__version__}")
    else:
        print(keys_text(words) if "--keys" in arguments else help_text())
    sys.stdout.flush()
    return 0


def job(composed: "DictConfig") -> float | None:
    """One run, called by Hydra with a composed configuration. Failures are shown and returned, so a sweep goes on.

    Returns the exit code, or to a sweeper that learns from its runs what it maximises, None from a run that failed.
    """
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode

    from crescent.commands.sweeps.objective import dev_best
    from crescent.config.defaults import job_compose
    from crescent.config.folder import run_folder
    from crescent.config.launcher import draws
    from crescent.config.load import to_config

    overrides = list(HydraConfig.get().overrides.task)
    try:
        config = to_config(composed)
        folder = run_folder(config, overrides, job_compose(HydraConfig.get()))
        folders.append(folder)
        code = start(config, folder)
    except Exception as error:
        from crescent.runs.failures import screen_message

        print(screen_message(error), file=sys.stderr)
        code = error.exit_code if isinstance(error, CrescentError) else 1
    if code and HydraConfig.get().mode == RunMode.MULTIRUN:
        print(f"failed: {' '.join(overrides)} (exit code {code})", file=sys.stderr)
    codes.append(code)
    if draws(HydraConfig.get().sweeper):
        return None if code else dev_best(folder)
    return code


def _check_and_launch(arguments: list[str]) -> int:
    listen()  # at once: seconds pass in looking and loading before a run has a folder
    import hydra
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    from crescent.config.overrides import for_hydra
    from crescent.config.preflight import Command, preflight
    from crescent.config.slots import choosing
    from crescent.config.tree import conf_dir
    from crescent.private.hydra_internals import command_line

    arguments = [each for word in spelled_out(arguments) for each in choosing(SPELLED_OUT.get(word, word))]
    parsed, rest = command_line().parse_known_args(arguments)
    overrides = parsed.overrides + [word for word in rest if not word.startswith("-")]
    if (wrong := no_command(overrides)) is not None:
        raise ConfigError([wrong])
    _refuse_unusable_flags(parsed, [word for word in rest if word.startswith("-")])
    if not (parsed.shell_completion or parsed.hydra_help):
        preflight(Command(overrides, parsed.multirun, parsed.config_path, parsed.config_dir, parsed.config_name))
    # Hydra reads sys.argv itself and wants all overrides in one block.
    sys.argv[1:] = [word for word in arguments if word not in overrides] + [for_hydra(word) for word in overrides]
    # Without this Hydra prints what goes wrong in several lines and exits; with it the error reaches us.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    codes.clear()
    folders.clear()
    try:
        hydra.main(version_base="1.3", config_path=str(conf_dir()), config_name="config")(job)()
    except (HydraException, OmegaConfBaseException) as error:
        raise ConfigError([" ".join(str(error).split())]) from error
    except ValueError:
        if not codes or 0 in codes:
            raise
        # Optuna looks for the best run although every run has failed, and said why.
    if parsed.multirun:
        _show_runs()
    return max(codes, default=0)


def _show_runs() -> None:
    """The runs of a sweep in one table; those that came to no folder, having said why, are not in it."""
    from crescent.commands.status.command import print_runs
    from crescent.commands.status.runs import find_runs
    from crescent.runs.folder import CONFIG

    if made := [folder for folder in folders if (folder / CONFIG).is_file()]:
        print_runs(find_runs(made))


def _meant(flag: str) -> str:
    from difflib import get_close_matches

    from crescent.commands.help import OPTIONS

    known = [word.strip(",") for word in OPTIONS.split() if word.startswith("--")]
    near = get_close_matches(flag.partition("=")[0], known, 1, 0.75)
    return f", did you mean {near[0]}?" if near else ""


def _refuse_unusable_flags(parsed: argparse.Namespace, unknown: list[str]) -> None:
    mistakes = [f"{flag}: unknown option{_meant(flag)}; see --help" for flag in unknown]
    commands = {"--run": parsed.run, "--multirun": parsed.multirun, "--cfg": parsed.cfg, "--info": parsed.info}
    given = [flag for flag, value in commands.items() if value]
    if len(given) > 1:
        mistakes.append(f"{' and '.join(given)} exclude each other")
    if parsed.resolve and not parsed.cfg:
        mistakes.append("--resolve goes with --cfg only")
    if parsed.experimental_rerun:
        mistakes.append("--experimental-rerun is not supported: the same command continues the same run")
    if mistakes:
        raise ConfigError(mistakes)
