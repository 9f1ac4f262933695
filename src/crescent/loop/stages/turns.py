"""The turns of a round: what its source answers to each, and what the model is then asked."""

from collections.abc import Iterable, Mapping, Sequence

from crescent.generation.request import Continuation, Request
from crescent.loop.sources.source import Asked, Source
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.turns import turn_of
from crescent.models.load import load_tokenizer
from crescent.models.user_turn import user_turn
from crescent.runs.stage import Stage


class Turns:
    """Asks `source`. `before`: texts that earlier rounds asked for; `pool`: (id, text) of what is accepted so far."""

    def __init__(
        self,
        context: Context,
        stage: Stage,
        model: ModelRef,
        source: Source,
        before: int,
        pool: Iterable[tuple[str, str]],
    ) -> None:
        self.context, self.stage, self.model = context, stage, model
        self.source, self.before, self.pool = source, before, pool

    def asked(self, ids: Sequence[str], number: int) -> dict[str, Asked]:
        """By id what brings each question; less than all of them where the source comes to its end.

        `number` of this round's texts were asked for before the first of them.
        """
        texts: list[str] = []

        def pool() -> list[str]:
            # Read when a source wants it, and once for all: no question comes into the pool while it is asked.
            if not texts:
                texts.extend(text for _, text in self.pool)
            return texts

        found: dict[str, Asked] = {}
        for place, id in enumerate(ids, start=self.before + number):
            asked = self.source.ask(turn_of(self.context.config, self.stage.name, id, place, pool))
            if asked is None:
                break
            found[id] = asked
        return found

    def requests(self, asked: Mapping[str, Asked]) -> tuple[list[Request], list[str]]:
        """What the model is asked, and the texts that end a user's turn it goes on with: its mark, and stop strings.

        Raises:
            ModelError: there is no such turn in the model's conversations.
        """
        opening, ends = self._user_turn() if any(each.begin is not None for each in asked.values()) else ("", [])
        requests: list[Request] = []
        for id, each in asked.items():
            if each.begin is not None:
                requests.append(self._continuation(id, opening + each.begin, ends))
            elif each.prompt is not None:
                requests.append(Request(id, each.prompt))
        return requests, ends

    def _continuation(self, id: str, text: str, ends: Sequence[str]) -> Continuation:
        ids = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        limit = self.context.config.questions.sampling.max_new_tokens
        return Continuation(id, text, ids=tuple(ids), limit=limit, until=tuple(ends))

    def _user_turn(self) -> tuple[str, list[str]]:
        self.tokenizer = load_tokenizer(self.context.settings(self.model), *self.context.place(self.model))
        opening, end = user_turn(self.tokenizer)
        return opening, [end, *self.context.config.questions.sampling.stop]
