"""Every reason that code can give for a drop is explained, in `records.REASONS` and in the docs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import crescent
from crescent.records import REASONS

SRC = Path(crescent.__file__).parent
DOCS = SRC.parents[1] / "docs/runs.md"
DECIDES = {"no_question", "_reason", "_reason_to_drop", "lesson"}
"""Functions that return a reason."""


def given() -> Iterator[str]:
    """The reasons in the code: what such functions return, the table of screening, texts given as a row's `reason`."""
    for path in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name in DECIDES:
                for part in ast.walk(node):
                    if isinstance(part, ast.Return) and part.value is not None:
                        yield from _texts(part.value)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "CHECKS":
                yield from (text for part in ast.walk(node) if isinstance(part, ast.Tuple) for text in _first(part))
            elif isinstance(node, ast.Assign) and [getattr(each, "id", "") for each in node.targets] in (
                ["REASON"],
                ["BEYOND"],
            ):
                yield from _texts(node.value)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "replace":
                yield from (text for word in node.keywords if word.arg == "reason" for text in _texts(word.value))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id in ("Drop", "Consensus"):
                    yield from (text for word in node.keywords if word.arg == "reason" for text in _texts(word.value))
                elif node.func.id == "_rejected":
                    yield from _texts(node.args[-1])


def _first(entry: ast.Tuple) -> Iterator[str]:
    """The reason of an entry of a table of reasons and their tests."""
    yield from _texts(entry.elts[0])


def _texts(value: ast.expr) -> Iterator[str]:
    """The texts that an expression can be: constants, in either branch of a condition."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from (text for branch in (value.body, value.orelse) for text in _texts(branch))


def test_every_reason_that_code_can_give_is_explained() -> None:
    assert set(given()) == set(REASONS)


def test_the_docs_explain_them_in_the_same_words() -> None:
    table = DOCS.read_text(encoding="utf-8").split("<!-- reasons -->")[1].split("<!-- end -->")[0]
    assert dict(re.findall(r"^\| `([^`]+)` \| (.+?) \| ", table, re.MULTILINE)) == REASONS
