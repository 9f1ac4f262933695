"""What servers reply with, read; cases of real servers among them."""

import json
from pathlib import Path
from typing import Any

import pytest

from crescent.config.schema import Sampling
from crescent.errors import StageError
from crescent.generation.reply import UnreadableError, count, text_of, thoughts_alone, token_logprobs
from crescent.generation.request import Request
from crescent.generation.server_backend import ServerBackend
from crescent.models.thoughts import spoken
from crescent.records import Completion
from tests.generation.api import Api, Fault, serving

CASES = Path(__file__).parents[2].parent / "shared" / "cases" / "reading.jsonl"
TEXT = {"type": "text", "text": "The answer is 7."}


@pytest.mark.parametrize(
    ("message", "cut", "text"),
    [
        ({"content": "7"}, False, "7"),
        ({"content": None}, False, ""),
        ({}, False, ""),
        ({"content": [TEXT]}, False, "The answer is 7."),
        ({"content": ["The ", {"type": "output_text", "text": "answer"}]}, False, "The answer"),
        ({"content": "7", "reasoning": None}, False, "7"),
        ({"content": "7", "reasoning": "2+5"}, False, "<think>2+5</think>7"),
        ({"content": "7", "reasoning_content": "2+5", "reasoning": "2+5"}, True, "<think>2+5</think>7"),
        ({"content": None, "reasoning_content": "2+5"}, True, "<think>2+5"),
        ({"content": "", "reasoning": "2+5"}, False, "<think>2+5</think>"),
        (
            {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "2+5"}]}, TEXT]},
            False,
            "<think>2+5</think>The answer is 7.",
        ),
    ],
)
def test_what_the_model_wrote(message: dict[str, Any], cut: bool, text: str) -> None:
    assert text_of({"message": message}, cut) == text


def test_a_completion_is_its_text() -> None:
    assert text_of({"text": "7"}, False) == "7"
    assert text_of({"text": None}, False) == ""
    assert thoughts_alone({"text": ""}) is None


def test_where_the_thoughts_are_that_are_all_there_is() -> None:
    parts = [{"type": "reasoning", "text": "2+5"}]
    assert thoughts_alone({"message": {"content": None, "reasoning": "2+5"}}) == "`reasoning`"
    assert thoughts_alone({"message": {"content": " ", "reasoning_content": "2+5"}}) == "`reasoning_content`"
    assert thoughts_alone({"message": {"content": parts}}) == "parts of the content"
    assert thoughts_alone({"message": {"content": "7", "reasoning": "2+5"}}) is None
    assert thoughts_alone({"message": {"content": None}}) is None


@pytest.mark.parametrize("content", [{"text": "7"}, 7, True, [7.5], [{"type": "image_url", "image_url": {"url": "x"}}]])
def test_content_that_no_model_writes(content: Any) -> None:
    with pytest.raises(UnreadableError, match="content"):
        text_of({"message": {"content": content}}, False)


@pytest.mark.parametrize(
    ("found", "numbers"),
    [
        ({"content": [{"logprob": -1}, {"logprob": -0.5}]}, [-1.0, -0.5]),
        ({"content": [{"logprob": -1}, {"logprob": None}]}, []),
        ({"content": [{"logprob": -1}, {"token": "7"}]}, []),
        ({"content": [{"logprob": float("nan")}]}, []),
        ({"content": ["7"]}, []),
        ({"content": None, "token_logprobs": [-1, -2.5]}, [-1.0, -2.5]),
        ({"token_logprobs": [None, -1]}, []),
        ({"token_logprobs": None}, []),
        ({"content": {}}, []),
        ({}, []),
        (None, []),
        ([-1], []),
    ],
)
def test_log_probabilities_are_those_of_all_tokens_or_none(found: Any, numbers: list[float]) -> None:
    assert token_logprobs(found) == numbers


def test_numbers_of_tokens_that_are_none() -> None:
    for usage in (None, [], {}, {"tokens": None}, {"tokens": "7"}, {"tokens": -1}):
        assert count(usage, "tokens") == 0
    assert count({"tokens": 7}, "tokens") == 7


def says(message: dict[str, Any], logprobs: Any = None) -> Fault:
    choice = {"index": 0, "finish_reason": "stop", "message": message, "logprobs": logprobs}
    usage = {"prompt_tokens": 2, "completion_tokens": 3}
    return lambda handler: handler.answer(200, {"choices": [choice], "usage": usage})


def reply(message: dict[str, Any], logprobs: Any = None) -> tuple[Completion, list[str]]:
    told: list[str] = []
    with serving(Api(faults=[says({"content": "Hi"}), says(message, logprobs)])) as api:
        backend = ServerBackend(api.settings(batch_size=1), tell=told.append)
        [row] = backend.generate([Request("a", "How many?")], Sampling(), 1, lambda *_: None)
    return row, told


def test_replies_that_real_servers_gave() -> None:
    if not CASES.exists():
        pytest.skip(f"needs the cases in {CASES.parent.name}/{CASES.name} beside the project")
    asked = 0
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        kind, given = case["kind"][:2], json.loads(case["inputs"][0]) if case["kind"][0] == "S" else None
        if kind == "S1" and isinstance(given["content"], list):
            assert reply(given)[0].text == "The answer is 7."
        elif kind == "S1":
            with pytest.raises(StageError, match="a reply cannot be read: its content is neither text") as failure:
                reply(given)
            assert "\n" not in str(failure.value)
        elif kind == "S2":
            row, told = reply(given)
            assert spoken(row.text, "strip") == ""
            assert told == [
                "1 reply has thoughts (`reasoning`) and no text: raise max_new_tokens, or turn thoughts off"
            ]
        elif kind == "S3":
            row, told = reply(given)
            assert (row.text, told) == ("<think>12-5 is 7</think>\\boxed{7}", [])
            assert spoken(row.text, "strip") == "\\boxed{7}"
        elif kind == "S4":
            assert reply({"content": "7"}, given)[0].logprob is None
        asked += given is not None
    assert asked >= 5
