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

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from dataclasses import field as dataclass_field
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, get_type_hints

from crescent.config.check import WORDS, Mistake, did_you_mean, shown, unfit
from crescent.config.keys import plain
from crescent.config.schema import Config
from crescent.errors import ConfigError

USE = "use"


@dataclass(frozen=True)
class Slot:
    """A place in the loop for one class.

    `group`: of `conf/`, and of entry points as `crescent.GROUP`. `key`: where its section is. `protocol`: what a class
    must have, as `module:Class`. `package`: whose modules are ours, each with a class of the module's name; None: the
    slot is empty unless somebody fills it.
    """

    group: str
    key: str
    protocol: str
    package: str | None = None

    def names(self) -> list[str]:
        """The short names: ours, then those that installed packages declare."""
        return list(self._places())

    def find(self, use: str) -> Any:
        """The class that `use` names.

        Raises:
            ConfigError: there is none; says what there is.
        """
        said = f"{self.key}.{USE}={use}"
        places = self._places()
        if ":" in use:
            return _class(use, said)
        if use not in places:
            choices = ", ".join([*places, "package.module:Class"])
            raise ConfigError([f"{said}: no such choice; it takes {choices}{did_you_mean(use, places)}"])
        return _class(places[use], said)

    def build(self, section: Mapping[str, Any]) -> Any:
        """The object that a checked section describes."""
        return self.find(section[USE])(**{name: value for name, value in section.items() if name != USE})

    def mistakes(self, section: Mapping[str, Any]) -> Iterator[Mistake]:
        """What is wrong with a section: the class, what it lacks, and its settings."""
        use = section.get(USE)
        if use is None and self.package is None and len(section) <= 1:
            return
        if not isinstance(use, str):
            yield Mistake((self.key,), f"{shown(f'{self.key}.{USE}', use)}: must be a name or package.module:Class")
            return
        try:
            found = self.find(use)
        except ConfigError as error:
            yield from (Mistake((f"{self.key}.{USE}",), text) for text in error.mistakes)
            return
        for lack in _lacks(found, _class(self.protocol, self.key)):
            yield Mistake((f"{self.key}.{USE}",), f"{self.key}.{USE}={use}: {lack}")
        given = {name: each for name, each in section.items() if name != USE}
        yield from _wrong_settings(self.key, found, given)
        if (own := getattr(found, "mistakes", None)) is not None and given:
            yield from own(self.key, given)

    def _places(self) -> dict[str, str]:
        """Short name -> `module:Class`. Nobody's package takes a name of ours."""
        declared = {each.name: each.value for each in entry_points(group=f"crescent.{self.group}")}
        modules = iter_modules(import_module(self.package).__path__) if self.package else ()
        protocol = self.protocol.partition(":")[0]
        names = [each.name for each in modules if f"{self.package}.{each.name}" != protocol]
        ours = {name: f"{self.package}.{name}:{_camel(name)}" for name in names}
        return ours | {name: declared[name] for name in sorted(declared.keys() - set(ours))}


SLOTS: dict[str, Slot] = {
    slot.group: slot
    for slot in (Slot("source", "source", "crescent.loop.sources.source:Source", "crescent.loop.sources"),)
}
"""Every slot, by its group of `conf/`."""


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _class(place: str, said: str) -> Any:
    """The class at `module:Class`. Raises ConfigError with what is missing on the way."""
    module, _, name = place.partition(":")
    try:
        loaded: ModuleType = import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and (module == error.name or module.startswith(f"{error.name}.")):
            reason = f"there is no module {error.name} on the Python path"
        else:
            reason = f"its module {module} needs `{error.name}`, which is not installed"
        raise ConfigError([f"{said}: {reason}"]) from error
    except Exception as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ConfigError([f"{said}: its module {module} cannot be imported: {reason}"]) from error
    found = getattr(loaded, name, None)
    if not inspect.isclass(found):
        classes = [each for each, kind in vars(loaded).items() if inspect.isclass(kind) and kind.__module__ == module]
        raise ConfigError([f"{said}: {module} has no class {name}{did_you_mean(name, classes)}"])
    return found


def _lacks(found: Any, protocol: Any) -> Iterator[str]:
    """What a class lacks of the protocol: methods, attributes, and arguments of its methods."""
    for name, wanted in vars(protocol).items():
        if name.startswith("_") or not callable(wanted):
            continue
        given = getattr(found, name, None)
        if not callable(given):
            yield f"the class has no method {name}{_arguments(wanted)}, see docs/extending.md"
            continue
        try:
            count = len(inspect.signature(wanted).parameters)
            inspect.signature(given).bind(*range(count))
        except (TypeError, ValueError):
            yield f"its method {name} must take {_arguments(wanted)}, and takes {_arguments(given)}"


def _arguments(method: Any) -> str:
    names = [str(each).partition(":")[0] for each in inspect.signature(method).parameters.values()]
    return f"({', '.join(name for name in names if name != 'self')})"


def _wrong_settings(key: str, found: Any, given: Mapping[str, Any]) -> Iterator[Mistake]:
    parameters = dict(inspect.signature(found).parameters)
    hints = get_type_hints(found if is_dataclass(found) else found.__init__)
    bounds = {field.name: field for field in fields(found)} if is_dataclass(found) else {}
    free = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values())
    for name, value in given.items():
        full = f"{key}.{name}"
        if name not in parameters:
            if not free:
                yield Mistake((full,), f"{full}: unknown key{_near(key, name, list(parameters))}")
        elif (wanted := _unfit(value, hints.get(name, Any), bounds.get(name))) is not None:
            yield Mistake((full,), f"{shown(full, value)}: {wanted}")
    for name, parameter in parameters.items():
        needed = parameter.default is inspect.Parameter.empty and parameter.kind is inspect.Parameter.KEYWORD_ONLY
        positional = parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        if name not in given and (needed or (positional and parameter.default is inspect.Parameter.empty)):
            yield Mistake((key, f"{key}.{name}"), f"{key}.{name} is missing: give it a value")


def _near(key: str, name: str, names: list[str]) -> str:
    if not names:
        return f"; what {key}.{USE} names takes no settings"
    return did_you_mean(name, names) or f"; it takes {', '.join(names)}"


def _unfit(value: Any, hint: Any, field: Any) -> str | None:
    """Why a value does not fit its setting. Types that the schema does not know are the class's own matter."""
    return unfit(value, hint, field or _PLAIN) if plain(hint) in WORDS else None


_PLAIN: Any = dataclass_field()
"""A field without bounds."""


def at(config: Config, key: str) -> Any:
    """The value of a dotted key."""
    value: Any = config
    for name in key.split("."):
        value = getattr(value, name)
    return value


def filled_slots_fit(config: Config) -> Iterator[Mistake]:
    """A rule of the configuration: what every slot uses is there, and takes these settings."""
    for slot in SLOTS.values():
        yield from slot.mistakes(at(config, slot.key))


def choosing(text: str) -> list[str]:
    """`source=my.module:Class` as overrides that Hydra can read; any other override as it is."""
    group, _, value = text.partition("=")
    if group in SLOTS and ":" in value:
        return [f"{group}=own", f"{SLOTS[group].key}.{USE}={value}"]
    return [text]
