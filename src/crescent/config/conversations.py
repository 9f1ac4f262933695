"""What must hold between the keys that say how a model is spoken to."""

from collections.abc import Iterator
from datetime import date

from crescent.config.check import Mistake
from crescent.config.schema import Config

PLAIN = "plain"
"""The word for `model.chat_template` with which prompts are given as they are."""


def conversations_can_be_written(config: Config) -> Iterator[Mistake]:
    for section, model in (("model", config.model), ("student", config.student)):
        if model is None:
            continue
        system, template, day = (f"{section}.{name}" for name in ("system", "chat_template", "date"))
        if model.system is not None and model.chat_template == PLAIN:
            yield Mistake((system, template), f"{system} has no place in plain text: put it into the prompts")
        if not _is_day(model.date):
            yield Mistake((day,), f"{day}={model.date}: must be a day as YYYY-MM-DD, such as 2025-01-01")


def a_server_writes_what_it_is_told(config: Config) -> Iterator[Mistake]:
    """Of a chat request the server's own template makes the conversation: ours has no say in it."""
    if config.backend.name != "server" or config.backend.endpoint != "chat":
        return
    if config.model.system is not None:
        yield Mistake(
            ("model.system", "backend.endpoint"),
            "model.system: backend.endpoint=chat leaves the chat template to the server; take completions",
        )
    if config.model.chat_template == PLAIN:
        yield Mistake(
            ("model.chat_template", "backend.endpoint"),
            "model.chat_template=plain: backend.endpoint=chat would make a conversation of it; take completions",
        )


def texts_end(config: Config) -> Iterator[Mistake]:
    """A stop string of nothing would end every text before it began."""
    for key, sampling in (
        ("questions.sampling.stop", config.questions.sampling),
        ("voting.sampling.stop", config.voting.sampling),
        ("training.replay.sampling.stop", config.training.replay.sampling),
    ):
        if "" in sampling.stop:
            yield Mistake((key,), f"{key} has an empty text, which stands before everything: leave it out")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
