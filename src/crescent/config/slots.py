"""Slots: steps of the loop that anybody may fill with a class of his own, and how a class for one is found and checked.

The section of a slot has the key `use` and, beside it, the settings of what is used:

    source: {use: file, path: questions.jsonl}           one of ours, by the name of its module
    source: {use: my_package.sources:Olympiad, level: 3}  a class from anywhere on the Python path
    source: {use: olympiad, level: 3}                     what an installed package declares, by its short name

A class for a slot takes its settings as keyword arguments with types and defaults, most easily as a dataclass, whose
fields may be an `option(...)` with bounds. What no type says of its settings a static method `mistakes(key, settings)`
may say, which yields a `Mistake` for each. Its module is imported while the configuration is checked, so it imports
what is heavy (torch, transformers) where it is used.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import Any

from crescent.config.check import Mistake, did_you_mean, shown
from crescent.config.classes import class_at, code_digest, first_line, lacks, wrong_settings
from crescent.config.schema import Config
from crescent.config.tree import conf_dir
from crescent.errors import ConfigError

USE = "use"
PLACE = "package.module:Class"


@dataclass(frozen=True)
class Slot:
    """A place in the loop for one class.

    `group`: of `conf/`, and of entry points as `crescent.GROUP`. `key`: where its section is. `protocol`: what a class
    must have, as `module:Class`. `package`: whose modules are ours, each with a class of the module's name; None: the
    slot is empty unless somebody fills it. `also`: further keys with a section of this kind.
    """

    group: str
    key: str
    protocol: str
    package: str | None = None
    also: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """The short names: ours, then those that installed packages declare."""
        return list(self._ours() | self._declared())

    def is_ours(self, use: str) -> bool:
        """Whether a name is that of a class of ours."""
        return use in self._ours()

    def declared(self) -> list[str]:
        """The short names that installed packages declare. What a file of `conf/` is called stays the file's."""
        files = {file.stem for file in (conf_dir() / self.group).glob("*.yaml")}
        return [name for name in self._declared() if name not in self._ours() and name not in files]

    def find(self, use: str, key: str | None = None) -> Any:
        """The class that `use` names, in the section at `key` (the slot's own if None).

        Raises:
            ConfigError: there is none; says what there is.
        """
        said = f"{key or self.key}.{USE}={use}"
        if ":" in use:
            return class_at(use, said)
        place = self._ours().get(use) or self._declared().get(use)
        if place is None:
            names = self.names()
            choices = ", ".join([*names, PLACE])
            raise ConfigError([f"{said}: no such choice; it takes {choices}{did_you_mean(use, names)}"])
        return class_at(place, said)

    def build(self, section: Mapping[str, Any]) -> Any:
        """The object that a checked section describes."""
        return self.find(section[USE])(**_settings(section))

    def mistakes(
        self, section: Mapping[str, Any], config: Config | None = None, key: str | None = None
    ) -> Iterator[Mistake]:
        """What is wrong with a section: the class, what it lacks, its settings, and what the class itself objects to.

        `key`: where the section is, for one that stands inside another, such as `source.parts[1]`. With `config` a
        class that has a method `mistakes(config)` is asked too, once its settings are good: it gives lines, or
        `Mistake`s.
        """
        key, use = key or self.key, section.get(USE)
        if use is None and self.package is None and len(section) <= 1:
            return
        if not isinstance(use, str) or not use:
            yield Mistake((key,), f"{shown(f'{key}.{USE}', use)}: must be a name or {PLACE}")
            return
        try:
            found = self.find(use, key)
        except ConfigError as error:
            yield from (Mistake((f"{key}.{USE}",), text) for text in error.mistakes)
            return
        said = f"{key}.{USE}"
        lines = [Mistake((said,), f"{said}={use}: {text}") for text in lacks(found, class_at(self.protocol, key))]
        lines += wrong_settings(key, found, _settings(section), said)
        yield from lines or self._objections(section, found, config, key)

    def code(self, section: Mapping[str, Any], key: str | None = None) -> dict[str, str]:
        """Key -> digest of the source of a class that is not ours, sections inside this one included.

        It stands among the inputs of a stage that uses the class: a changed class is noticed. Ours change with the
        stage's version.
        """
        key, use = key or self.key, section.get(USE)
        found: dict[str, str] = {}
        if isinstance(use, str) and not self.is_ours(use):
            found[f"{key}.{USE}"] = code_digest(self.find(use, key))
        for name, value in section.items():
            parts = {f"{key}.{name}": value} if isinstance(value, Mapping) else {}
            if isinstance(value, list):
                parts = {f"{key}.{name}[{number}]": part for number, part in enumerate(value)}
            for place, part in parts.items():
                found |= self.code(part, place) if isinstance(part, Mapping) and USE in part else {}
        return found

    def _objections(self, section: Mapping[str, Any], found: Any, config: Config | None, key: str) -> Iterator[Mistake]:
        try:
            made = found(**_settings(section))
            objects = getattr(made, "mistakes", None)
            for each in objects(config) if callable(objects) and config is not None else ():
                yield each if isinstance(each, Mistake) else Mistake((key,), f"{key}: {each}")
        except ConfigError as error:
            yield from (Mistake((key,), text) for text in error.mistakes)
        except Exception as error:
            yield Mistake((key,), f"{key}.{USE}={section[USE]}: cannot be made: {first_line(error)}")

    def _ours(self) -> dict[str, str]:
        """Short name -> `module:Class` of ours: every module of the package but the protocol's, and those with `_`."""
        modules = iter_modules(import_module(self.package).__path__) if self.package else ()
        protocol = self.protocol.partition(":")[0]
        names = [each.name for each in modules if f"{self.package}.{each.name}" != protocol and each.name[0] != "_"]
        return {name: f"{self.package}.{name}:{_camel(name)}" for name in names}

    def _declared(self) -> dict[str, str]:
        """Short name -> `module:Class` of those that installed packages declare. Nobody's takes a name of ours."""
        return {each.name: each.value for each in sorted(entry_points(group=f"crescent.{self.group}"))}


