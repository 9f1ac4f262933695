"""The chat templates that come with trl, of every family it knows: whatever they do, what is learnt is the solution."""

import re

import pytest
from jinja2 import TemplateError
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from crescent.config.schema import Model
from crescent.models.chat import rendered, template
from crescent.models.thoughts import CLOSING, OPENING, left_open
from crescent.models.turns import turn_of
from tests.models.real import trl_templates

SEEING = ("idefics3", "llava_next", "smolvlm")
"""Models that see, whose templates take messages in parts alone."""
MARK = re.compile(r"<[|｜]?[^<>\s'\"{}]{1,40}[|｜]?>|\[/?[A-Z_]{2,20}\]")
END = "<end of text>"


def tokenizer_with(text: str) -> PreTrainedTokenizerFast:
    """A byte-level tokenizer in whose vocabulary all marks of the template stand."""
    alphabet = {letter: index for index, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocab=alphabet, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_tokens(sorted(set(MARK.findall(text))))
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<begin of text>", eos_token=END, chat_template=text
    )


def templates() -> dict[str, str]:
    return {name: text for name, text in trl_templates().items() if not name.startswith(SEEING)}


@pytest.mark.parametrize("think", ["keep", "off"])
def test_what_is_learnt_is_the_solution_and_its_end(think: str) -> None:
    for name, text in templates().items():
        tokenizer = tokenizer_with(text)
        tokenizer.chat_template = template(Model(think=think), text)
        prompt, turn = rendered(tokenizer, "How many?"), turn_of(tokenizer)
        reply = turn.reply(prompt, "There are 7.")
        lead, _, end = reply.partition("There are 7.")
        assert end == turn.end, name
        assert MARK.findall(end) or end.endswith(END), name
        if left_open(prompt):
            assert CLOSING.search(lead), name
        elif lead.strip():
            assert lead.endswith("<|message|>"), name  # a channel
        assert not OPENING.search(lead), name
        thinking = turn.reply(prompt, "<think>\nhm\n</think>\n\nThere are 7.")
        opened = left_open(prompt) == "<think>"
        assert thinking.count("<think>") == (0 if opened else 1), name
        assert thinking.endswith(f"hm\n</think>\n\nThere are 7.{turn.end}"), name


def test_those_that_write_a_date_write_that_of_the_configuration() -> None:
    found = [name for name, text in templates().items() if "strftime_now" in text]
    for name in found:
        tokenizer = tokenizer_with("")
        tokenizer.chat_template = template(Model(date="2031-05-06"), templates()[name])
        assert re.search("06 May 2031|2031-05-06|May 06, 2031", rendered(tokenizer, "How many?")), name
    assert found


def test_a_system_message_is_shown_or_refused() -> None:
    refused = []
    for name, text in templates().items():
        tokenizer = tokenizer_with("")
        tokenizer.chat_template = template(Model(system="Be brief, friend."), text)
        try:
            assert "Be brief, friend." in rendered(tokenizer, "How many?"), name
        except TemplateError:
            refused.append(name)
    assert {name.partition("_")[0] for name in refused} <= {"gemma"}
