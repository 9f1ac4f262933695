import pytest

from crescent.generation.until import Until
from crescent.models.load import Loaded

TEXT = "Ann has 3 pens.\n\nShe buys 12 more.\n#### 15\n\nQuestion: what else?"


@pytest.mark.parametrize("stop", ["Ann", "12 more", ".\n#", "\n\n", "Question:", "else?"])
def test_the_fewest_tokens_that_have_it(nano: Loaded, stop: str) -> None:
    tokens = nano.tokenizer(TEXT, add_special_tokens=False)["input_ids"]
    end = Until(nano.tokenizer, ["", "not there", stop]).end(tokens)
    assert end is not None
    assert stop in nano.tokenizer.decode(tokens[:end])
    assert stop not in nano.tokenizer.decode(tokens[: end - 1])


def test_the_first_of_several_counts_in_whatever_order_they_stand(nano: Loaded) -> None:
    tokens = nano.tokenizer(TEXT, add_special_tokens=False)["input_ids"]
    first = Until(nano.tokenizer, ["12"]).end(tokens)
    assert Until(nano.tokenizer, ["Question:", "12"]).end(tokens) == first
    assert Until(nano.tokenizer, ["12", "Question:"]).end(tokens) == first


def test_what_was_looked_at_before_is_not_looked_at_again(nano: Loaded) -> None:
    tokens = nano.tokenizer(TEXT, add_special_tokens=False)["input_ids"]
    until = Until(nano.tokenizer, ["Question:"])
    end = until.end(tokens)
    assert end is not None
    assert [until.end(tokens, seen) for seen in range(end)] == [end] * end


def test_special_tokens_count_and_nothing_is_in_nothing(nano: Loaded) -> None:
    special = nano.stops[0]
    assert Until(nano.tokenizer, [nano.tokenizer.decode([special])]).end([70, 71, special, 72]) == 3
    assert Until(nano.tokenizer, ["x"]).end([]) is None
    assert Until(nano.tokenizer, [""]).end([70]) is None
