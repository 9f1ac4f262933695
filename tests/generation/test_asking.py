import pytest

from crescent.config.schema import Backend, Sampling
from crescent.generation.asking import OFFER, Asking


def body(endpoint: str, *stop: str) -> dict[str, object]:
    asking = Asking(Backend("server", endpoint=endpoint), None, Sampling(stop=list(stop), temperature=0.5))
    return asking.body("m", OFFER)


def test_a_sample_is_asked_for_in_the_words_of_the_api() -> None:
    asked = body("chat")
    assert asked["messages"] == [{"role": "user", "content": "Hi"}]
    assert asked["temperature"] == 0.5 and asked["seed"] == 1 and asked["logprobs"] is True
    assert "stop" not in asked


def test_stop_strings_are_told_as_many_as_the_api_takes() -> None:
    assert body("chat", "\n\n", "Q:")["stop"] == ["\n\n", "Q:"]
    assert body("chat", *"abcdef")["stop"] == list("abcd")


@pytest.mark.parametrize("ended", ["length", "stop"])
def test_what_a_server_wrote_beyond_a_stop_string_is_left_out(ended: str) -> None:
    asking = Asking(Backend("server"), None, Sampling(stop=["\n\nProblem:"]))
    reply = {"choices": [{"message": {"content": " Two. #### 2\n\nProblem: #### 9"}, "finish_reason": ended}]}
    found = asking.completion(OFFER, reply)
    assert (found.text, found.stop) == ("Two. #### 2", "stop")
