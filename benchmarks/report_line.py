"""How every benchmark reports: one JSON line with `--json`, a readable table without."""

import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from os import cpu_count

from crescent import __version__


def emit(benchmark: str, figures: Mapping[str, float], as_json: bool, packages: Sequence[str] = ()) -> None:
    """Print `figures` (name -> number), with the machine and the versions of `packages` they were measured with."""
    machine = f"{platform.system()} {platform.machine()}, {cpu_count()} cores, Python {platform.python_version()}"
    versions = {"crescent": __version__} | {name: installed(name) for name in packages}
    if as_json:
        line = {"benchmark": benchmark, "machine": machine, "versions": versions, "figures": dict(figures)}
        print(json.dumps(line))
        return
    print(f"{benchmark} on {machine}")
    width = max(map(len, figures))
    for name, value in figures.items():
        print(f"  {name:<{width}}  {value:.4g}")


def installed(package: str) -> str:
    """The installed version of a distribution, or `absent`."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"
