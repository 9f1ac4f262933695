import re

import pytest

from crescent.config.check import HINTS, hint
from crescent.config.keys import find
from crescent.config.tree import Tree, conf_dir


@pytest.mark.parametrize("key", HINTS)
def test_a_hint_is_about_a_key_that_is_none_and_names_what_there_is(key: str) -> None:
    assert find(key) is None
    groups = Tree((conf_dir(),)).groups()
    for name in re.findall(r"\b([a-z_]+(?:\.[a-z_]+)*)=|\b([a-z_]+\.[a-z_]+)\b", HINTS[key]):
        named = "".join(name)
        named = "plan.enabled" if named == "plan" else named
        assert named in groups or find(named) is not None, named


def test_other_keys_have_none() -> None:
    assert hint("voting.sample") is None
