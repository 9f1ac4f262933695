"""The waves of a round of questions: write, screen, compare with the pool, send back what is too much alike."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from crescent.config.seeds import derived_seed
from crescent.dedup.index import Match
from crescent.dedup.module import Candidate, DedupDataModule, DedupModule
from crescent.errors import StageError
from crescent.generation.prompts import fill
from crescent.generation.request import Request
from crescent.generation.screening import no_question
from crescent.loop.stages.assignments import Assignment, assign
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.diversity import measure, warning
from crescent.loop.stages.facts import QuestionsFacts
from crescent.loop.stages.pool import open_pool
from crescent.loop.stages.predict import generate, predict
from crescent.loop.stages.seeds import seed_problems, variation
from crescent.records import Completion, Drop, Question, WaveCount
from crescent.run.manifest import Manifest, facts_of
from crescent.run.names import in_order, rewritten_folder, round_folder, written_folder
from crescent.run.stage import Stage


@dataclass
class Wave:
    """One wave in the making."""

    number: int
    size: int
    accepted: list[Candidate] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    collided: list[Drop] = field(default_factory=list)
    """Every text that was a near-duplicate, by the id under which it was asked for, those mended later included."""
    collisions: Counter[str] = field(default_factory=Counter)
    attempts: int = 0
    """How often near-duplicates were sent back so far."""
    rewrites: int = 0
    tokens: int = 0


class Waves:
    """The waves of one round. What is finished is read back from disk, so a wave is never made twice."""

    def __init__(
        self, context: Context, stage: Stage, number: int, model: ModelRef, earlier: Sequence[Manifest]
    ) -> None:
        self.earlier = earlier
        self.assigned = 0
        self.context, self.stage, self.number, self.model = context, stage, number, model
        self.config = context.config.questions
        self.seeds = seed_problems(self.config.seed_problems) if self.config.seed_problems else []
        self.counts = list(stage.shards("waves").stream(WaveCount))
        self.index = open_pool(context, [m.spec.stage for m in earlier], stage, {count.wave for count in self.counts})

    def total(self, name: str) -> int:
        """Sum of a field over all finished waves."""
        return sum(getattr(count, name) for count in self.counts)

    def ending(self) -> str | None:
        """Why no further wave is made, in words, or None."""
        if self.total("accepted") >= self.config.target:
            return "target reached"
        if len(self.counts) >= self.config.max_waves:
            return f"wave limit reached ({self.config.max_waves})"
        if self.config.max_tokens is not None and self.total("tokens") >= self.config.max_tokens:
            return f"token budget spent ({self.config.max_tokens})"
        if self.counts and self.counts[-1].accepted < self.config.min_yield * self.counts[-1].written:
            return f"yield below {self.config.min_yield:.0%} in wave {len(self.counts)}"
        return None

    def size(self) -> int:
        """Texts to ask for in the next wave: no more than the yield so far makes necessary for the target."""
        written, accepted = self.total("written"), self.total("accepted")
        missing = self.config.target - accepted
        needed = missing if not accepted else -(-missing * written // accepted)
        return max(1, min(self.config.wave_size, needed))

    def next(self) -> None:
        """Make one wave: write, screen, dedup, rewrite; publish its rows, then its count, which makes it finished."""
        wave = Wave(number=len(self.counts) + 1, size=self.size())
        ids = [f"r{self.number:02d}-w{wave.number:03d}-q{i:05d}" for i in range(wave.size)]
        requests = [Request(id, self._asking(id)) for id in ids]
        texts = self._generate(wave, requests, written_folder(wave.number), "bait")
        candidates = self._screened(wave, texts, 0)
        wave.written = [candidate.text for candidate in candidates]
        for attempt in range(self.config.max_rewrites + 1):
            unchecked = attempt > 0 and not self.config.recheck_rewrites
            with self.stage.work():
                # A wave is one batch, so a pass is one step of the pool on disk: `open_pool` builds it the same way.
                data = DedupDataModule(candidates, batch_size=self.config.wave_size)
                matches = predict(self.context, DedupModule(self.index, unchecked), data)
            decided = list(zip(candidates, matches, strict=True))
            collisions = [(candidate, match) for candidate, match in decided if match is not None]
            wave.accepted += [candidate for candidate, match in decided if match is None]
            wave.collisions.update(match.test for _, match in collisions)
            wave.collided += [_collided(candidate, match) for candidate, match in collisions]
            if not collisions or attempt == self.config.max_rewrites:
                wave.drops += [_near_duplicate(candidate, match) for candidate, match in collisions]
                break
            requests = self._rewrite_requests(collisions)
            wave.rewrites += len(requests)
            wave.attempts = attempt + 1
            texts = self._generate(
                wave, requests, rewritten_folder(wave.number, wave.attempts), f"rewrite {wave.attempts}"
            )
            candidates = self._screened(wave, texts, wave.attempts)
        self._discard_rewrites(wave.number, wave.attempts)
        self._publish(wave)

    def discard_beyond(self) -> None:
        """Remove what an earlier start had begun of a wave that this one, with other waves before it, does not make."""
        beyond = len(self.counts) + 1
        self.stage.discard(written_folder(beyond))
        self._discard_rewrites(beyond, 0)
        for kind in ("accepted", "drops", "collisions"):
            self.stage.shards(kind).remove(beyond)

    def _discard_rewrites(self, wave: int, attempts: int) -> None:
        further = range(attempts + 1, self.config.max_rewrites + 1)
        self.stage.discard(*(rewritten_folder(wave, attempt) for attempt in further))

    def _asking(self, id: str) -> str:
        """What brings question `id`: the bait, or the request to vary a seed problem."""
        if not self.seeds:
            return self.config.bait
        return variation(self.config, self.seeds, self._seed("seed problem", id))

    def _seed(self, *parts: str | int) -> int:
        return derived_seed(self.context.config.seed, self.stage.name, *parts)

    def _generate(self, wave: "Wave", requests: Sequence[Request], kind: str, what: str) -> list[Completion]:
        if self.context.world_size > 1:
            self.assigned += 1
            assign(self.context, self.assigned, Assignment(kind, list(requests)))
        shards = generate(
            self.context,
            self.stage,
            kind,
            ref=self.model,
            requests=requests,
            sampling=self.config.sampling,
            title=f"{round_folder(self.number)} wave {wave.number} {what}",
        )
        completions = list(shards.stream(Completion))
        wave.tokens += sum(completion.tokens for completion in completions)
        return completions

    def _screened(self, wave: "Wave", completions: Sequence[Completion], rewrites: int) -> list[Candidate]:
        """The completions that may be questions; the others become drops of the wave."""
        candidates = []
        for completion in completions:
            question = completion.request.partition("-v")[0]
            written = completion.text, completion.stop, self.config.bait
            reason = no_question(*written, self.config.screen, completion.tokens)
            if reason is None:
                candidates.append(Candidate(question, completion.text, rewrites))
            else:
                wave.drops.append(Drop(id=question, text=completion.text, reason=reason))
        return candidates

    def _rewrite_requests(self, collisions: Sequence[tuple[Candidate, Match]]) -> list[Request]:
        return [
            Request(
                _text_id(candidate.id, candidate.rewrites + 1),
                fill(self.config.rewrite, question=candidate.text, other=match.text),
            )
            for candidate, match in collisions
        ]

    def _publish(self, wave: "Wave") -> None:
        questions = [
            Question(id=c.id, round=self.number, wave=wave.number, text=c.text, rewrites=c.rewrites)
            for c in sorted(wave.accepted, key=lambda c: in_order(c.id))
        ]
        self.stage.shards("accepted").write(wave.number, questions)
        drops: list[Drop] = sorted(wave.drops, key=lambda drop: in_order(drop.id))
        self.stage.shards("drops").write(wave.number, drops)
        collided: list[Drop] = sorted(wave.collided, key=lambda drop: in_order(drop.id))
        self.stage.shards("collisions").write(wave.number, collided)
        count = WaveCount(
            wave=wave.number,
            written=wave.size,
            rewrites=wave.rewrites,
            accepted=len(questions),
            drops=dict(sorted(Counter(drop.reason for drop in wave.drops).items())),
            collisions=dict(sorted(wave.collisions.items())),
            diversity=measure([q.text for q in questions], wave.written, self._seed("diversity", wave.number)),
            tokens=wave.tokens,
        )
        if count.written != count.accepted + len(wave.drops):
            raise StageError(
                f"{self.stage.name}, wave {wave.number}: {count.written} texts came in, {count.accepted} were accepted "
                f"and {len(wave.drops)} dropped: rows were lost. This is a defect."
            )
        self.stage.shards("waves").write(wave.number, [count])
        self.counts.append(count)

    def facts(self, ending: str) -> QuestionsFacts:
        """What the report says about this stage."""
        drops: Counter[str] = Counter()
        collisions: Counter[str] = Counter()
        for count in self.counts:
            drops.update(count.drops)
            collisions.update(count.collisions)
        figures = measure(*self._texts(), self._seed("diversity"))
        before = facts_of(self.earlier[-1], QuestionsFacts).diversity if self.earlier else figures
        if (message := warning(figures, before)) is not None:
            self.context.report.say(f"round {self.number}: {message}")
        return QuestionsFacts(
            written=self.total("written"),
            rewrites=self.total("rewrites"),
            accepted=self.total("accepted"),
            drops=dict(sorted(drops.items())),
            collisions=dict(sorted(collisions.items())),
            diversity=figures,
            warning=message,
            tokens=self.total("tokens"),
            ending=ending,
            pool=len(self.index),
        )

    def _texts(self) -> tuple[list[str], list[str]]:
        """The accepted questions of the round, and all texts that the bait brought."""
        accepted = [row.text for row in self.stage.shards("accepted").stream(Question)]
        written = [
            row.text for wave in self.counts for row in self.stage.shards(written_folder(wave.wave)).stream(Completion)
        ]
        return accepted, written


def _text_id(question: str, rewrites: int) -> str:
    """The id under which a text is asked for: `r01-w002-q00017`, its first rewrite `r01-w002-q00017-v1`."""
    return f"{question}-v{rewrites}" if rewrites else question


def _collided(candidate: Candidate, match: Match) -> Drop:
    return msgspec.structs.replace(_near_duplicate(candidate, match), id=_text_id(candidate.id, candidate.rewrites))


def _near_duplicate(candidate: Candidate, match: Match) -> Drop:
    return Drop(
        id=candidate.id,
        text=candidate.text,
        reason="near-duplicate",
        other=match.other,
        test=match.test,
        similarity=round(match.similarity, 6),
    )
