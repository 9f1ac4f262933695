"""One wave of questions in the making: what was asked for, and what becomes of each text."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from crescent.dedup.index import Match
from crescent.dedup.module import Candidate
from crescent.generation.screening import no_question
from crescent.loop.sources.source import Asked
from crescent.models.replies import up_to
from crescent.records import Completion, Diversity, Drop, Given, Question, WaveCount
from crescent.runs.names import in_order

Collision = tuple[Candidate, Match]
"""A text, and the question that it is too much like."""


@dataclass
class Wave:
    """The wave `number`. `asked`: by id what brings each question, in order. `bait`, `checks`: what screens them."""

    number: int
    asked: Mapping[str, Asked]
    bait: str
    checks: Collection[str]
    accepted: list[Candidate] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    """The texts that may be questions, before any was rewritten."""
    collided: list[Drop] = field(default_factory=list)
    """Every text that was a near-duplicate, by the id under which it was asked for, those mended later included."""
    collisions: Counter[str] = field(default_factory=Counter)
    attempts: int = 0
    """How often near-duplicates were sent back so far."""
    rewrites: int = 0
    tokens: int = 0

    def given(self) -> list[Given]:
        """The questions that the source gave as they are."""
        return [
            Given(id=id, text=asked.question, origin=asked.whence)
            for id, asked in self.asked.items()
            if asked.question is not None
        ]

    def first(self, completions: Sequence[Completion], ends: Sequence[str]) -> list[Candidate]:
        """The texts that may be questions, in order: what the source gave, and what the model wrote where it was asked.

        A user's turn that the model went on with is what was begun and what it wrote before any of `ends`.
        """
        candidates = {each.id: each for each in self._given()}
        texts = [self._whole(completion, ends) for completion in completions]
        candidates |= {each.id: each for each in self.screened(texts, 0)}
        found = [candidates[id] for id in self.asked if id in candidates]
        self.written = [candidate.text for candidate in found]
        return found

    def screened(self, completions: Sequence[Completion], rewrites: int) -> list[Candidate]:
        """The completions that may be questions; the others become drops."""
        candidates = []
        for completion in completions:
            question = completion.request.partition("-v")[0]
            reason = no_question(completion.text, completion.stop, self.bait, self.checks, completion.tokens)
            if reason is None:
                candidates.append(Candidate(question, completion.text, rewrites))
            else:
                self.drops.append(Drop(id=question, text=completion.text, reason=reason))
        return candidates

    def decide(self, candidates: Sequence[Candidate], matches: Sequence[Match | None], last: bool) -> list[Collision]:
        """Note what the pool said of each text. Returns those to be sent back with what they are like: none at the
        `last` attempt, and none that the model did not write."""
        again = []
        for candidate, match in zip(candidates, matches, strict=True):
            if match is None:
                self.accepted.append(candidate)
                continue
            drop = _near_duplicate(candidate, match)
            self.collisions[match.test] += 1
            self.collided.append(msgspec.structs.replace(drop, id=text_id(candidate.id, candidate.rewrites)))
            if last or self.asked[candidate.id].question is not None:
                self.drops.append(drop)
            else:
                again.append((candidate, match))
        return again

    def questions(self, round: int) -> list[Question]:
        """The rows of what was accepted."""
        return [
            Question(
                id=each.id, round=round, wave=self.number, text=each.text, rewrites=each.rewrites,
                origin=self.asked[each.id].whence,
            )
            for each in sorted(self.accepted, key=lambda each: in_order(each.id))
        ]  # fmt: skip

    def count(self, diversity: Diversity) -> WaveCount:
        """What became of the wave."""
        return WaveCount(
            wave=self.number,
            written=len(self.asked),
            rewrites=self.rewrites,
            accepted=len(self.accepted),
            drops=counted(drop.reason for drop in self.drops),
            collisions=counted(self.collisions),
            diversity=diversity,
            tokens=self.tokens,
            origins=counted(self.asked[each.id].origin for each in self.accepted),
        )

    def _whole(self, completion: Completion, ends: Sequence[str]) -> Completion:
        begin = self.asked[completion.request].begin
        if begin is None:
            return completion
        return msgspec.structs.replace(completion, text=(begin + up_to(completion.text, ends)).strip())

    def _given(self) -> list[Candidate]:
        candidates = []
        for row in self.given():
            checks = self.checks if self.asked[row.id].screened else ()
            if (reason := no_question(row.text, "stop", self.bait, checks)) is None:
                candidates.append(Candidate(row.id, row.text))
            else:
                self.drops.append(Drop(id=row.id, text=row.text, reason=reason))
        return candidates


def counted(words: Iterable[str] | Mapping[str, int]) -> dict[str, int]:
    """How often each word is there, by the alphabet."""
    return dict(sorted(Counter(words).items()))


def text_id(question: str, rewrites: int) -> str:
    """The id under which a text is asked for: `r01-w002-q00017`, its first rewrite `r01-w002-q00017-v1`."""
    return f"{question}-v{rewrites}" if rewrites else question


def _near_duplicate(candidate: Candidate, match: Match) -> Drop:
    return Drop(
        id=candidate.id,
        text=candidate.text,
        reason="near-duplicate",
        other=match.other,
        test=match.test,
        similarity=round(match.similarity, 6),
    )
