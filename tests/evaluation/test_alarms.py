"""Warnings about replies: silent where nothing changed, one sentence for each thing that did."""

import msgspec
import pytest

from crescent.config.schema import Alarms
from crescent.evaluation.alarms import Replies, alarms, repeats, replies
from crescent.evaluation.results import Item
from crescent.records import Completion

BASE = Replies(count=100, mean_tokens=50.0, cut=0.02, repeat=0.01)


def item(number: int, output: str, tokens: int | None) -> Item:
    return Item(id=f"dev/{number}", correct=True, score=1.0, output=output, target="1", tokens=tokens)


def written(number: int, text: str, stop: str) -> Completion:
    row = {"request": f"dev/{number}", "sample": 0, "text": text, "stop": stop, "prompt_tokens": 1, "tokens": 1}
    return msgspec.convert(row | {"logprob": None}, Completion)


def changed(**fields: float | None) -> Replies:
    return msgspec.structs.replace(BASE, **fields)


@pytest.mark.parametrize(
    ("now", "said", "key"),
    [
        (changed(mean_tokens=101.0), "Replies grow: 101 tokens on average, 50 of the base model", "grow is 2"),
        (changed(mean_tokens=24.0), "Replies shrink: 24 tokens on average, 50 of the base model", "shrink is 0.5"),
        (
            changed(cut=0.0701),
            "7.0% of the replies are cut at the token limit, 2.0% of the base model's",
            "cut is 0.05",
        ),
        (changed(repeat=0.2), "20.0% of the replies repeat themselves, 1.0% of the base model's", "repeat is 0.05"),
    ],
)
def test_each_alarm_begins_beyond_its_threshold(now: Replies, said: str, key: str) -> None:
    assert alarms(now, BASE, Alarms()) == [f"{said} (evaluation.alarms.{key})."]


@pytest.mark.parametrize("now", [BASE, changed(mean_tokens=100.0, cut=0.07, repeat=0.06), changed(cut=None)])
def test_no_alarm_up_to_its_threshold(now: Replies) -> None:
    assert alarms(now, BASE, Alarms()) == []


def test_several_things_are_several_warnings_and_null_is_silent() -> None:
    worst = changed(mean_tokens=500.0, cut=1.0, repeat=1.0)
    assert len(alarms(worst, BASE, Alarms())) == 3
    assert alarms(worst, BASE, Alarms(grow=None, shrink=None, cut=None, repeat=None)) == []


def test_without_a_base_model_only_shares_can_warn() -> None:
    said = alarms(changed(mean_tokens=1.0, cut=0.06), None, Alarms())
    assert said == ["6.0% of the replies are cut at the token limit (evaluation.alarms.cut is 0.05)."]
    assert alarms(None, BASE, Alarms()) == []


def test_figures_are_those_of_what_was_written() -> None:
    items = [item(0, "a b", 2), item(1, "no no no no no no no no no", 9), item(2, "x", 4), item(3, "a choice", None)]
    texts = [written(0, "a b", "stop"), written(1, items[1].output, "length"), written(2, "x\nQ: more", "length")]
    assert replies(items, texts) == Replies(count=3, mean_tokens=5.0, cut=1 / 3, repeat=1 / 3)
    assert replies(items, []) == Replies(count=3, mean_tokens=5.0, cut=None, repeat=1 / 3)
    assert replies([items[3]], []) is None


def test_a_text_repeats_itself_when_most_of_its_runs_of_words_were_there_before() -> None:
    once = "Tom has 3 apples and buys 4 more so he has 7"
    assert not repeats(once)
    assert not repeats("Tom has 3")
    assert not repeats(f"{once} {once}")
    assert repeats(f"{once} {once} {once}")
