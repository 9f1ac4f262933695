"""What is used of other libraries against their will is there, and is used in `crescent.private` alone."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from operator import attrgetter
from pathlib import Path

import pytest

import crescent

SOURCE = Path(crescent.__file__).parents[1]
PRIVATE = Path(crescent.__file__).parent / "private"
LIBRARIES = {
    # module of crescent.private: (package to import, its name in the package index)
    "gguf_internals": ("gguf", "gguf"),
    "hydra_internals": ("hydra", "hydra-core"),
    "lm_eval_internals": ("lm_eval", "lm_eval"),
    "submitit_internals": ("submitit", "submitit"),
    "torch_internals": ("torch", "torch"),
    "transformers_internals": ("transformers", "transformers"),
}
ALLOWED = {
    "_replace": "a named tuple's own method, which Python documents",
    "_mpf_": "mpmath's own protocol: its documentation has a number say by `_mpf_` what it is (sign, digits, exponent)",
}
FILES = [*SOURCE.glob("crescent/**/*.py"), *SOURCE.glob("hydra_plugins/*.py")]
ELSEWHERE = [path for path in FILES if PRIVATE not in path.parents]
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def names(module: str) -> tuple[str, ...]:
    """`NAMES` as it is written, for importing the module is what an upgrade may break."""
    for node in TREES[PRIVATE / f"{module}.py"].body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NAMES":
            listed: tuple[str, ...] = ast.literal_eval(node.value)
            return listed
    raise AssertionError(f"crescent.private.{module} has no NAMES")


def absent(name: str) -> str | None:
    """What is not there of `MODULE:ATTRIBUTE` or `MODULE:CLASS#ATTRIBUTE`."""
    place, _, path = name.partition(":")
    path, _, of_objects = path.partition("#")
    try:
        attrgetter(path)(importlib.import_module(place))
    except (ImportError, AttributeError) as error:
        return str(error)
    if of_objects and f"self.{of_objects}" not in inspect.getsource(importlib.import_module(place)):
        return f"{path} objects have no {of_objects}"
    return None


def test_every_module_says_what_it_uses() -> None:
    assert sorted(path.stem for path in PRIVATE.glob("[!_]*.py")) == sorted(LIBRARIES)


@pytest.mark.parametrize("module", LIBRARIES)
def test_every_name_is_there(module: str) -> None:
    package, distribution = LIBRARIES[module]
    if find_spec(package) is None:
        pytest.skip(f"{distribution} is an extra that is not installed")
    gone = [f"{name} ({why})" for name in names(module) if (why := absent(name))]
    assert not gone, (
        f"{distribution} {version(distribution)} no longer has {', '.join(gone)}. "
        f"Everything that uses it stands in src/crescent/private/{module}.py."
    )


@pytest.mark.parametrize(
    "name", ["torch:gone", "torch.gone:x", "crescent.runs.manifest:Manifest#gone", "crescent.errors:CrescentError.gone"]
)
def test_a_name_that_is_not_there_is_noticed(name: str) -> None:
    assert absent(name)


@pytest.mark.parametrize("module", LIBRARIES)
def test_what_is_used_is_listed(module: str) -> None:
    tree, listed = TREES[PRIVATE / f"{module}.py"], " ".join(names(module))
    unlisted = {name for name in [*foreign_attributes(tree), *hidden_imports(tree)] if name not in listed}
    assert not unlisted, f"src/crescent/private/{module}.py uses {sorted(unlisted)}, which its NAMES do not list"


def test_no_other_module_reaches_into_a_library() -> None:
    found = [
        f"{path.relative_to(SOURCE)}: {name}"
        for path in ELSEWHERE
        for name in (*foreign_attributes(TREES[path]), *hidden_imports(TREES[path]))
        if name not in ALLOWED
    ]
    assert not found, f"private names of libraries belong in src/crescent/private: {found}"


def test_what_is_listed_is_imported_there_alone() -> None:
    listed = {name for module in LIBRARIES for name in names(module)}
    found = [
        f"{path.relative_to(SOURCE)}: {node.module}:{each.name}"
        for path in ELSEWHERE
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.ImportFrom)
        for each in node.names
        if f"{node.module}:{each.name}" in listed
    ]
    assert not found, f"import these by way of src/crescent/private: {found}"


def hidden(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def hidden_imports(tree: ast.AST) -> Iterator[str]:
    """Imports of modules or names with an underscore, of other packages."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.module.startswith("crescent"):
            yield from (each.name for each in node.names if any(map(hidden, [*node.module.split("."), each.name])))
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names if any(map(hidden, each.name.split("."))))


def foreign_attributes(tree: ast.AST) -> Iterator[str]:
    """`x._name`, where x is not `self` or `cls`; and `self._name`, where nothing in this file defines `_name`.

    An underscore of ours is used in its own class, so whatever else has one belongs to somebody else.
    """
    nodes = list(ast.walk(tree))
    attributes = [node for node in nodes if isinstance(node, ast.Attribute) and hidden(node.attr)]
    own = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    own |= {node.target.id for node in nodes if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
    own |= {node.attr for node in attributes if isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self"}
    for node in attributes:
        if ast.unparse(node.value) not in ("self", "cls") or node.attr not in own:
            yield node.attr
