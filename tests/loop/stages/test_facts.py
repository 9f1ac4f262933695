import ast
import subprocess
import sys
from pathlib import Path

import crescent
from crescent.loop.stages.table import STAGES
from crescent.runs.manifest import MANIFEST, Manifest, facts_of, read_sealed


def test_every_manifest_of_a_run_says_what_its_kind_of_stage_says(finished_run: Path) -> None:
    seen = set()
    for path in finished_run.glob(f"*/*/{MANIFEST}"):
        manifest = read_sealed(path, Manifest)
        assert manifest is not None
        facts_of(manifest, STAGES[path.parent.name].facts)
        seen.add(path.parent.name)
    assert seen >= {"questions", "answers", "dataset", "training", "evaluation"}


def test_nobody_reads_a_fact_by_a_text() -> None:
    source = Path(crescent.__file__).parent
    found = [
        f"{path.relative_to(source)}:{node.lineno}"
        for path in source.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Subscript | ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "facts"
        and (isinstance(node, ast.Subscript) or node.attr == "get")
    ]
    assert found == []


def test_reading_them_loads_no_model_library() -> None:
    code = "import sys, crescent.loop.stages.table; print([n for n in ('torch', 'transformers') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
