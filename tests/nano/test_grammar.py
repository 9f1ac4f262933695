import random

import pytest

from crescent.nano.grammar import PATTERNS, Sentence, parse, render
from crescent.nano.solver import MEANINGS

WORDS = {"a": "Ann", "b": "Ben", "o": "box", "x": "pens", "y": "nuts", "c": "bags", "n": "12", "m": "3", "k": "4"}


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.text)
def test_every_wording_is_read_back_as_what_it_says(pattern):
    slots = {**{name: WORDS[name] for name in pattern.slots}, **pattern.fixed}
    assert parse(pattern.text.format_map(slots)) == [Sentence(pattern.meaning, slots)]


def test_every_meaning_has_a_wording_and_every_wording_a_meaning():
    assert {pattern.meaning for pattern in PATTERNS} == set(MEANINGS)


def test_units_are_written_by_their_own_wordings_only():
    sentence = Sentence("have", {"a": "Ann", "x": "years", "n": "8"})
    assert {render(sentence, random.Random(seed)) for seed in range(50)} == {"Ann is 8 years old."}


def test_a_sentence_without_wording_is_refused():
    with pytest.raises(KeyError, match="no wording"):
        render(Sentence("have", {"a": "Ann"}), random.Random(0))