SLOTS: dict[str, Slot] = {
    slot.group: slot
    for slot in (
        Slot("source", "source", "crescent.loop.sources.source:Source", "crescent.loop.sources"),
        Slot("dedup", "dedup.own", "crescent.dedup.steps:Step", also=("evaluation.contamination.own",)),
        Slot("backend", "backend.own", "crescent.generation.own:OwnBackend"),
        Slot("gate", "evaluation.gate.rule", "crescent.evaluation.rules.rule:Rule", "crescent.evaluation.rules"),
        Slot("label", "label", "crescent.voting.labels.label:Label", "crescent.voting.labels"),
        Slot("select", "select", "crescent.voting.selection.selection:Selection", "crescent.voting.selection"),
        Slot(
            "objective",
            "objective",
            "crescent.training.objectives.objective:Objective",
            "crescent.training.objectives",
        ),
    )
}
"""Every slot, by its group of `conf/`."""


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _settings(section: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in section.items() if name != USE}


def at(config: Config, key: str) -> Any:
    """The value of a dotted key; None where a group above it is null."""
    value: Any = config
    for name in key.split("."):
        value = None if value is None else getattr(value, name)
    return value


def filled_slots_fit(config: Config) -> Iterator[Mistake]:
    """A rule of the configuration: what every slot uses is there, and takes these settings."""
    for slot in SLOTS.values():
        for key in (slot.key, *slot.also):
            if (section := at(config, key)) is not None:
                yield from slot.mistakes(section, config, key)


def code_of(config: Config, *keys: str) -> dict[str, str]:
    """What a stage that uses the sections at `keys` adds to its inputs: key -> digest of every class that is not ours.

    Sections inside them are looked at too, and one that is null has none.
    """
    found: dict[str, str] = {}
    for key in keys:
        [slot] = [slot for slot in SLOTS.values() if key in (slot.key, *slot.also)]
        found |= slot.code(at(config, key) or {}, key)
    return found


def choosing(text: str) -> list[str]:
    """`source=my.module:Class`, or the short name of an installed one, as overrides that Hydra can read.

    Any other override stays as it is.
    """
    group, _, value = text.partition("=")
    if group in SLOTS and (":" in value or value in SLOTS[group].declared()):
        return [f"{group}=own", f"{SLOTS[group].key}.{USE}={value}"]
    return [text]
