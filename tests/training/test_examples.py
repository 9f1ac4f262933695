import pytest

from crescent.errors import ModelError, StageError
from crescent.training.examples import encode_pair, encode_pairs


def parts(tokenizer, example):
    """Prompt and learnt part as text."""
    prompt = tokenizer.decode(example.input_ids[: example.prompt_length])
    return prompt, tokenizer.decode(example.input_ids[example.prompt_length :])


def test_loss_covers_solution_and_end_of_turn(tokenizer):
    example = encode_pair(tokenizer, "1 + 1?", "It is 2.")
    assert parts(tokenizer, example) == ("<|user|>1 + 1?<|end|>\n<|assistant|>", "It is 2.<|end|>")
    assert example.solution_tokens == len("It is 2.") + 1


def test_template_that_trims_and_adds_beginning_of_text(tokenizer):
    tokenizer.chat_template = (
        "<|user|>{% for m in messages %}{{ m.role }}:{{ m.content | trim }}<|end|>{% endfor %}"
        "{% if add_generation_prompt %}assistant:{% endif %}"
    )
    example = encode_pair(tokenizer, "q", "\n 2 \n")
    assert parts(tokenizer, example) == ("<|user|>user:q<|end|>assistant:", "2<|end|>")


def test_generation_prompt_that_a_finished_turn_lacks(tokenizer):
    tokenizer.chat_template = (
        "{% for m in messages %}<|{{ m.role }}|>{{ m.content.split('</think>')[-1] }}<|end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|><think>{% endif %}"
    )
    example = encode_pair(tokenizer, "q", "hm</think>2")
    assert parts(tokenizer, example) == ("<|user|>q<|end|>\n<|assistant|><think>", "hm</think>2<|end|>")


def test_token_over_the_boundary_keeps_the_prompt_of_generation(tokenizer):
    tokenizer.add_tokens(["\n2"])
    tokenizer.chat_template = (
        "{% for m in messages %}{{ m.role }}\n{{ m.content }}<|end|>{% endfor %}"
        "{% if add_generation_prompt %}assistant\n{% endif %}"
    )
    example = encode_pair(tokenizer, "q", "2")
    assert example.input_ids[: example.prompt_length] == tokenizer("user\nq<|end|>assistant\n")["input_ids"]
    assert parts(tokenizer, example)[1] == "2<|end|>"
    assert tokenizer("user\nq<|end|>assistant\n2")["input_ids"][-1] == tokenizer.convert_tokens_to_ids("\n2")


def test_template_without_end_of_turn_gets_one(tokenizer):
    tokenizer.chat_template = "{% for m in messages %}{{ m.content }}\n{% endfor %}"
    assert parts(tokenizer, encode_pair(tokenizer, "q", "2"))[1] == "2\n<|end|>"


@pytest.mark.parametrize(("prompt", "learnt"), [("q\nA:", " 2<|end|>"), ("q\nA:\n", "2<|end|>")])
def test_without_a_template_the_solution_follows_the_prompt_and_ends_the_text(tokenizer, prompt, learnt):
    tokenizer.chat_template = None
    assert parts(tokenizer, encode_pair(tokenizer, prompt, " 2\n")) == (prompt, learnt)


@pytest.mark.parametrize("template", ["{{ messages[0].content }}", "{% for m in messages %}", "{{ messages.no.no }}"])
def test_useless_template(tokenizer, template):
    tokenizer.chat_template = template
    with pytest.raises(ModelError, match=r"model\.chat_template"):
        encode_pair(tokenizer, "q", "2")


def test_drops_are_counted(tokenizer):
    given = [("q", "2"), ("q", " \n"), ("q" * 50, "3"), ("p", "4")]
    examples = encode_pairs(tokenizer, given, max_length=20)
    assert examples.pairs == [0, 3]
    assert examples.dropped == {1: "no-solution", 2: "too-long"}
    assert len(examples.kept) + len(examples.dropped) == len(given)


def test_nothing_left(tokenizer):
    with pytest.raises(StageError, match=r"1 are longer than 8 tokens.*training\.max_length"):
        encode_pairs(tokenizer, [("q" * 50, "2"), ("q", "")], max_length=8)
    with pytest.raises(StageError, match="of 0 pairs"):
        encode_pairs(tokenizer, [], max_length=8)
