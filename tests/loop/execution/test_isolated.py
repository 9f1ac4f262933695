"""`evaluation.isolated`: the same figures from a process of its own, everything else in this one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crescent.loop.execution.executor import executor
from crescent.loop.stages import evaluation
from crescent.loop.stages.context import Context
from tests.conftest import tiny


@pytest.mark.system
def test_the_figures_are_the_same_and_the_model_is_let_go(tmp_path: Path, context_of: Callable[..., Context]) -> None:
    config = tiny()
    here = context_of(tmp_path / "here", config)
    expected = evaluation.run(here, "base", here.base)
    isolated = tiny()
    isolated.evaluation.isolated = True
    apart = context_of(tmp_path / "apart", isolated)
    apart.model(apart.base)
    found = executor(apart)("evaluation", "base", apart.base)
    assert found.files == expected.files
    assert found.spec == expected.spec
    assert found.facts == expected.facts
    assert (tmp_path / "apart/processes/base.evaluation/rank-0.pid").exists()
    assert apart._held is None
