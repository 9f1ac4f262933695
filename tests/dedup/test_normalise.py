import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.dedup.normalise import normalise


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("  Two\tRED\n\nhens ", "two red hens"),
        ("Straße ﬁve Ｆｕｌｌ ½", "strasse five full 1⁄2"),
        ("e\u0301", "é"),
        ("\u00a0\u3000", ""),
        ("3.50 $", "3.50 $"),
    ],
)
def test_normal_form(text: str, normal: str) -> None:
    assert normalise(text) == normal


@given(st.text(st.characters(exclude_categories=["Cs"])))
@settings(deadline=None)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_importing_the_package_loads_nothing_heavy() -> None:
    program = "import sys, crescent.dedup; print({'numpy', 'torch', 'datasketch', 'transformers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"
