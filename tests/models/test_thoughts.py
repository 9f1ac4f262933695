import pytest
from hypothesis import given
from hypothesis import strategies as st

from crescent.models.thoughts import CLOSING, OPENING, closing_of, is_mark, left_open, spoken

PAIRS = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel>thought", "<channel|>"),
]


@pytest.mark.parametrize(("opening", "closing"), PAIRS)
def test_whatever_the_marks_what_follows_the_thoughts_is_said(opening: str, closing: str) -> None:
    assert spoken(f"{opening}\n2 and 2\n{closing}\n\nIt is 4.", "strip") == "It is 4."
    assert spoken(f"2 and 2\n{closing}\nIt is 4.", "strip") == "It is 4."
    assert spoken(f"{opening}cut off in the midst", "strip") == ""
    assert spoken(f"{opening}a{closing}b{opening}cut", "strip") == "b"
    assert spoken(f"{opening}a{closing}It is 4.", "keep") == f"{opening}a{closing}It is 4."
    assert closing_of(opening) == closing
    assert left_open(f"<|assistant|>{opening}\n") == opening
    assert left_open(f"<|assistant|>{opening}\n\n{closing}\n\n") is None
    assert OPENING.fullmatch(opening)
    assert CLOSING.fullmatch(closing)


FINAL = "<|channel|>final<|message|>It is 4."


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"<|channel|>analysis<|message|>2 and 2<|end|><|start|>assistant{FINAL}", "It is 4."),
        (f"{FINAL}<|end|><|start|>assistant<|channel|>analysis<|message|>more", "It is 4."),
        ("<|channel|>final <|constrain|>json<|message|>4", "4"),
        ("<|channel|>analysis<|message|>cut off in the midst", ""),
    ],
)
def test_of_channels_the_final_one_is_said(text: str, left: str) -> None:
    assert spoken(text, "strip") == left


def test_marks_of_a_vocabulary() -> None:
    for pair in PAIRS[:-1]:
        assert all(map(is_mark, pair))
    assert all(map(is_mark, ["<|channel|>", "<|message|>", "<|start|>", "<|end|>", "<|channel>", "<channel|>"]))
    assert not any(map(is_mark, ["<|im_end|>", "<s>", "<|eot_id|>", "<|return|>", "think"]))


@given(st.lists(st.sampled_from(["<think>", "</think>", "[/THINK]", "<|channel|>", "a", " "]), max_size=6).map("".join))
def test_stripping_twice_is_stripping_once(text: str) -> None:
    once = spoken(text, "strip")
    assert once in text
    assert spoken(once, "strip") == once
