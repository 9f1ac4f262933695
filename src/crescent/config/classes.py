"""A class by its place on the Python path: found, held against a protocol, and settings held against its signature."""

import hashlib
import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass
from dataclasses import field as dataclass_field
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

from crescent.config.check import WORDS, Mistake, did_you_mean, shown, unfit
from crescent.config.keys import plain
from crescent.errors import ConfigError


def class_at(place: str, said: str) -> Any:
    """The class at `module:Class`; `said` is how it was asked for, for errors.

    Raises:
        ConfigError: what is missing on the way.
    """
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
        raise ConfigError([f"{said}: its module {module} cannot be imported: {first_line(error)}"]) from error
    found = getattr(loaded, name, None)
    if not inspect.isclass(found):
        classes = [each for each, kind in vars(loaded).items() if inspect.isclass(kind) and kind.__module__ == module]
        raise ConfigError([f"{said}: {module} has no class {name}{did_you_mean(name, classes)}"])
    return found


def lacks(found: Any, protocol: Any) -> Iterator[str]:
    """What a class lacks of the protocol: methods, arguments of its methods, and attributes."""
    for name, wanted in vars(protocol).items():
        if name.startswith("_") or not callable(wanted):
            continue
        given = getattr(found, name, None)
        if not callable(given) or name in getattr(found, "__abstractmethods__", ()):
            yield f"the class has no method {name}{_arguments(wanted)}, see docs/extending.md"
            continue
        bound = isinstance(inspect.getattr_static(found, name), staticmethod | classmethod)
        try:
            count = len(inspect.signature(wanted).parameters) - bound
            inspect.signature(given).bind(*range(count))
        except (TypeError, ValueError):
            yield f"its method {name} must take {_arguments(wanted)}, and takes {_arguments(given)}"
    for name in vars(protocol).get("__annotations__", {}):
        declared = any(name in vars(kind).get("__annotations__", {}) for kind in found.__mro__ if kind is not protocol)
        if not (name.startswith("_") or hasattr(found, name) or declared):
            yield f"the class has no attribute {name}, see docs/extending.md"


def wrong_settings(key: str, found: Any, given: Mapping[str, Any], use: str) -> Iterator[Mistake]:
    """What a class does not take of the settings `given` below `key`, and what it needs besides; `use` names it."""
    parameters = dict(inspect.signature(found).parameters)
    hints, bounds = settings_types(found), settings_fields(found)
    free = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values())
    for name, value in given.items():
        full = f"{key}.{name}"
        if name not in parameters:
            if not free:
                yield Mistake((full,), f"{full}: unknown key{_near(name, list(parameters), use)}")
        elif (wanted := _unfit(value, hints.get(name, Any), bounds.get(name))) is not None:
            yield Mistake((full,), f"{shown(full, value)}: {wanted}")
    kinds = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    for name, parameter in parameters.items():
        if name not in given and parameter.kind in kinds and parameter.default is inspect.Parameter.empty:
            yield Mistake((key, f"{key}.{name}"), f"{key}.{name} is missing: give it a value")


def settings_types(found: Any) -> dict[str, Any]:
    """Setting -> its type, of a class; nothing where its types cannot be read."""
    try:
        return get_type_hints(found if is_dataclass(found) else found.__init__)
    except (NameError, TypeError):
        return {}


def settings_fields(found: Any) -> dict[str, Field[Any]]:
    """Setting -> its field with bounds, of a dataclass."""
    return {field.name: field for field in fields(found)} if is_dataclass(found) else {}


def code_digest(found: Any) -> str:
    """The digest of the file that a class is written in; other modules that it imports are not looked at."""
    file = getattr(sys.modules.get(found.__module__), "__file__", None)
    return hashlib.sha256(Path(file).read_bytes() if file else repr(found).encode()).hexdigest()


def first_line(error: Exception) -> str:
    """An error in one line."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _arguments(method: Any) -> str:
    names = [str(each).partition(":")[0] for each in inspect.signature(method).parameters.values()]
    return f"({', '.join(name for name in names if name != 'self')})"


def _near(name: str, names: list[str], use: str) -> str:
    if not names:
        return f"; what {use} names takes no settings"
    return did_you_mean(name, names) or f"; it takes {', '.join(names)}"


def _unfit(value: Any, hint: Any, field: Field[Any] | None) -> str | None:
    """Why a value does not fit its setting. Types that the schema does not know are the class's own matter."""
    return unfit(value, hint, field or _PLAIN) if plain(hint) in WORDS else None


_PLAIN: Field[Any] = dataclass_field()
"""A field without bounds."""
