"""`python -m crescent check-sweep FILE...`: W&B sweep files, read and held against the configuration of their runs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import yaml

from crescent.commands.sweeps.values import possible
from crescent.config.check import did_you_mean
from crescent.config.preflight import Command, preflight
from crescent.errors import ConfigError

ARGUMENTS = "${args_no_hyphens}"
MACROS = ("${env}", "${interpreter}", "${program}", ARGUMENTS)
METRICS = ("dev/best", "dev/accuracy", "training/loss", "answers/mean_agreement", "questions/accepted", "run/wall_s")
BY_TASK = re.compile(r"(benchmark|gain)/[\w.-]+(/low|/high)?")
"""Names that a run logs, see `tracking/journal.py`; the first ones are those a sweep would look at."""


@dataclass
class Checked:
    """What is wrong with a file; its size in words and the arguments of one of its runs if nothing is."""

    mistakes: list[str] = field(default_factory=list)
    size: str = ""
    example: list[str] = field(default_factory=list)


def check(file: Path) -> Checked:
    """Every mistake of a sweep file at once."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        return Checked([getattr(error, "strerror", None) or "not UTF-8 text"])
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return Checked([f"not valid YAML{f', line {mark.line + 1}' if mark else ''}"])
    if not isinstance(content, Mapping):
        return Checked(["not a mapping; a sweep file has method, metric, command and parameters"])
    return _Sweep(content).checked()


class _Sweep:
    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content
        self.mistakes: list[str] = []
        self.method = content.get("method")
        self.values: dict[str, list[Any]] = {}

    def checked(self) -> Checked:
        command = self._command()
        self._method_and_metric()
        self._parameters()
        fixed = [word for word in command if "=" in word and not word.startswith(("-", "$"))]
        if "tracking=wandb" not in fixed:
            self.mistakes.append("command: tracking=wandb is missing, so W&B would never see the metric")
        # Bad values are named already; the keys and groups of the others are checked in every combination.
        sweeps = [f"{key}={','.join(map(str, values))}" for key, values in self.values.items() if values]
        try:
            preflight(Command([*fixed, *sweeps], multirun=True))
        except ConfigError as error:
            self.mistakes += error.mistakes
        count = prod(len(values) for values in self.values.values())
        first = [f"{key}={values[0]}" for key, values in self.values.items() if values]
        return Checked(
            list(dict.fromkeys(self.mistakes)),
            f"{count} combinations" if self.method == "grid" else f"drawn by {self.method}",
            ["python" if word == "${interpreter}" else word for word in command if word != ARGUMENTS] + first,
        )

    def _command(self) -> list[str]:
        if "program" not in self.content:
            self.mistakes.append("program: missing; W&B's agent reads it even where the command does not use it")
        command = self.content.get("command")
        if not isinstance(command, list) or not all(isinstance(word, str) for word in command):
            self.mistakes.append(f"command: must be a list of texts that ends with {ARGUMENTS}")
            return []
        if command.count(ARGUMENTS) != 1:
            self.mistakes.append(f"command: {ARGUMENTS} must be in it once: it gives key=value, as Hydra takes it")
        unknown = [word for word in command if word.startswith("${") and word not in MACROS]
        self.mistakes += [
            f"command: {word} is not of use here; Hydra takes {ARGUMENTS}"
            for word in unknown
            if not word.startswith("${envvar:")
        ]
        if {"-m", "--multirun"}.intersection(command[command.index("crescent") + 1 :] if "crescent" in command else []):
            self.mistakes.append("command: --multirun does not go with an agent, whose runs have one value per key")
        return command

    def _method_and_metric(self) -> None:
        methods = ("grid", "random", "bayes")
        if self.method not in methods:
            self.mistakes.append(f"method: must be one of {', '.join(methods)}")
        metric = self.content.get("metric")
        early = self.content.get("early_terminate")
        if metric is None:
            if self.method == "bayes" or early is not None:
                self.mistakes.append("metric: missing; bayes and early_terminate need name and goal")
            return
        name, goal = (metric.get("name"), metric.get("goal")) if isinstance(metric, Mapping) else (None, None)
        if not isinstance(name, str) or not (name in METRICS or BY_TASK.fullmatch(name)):
            self.mistakes.append(f"metric: no run logs {name}{did_you_mean(str(name), METRICS)}")
        if goal not in ("maximize", "minimize"):
            self.mistakes.append("metric: goal must be maximize or minimize")
        if early is not None and (not isinstance(early, Mapping) or early.get("type") != "hyperband"):
            self.mistakes.append("early_terminate: type must be hyperband")

    def _parameters(self) -> None:
        parameters = self.content.get("parameters")
        if not isinstance(parameters, Mapping) or not parameters:
            self.mistakes.append("parameters: must be a mapping of dotted keys to values")
            return
        for key, parameter in parameters.items():
            if str(key).lstrip("+") == "experiment":
                self.mistakes.append("experiment: belongs into the command, as +experiment=NAME")
                continue
            self.values[str(key)], wrong = possible(str(key), parameter)
            self.mistakes += wrong
            if self.method == "grid" and isinstance(parameter, Mapping) and "min" in parameter:
                self.mistakes.append(f"{key}: grid needs a list of values, a range has no end of them")
            if not self.values[str(key)]:
                self._exists(str(key))

    def _exists(self, key: str) -> None:
        """The check that a key without a good value would miss."""
        from crescent.config.keys import all_keys, find
        from crescent.config.tree import Tree, conf_dir

        if find(key) is None and key not in Tree((conf_dir(),)).groups():
            self.mistakes.append(f"{key}: unknown key{did_you_mean(key, all_keys())}")


def check_sweep(files: Sequence[str]) -> int:
    """Print one line per good file. Returns the exit code.

    Raises:
        ConfigError: names every mistake in every file.
    """
    if not files:
        raise ConfigError(["check-sweep: name at least one sweep file, as in: crescent check-sweep sweeps/votes.yaml"])
    mistakes: list[str] = []
    for name in files:
        checked = check(Path(name))
        mistakes += [f"{name}: {mistake}" for mistake in checked.mistakes]
        if not checked.mistakes:
            print(_shown(name, checked))
    if mistakes:
        raise ConfigError(mistakes)
    return 0


def _shown(name: str, checked: Checked) -> str:
    return f"{name}: good, {checked.size}; a run of it: {' '.join(checked.example)}"
