from pathlib import Path
from string import Formatter

import pytest
import yaml

import crescent
from crescent.nano.wording import BAIT, REWRITE, SOLVE

TASKS = Path(crescent.__file__).parent / "evaluation" / "tasks" / "nano"


@pytest.mark.parametrize(("prompt", "fields"), [(BAIT, set()), (REWRITE, {"question", "other"}), (SOLVE, {"question"})])
def test_prompts_have_their_fields(prompt, fields):
    assert {name for _, name, _, _ in Formatter().parse(prompt) if name is not None} == fields


def test_the_tasks_ask_with_the_solve_prompt():
    text = (TASKS / "_math_yaml").read_text(encoding="utf-8").replace("!function ", "")
    assert yaml.safe_load(text)["doc_to_text"] == SOLVE.replace("{question}", "{{question}}")
