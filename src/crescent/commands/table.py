"""What a person can ask for: `python -m crescent COMMAND ...`, said once for the command line, its help and a job.

Most commands take the same words as a run and differ in one override: `crescent vote X` is `crescent stage=vote X`.
Nothing is imported before a command is called.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from crescent.config.schema import Config
from crescent.runs.failures import keeping
from crescent.runs.folder import check_place


@dataclass(frozen=True)
class Command:
    """A command. `function` is MODULE:NAME below this package.

    With `overrides` it takes a run's words, the overrides are added to them, and the function gets (configuration,
    run folder). Without (None) the function gets the words as they are. Both return the exit code.
    """

    says: str
    function: str
    overrides: tuple[str, ...] | None = None

    @property
    def call(self) -> Callable[..., int]:
        """The function, its module imported now."""
        module, _, name = self.function.partition(":")
        function: Callable[..., int] = getattr(import_module(f"crescent.commands.{module}"), name)
        return function


COMMANDS = {
    "run": Command("the whole loop; the word may be left out", "run:start", ()),
    "plan": Command("what a run will take, without running it", "plan:plan", ("plan.enabled=true",)),
    "claim": Command("method and controls over seeds, one page", "claim.runs:start", ("stage=claim",)),
    "half_hour": Command(
        "try and measure this machine, and a small claim", "half_hour.command:start", ("stage=half_hour",)
    ),
    "vote": Command("vote again on a run's solutions, by other rules", "vote:revote", ("stage=vote",)),
    "audit": Command("what a model's labels are worth", "audit:audit", ("stage=audit",)),
    "export": Command("a round's pairs and model for other programs", "export.command:export", ("stage=export",)),
    "status": Command("how the runs in a folder stand", "status.command:status"),
    "report": Command("the page of a run, also of one at work", "report:report"),
    "show": Command("the whole history of a question", "show:show"),
    "verify": Command("whether page and rows of a run or a claim agree", "verify.command:verify"),
    "check-sweep": Command("what is wrong with W&B sweep files", "sweeps.check:check_sweep"),
}


def start(config: Config, folder: Path) -> int:
    """Carry out the command that a composed configuration stands for, in its run folder. Returns the exit code.

    Raises:
        CrescentError: what the command raises; its whole chain of causes is then in the folder.
    """
    check_place(folder)
    with keeping(folder, config.backend.key_variable):
        return command_of(config).call(config, folder)


def command_of(config: Config) -> Command:
    """The command that a composed configuration stands for."""
    if config.plan.enabled:
        return COMMANDS["plan"]
    return COMMANDS["run" if config.stage == "all" else config.stage]


def no_command(words: Sequence[str]) -> str | None:
    """What is wrong with a word that stands first among the settings and is none, None where there is no such word."""
    word = words[0] if words else ""
    if not word or "=" in word or word[0] in "+~":
        return None
    if word in COMMANDS:
        return f"{word}: the command stands before its options"
    near = get_close_matches(word, COMMANDS, 1, 0.6)
    meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(COMMANDS)}; a setting is written KEY=VALUE"
    return f"{word}: no such command; {meant}"


def spelled_out(words: Sequence[str]) -> list[str]:
    """The words of a command line with its command as overrides: `vote run_dir=X` becomes `stage=vote run_dir=X`."""
    found = COMMANDS.get(words[0]) if words else None
    return [*found.overrides, *words[1:]] if found is not None and found.overrides is not None else list(words)
