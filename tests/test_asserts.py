"""`python -O` drops assertions, so nothing may hang on one. The suites of `crescent.testing` are tests themselves."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

import crescent
from crescent.errors import StageError
from crescent.loop.stages import dataset, samples
from crescent.loop.stages.context import Context
from crescent.runs.manifest import Manifest, Spec
from tests.conftest import tiny


def test_no_check_is_an_assertion() -> None:
    source = Path(crescent.__file__).parents[1]
    found = [
        f"{path.relative_to(source)}:{node.lineno}"
        for path in (*source.glob("crescent/**/*.py"), *source.glob("hydra_plugins/*.py"))
        if path.parent.name != "testing"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assert) or (isinstance(node, ast.Name) and node.id == "__debug__")
    ]
    assert found == []


def test_a_stage_without_its_settings_is_refused(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    config = tiny()
    config.evaluation.samples = config.evaluation.contamination = None
    context = context_of(tmp_path, config)
    nothing = Manifest(spec=Spec(stage="x", version=1, config={}, inputs={}), files={}, facts={}, tokens=0, seconds=0.0)
    with pytest.raises(StageError, match=r"evaluation\.samples is null"):
        samples.run(context, "base", context.base, nothing)
    with pytest.raises(StageError, match=r"evaluation\.contamination is null"):
        dataset.clean(context, [])
