"""The `conf/` tree on disk: where it is, which groups it has, and which file a value comes from."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def conf_dir() -> Path:
    """The folder of the configuration: inside the installed package, or at the root of a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "conf"
    return installed if installed.is_dir() else package.parents[1] / "conf"


_beside: list[Path] = []
"""The folders of the person who started this process (`--config-dir`)."""


def search_beside(folders: Sequence[Path]) -> None:
    """Have `whole_tree` look into these folders too, from now on."""
    _beside[:] = folders


def whole_tree() -> "Tree":
    """The project's own configuration and the folders that the command named."""
    return Tree((conf_dir(), *_beside))


@dataclass(frozen=True)
class Tree:
    """Configuration folders, searched in order: this project's own and the user's."""

    folders: tuple[Path, ...]

    def groups(self) -> dict[str, list[str]]:
        """Every group with its choices, both sorted: `{"dedup": ["exact", "minhash", ...], ...}`."""
        found: dict[str, set[str]] = {}
        for folder in self.folders:
            for path in folder.rglob("*.yaml"):
                group = path.parent.relative_to(folder).as_posix()
                if group != ".":
                    found.setdefault(group, set()).add(path.stem)
        return {group: sorted(found[group]) for group in sorted(found)}

    def file(self, config: str) -> Path | None:
        """The file of `config`, such as `dedup/minhash`; None when no folder has it."""
        return next((path for folder in self.folders if (path := folder / f"{config}.yaml").is_file()), None)

    def parts(self, config: str, package: str | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """What the file of `config` says, after the files that its defaults list names: later ones win.

        Each with the dotted key below which it speaks, "" for all keys. References are not resolved.
        """
        path = self.file(config)
        if path is None:
            return
        group, content = config.rpartition("/")[0], _load(path)
        package = _package(path, group) if package is None else package
        entries = content.pop("defaults", [])
        for entry in entries if "_self_" in entries else [*entries, "_self_"]:
            if entry == "_self_":
                yield package, content
                continue
            name, choice = next(iter(entry.items())) if isinstance(entry, dict) else (group, entry)
            named, _, where = name.removeprefix("override ").partition("@")
            # What overrides another group's choice names its entry by a package; what the file says of itself counts.
            below = where.removeprefix("_global_").lstrip(".") if where and named == name else None
            same = package if named == group else None
            yield from self.parts(f"{named.lstrip('/')}/{choice}", same if below is None else below)

    def usual(self) -> dict[str, Any]:
        """What `config.yaml` and the files that it chooses say, as nested values; references are not resolved.

        Those files name no others. This is for an answer without Hydra, which composes what a run gets.
        """
        values: dict[str, Any] = {}
        path = self.file("config")
        if path is None:
            return values
        root = _load(path)
        for entry in root.pop("defaults"):
            for group, choice in entry.items() if isinstance(entry, dict) else ():
                file = self.file(f"{group}/{choice}")
                if file is not None:
                    values = merged(values, _load(file) if _is_global(file) else {group: _load(file)})
        root.pop("hydra", None)
        return merged(values, root)

    def origin(self, key: str, chosen: Mapping[str, Any]) -> str | None:
        """The file that gives `key` its value, for the person who has to mend it; None when no file does.

        `chosen` maps each group to its choice, as Hydra resolved them; later files win over earlier ones.
        """
        configs = ["config"]
        for group, choice in chosen.items():
            configs += [f"{group}/{name}" for name in (choice if isinstance(choice, list) else [choice]) if name]
        found = None
        for config in configs:
            for path in self._with_parents(config):
                if _sets(path, path.parent.name, key):
                    found = path
        return None if found is None else self._shown(found)

    def _shown(self, path: Path) -> str:
        folder = next(folder for folder in self.folders if path.is_relative_to(folder))
        return path.relative_to(folder.parent).as_posix()

    def _with_parents(self, config: str) -> Iterator[Path]:
        """The file of `config`, after the files of its own group that its defaults list names."""
        path = self.file(config)
        if path is None:
            return
        defaults = _load(path).get("defaults") or []
        for entry in defaults if config != "config" else []:
            if isinstance(entry, str) and entry != "_self_":
                yield from self._with_parents(f"{config.rpartition('/')[0]}/{entry}")
        yield path


def _load(path: Path) -> dict[str, Any]:
    import yaml

    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content if isinstance(content, dict) else {}


def merged(values: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """Nested values, with those of `others` in place of what they name."""
    both = dict(values)
    for key, value in others.items():
        there = both.get(key)
        both[key] = merged(there, value) if isinstance(value, Mapping) and isinstance(there, Mapping) else value
    return both


def _package(path: Path, group: str) -> str:
    """The dotted key below which a file of a group speaks: its own package, or that of its group."""
    said = re.search(r"^# @package (\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return said[1].removeprefix("_global_").lstrip(".") if said else group.replace("/", ".")


def _is_global(path: Path) -> bool:
    """Whether a file of a group speaks of all keys, not of those below its group."""
    return bool(re.search(r"^# @package _global_$", path.read_text(encoding="utf-8"), re.MULTILINE))


def _sets(path: Path, group: str, key: str) -> bool:
    """Whether the file gives a value to the dotted `key`; a group's file speaks of the keys below its group."""
    content: Any = _load(path)
    names = key.split(".")
    if not _is_global(path) and path.name != "config.yaml":
        if names[0] != group:
            return False
        names = names[1:]
    for name in names:
        if not isinstance(content, dict) or name not in content:
            return False
        content = content[name]
    return True
