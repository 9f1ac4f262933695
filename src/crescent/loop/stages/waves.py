"""The waves of a round of questions: ask, screen, compare with the pool, send back what is too much alike."""

from collections import Counter
from collections.abc import Sequence

from crescent.config.seeds import derived_seed
from crescent.dedup.module import Candidate, DedupDataModule, DedupModule
from crescent.errors import StageError
from crescent.generation.prompts import fill
from crescent.generation.request import Request
from crescent.loop.sources.source import Asked, Source
from crescent.loop.stages.assignments import Assignment, assign
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.diversity import measure, warning
from crescent.loop.stages.facts import QuestionsFacts
from crescent.loop.stages.pool import open_pool
from crescent.loop.stages.predict import generate, predict
from crescent.loop.stages.turns import Turns
from crescent.loop.stages.wave import Collision, Wave, counted, text_id
from crescent.records import Completion, Drop, Given, Question, WaveCount
from crescent.runs.manifest import Manifest, facts_of
from crescent.runs.names import given_folder, in_order, rewritten_folder, round_folder, written_folder
from crescent.runs.stage import Stage


class Waves:
    """The waves of one round. What is finished is read back from disk, so a wave is never made twice."""

    def __init__(
        self,
        context: Context,
        stage: Stage,
        number: int,
        model: ModelRef,
        earlier: Sequence[Manifest],
        source: Source,
    ) -> None:
        self.earlier = [facts_of(manifest, QuestionsFacts) for manifest in earlier]
        self.assigned = 0
        self.context, self.stage, self.number, self.model = context, stage, number, model
        self.config = context.config.questions
        self.counts = list(stage.shards("waves").stream(WaveCount))
        self.index = open_pool(context, [m.spec.stage for m in earlier], stage, {count.wave for count in self.counts})
        before = sum(facts.written for facts in self.earlier)
        self.turns = Turns(context, stage, model, source, before, self.index)

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
        if not self._asked(1):
            return "the source has no more"
        return None

    def size(self) -> int:
        """Texts to ask for in the next wave: no more than the yield so far makes necessary for the target."""
        written, accepted = self.total("written"), self.total("accepted")
        missing = self.config.target - accepted
        needed = missing if not accepted else -(-missing * written // accepted)
        return max(1, min(self.config.wave_size, needed))

    def next(self) -> None:
        """Make one wave: ask, screen, dedup, rewrite; publish its rows, then its count, which makes it finished."""
        wave = Wave(len(self.counts) + 1, self._asked(self.size()), self.config.bait, self.config.screen)
        if given := wave.given():
            self.stage.shards(given_folder(wave.number)).write(0, given)
        requests, ends = self.turns.requests(wave.asked)
        texts = self._generate(wave, requests, written_folder(wave.number), "questions") if requests else []
        candidates = wave.first(texts, ends)
        for attempt in range(self.config.max_rewrites + 1):
            unchecked = attempt > 0 and not self.config.recheck_rewrites
            with self.stage.work():
                # A wave is one batch, so a pass is one step of the pool on disk: `open_pool` builds it the same way.
                data = DedupDataModule(candidates, batch_size=self.config.wave_size)
                matches = predict(self.context, DedupModule(self.index, unchecked), data)
            collisions = wave.decide(candidates, matches, last=attempt == self.config.max_rewrites)
            if not collisions:
                break
            wave.attempts = attempt + 1
            candidates = self._rewritten(wave, collisions)
        self._discard_rewrites(wave.number, wave.attempts)
        self._publish(wave)

    def discard_beyond(self) -> None:
        """Remove what an earlier start had begun of a wave that this one, with other waves before it, does not make."""
        beyond = len(self.counts) + 1
        self.stage.discard(written_folder(beyond), given_folder(beyond))
        self._discard_rewrites(beyond, 0)
        for kind in ("accepted", "drops", "collisions"):
            self.stage.shards(kind).remove(beyond)

    def facts(self, ending: str) -> QuestionsFacts:
        """What the report says about this stage."""
        sums: dict[str, Counter[str]] = {name: Counter() for name in ("drops", "collisions", "origins")}
        for count in self.counts:
            for name, counter in sums.items():
                counter.update(getattr(count, name))
        figures = measure(*self._texts(), self._seed("diversity"))
        before = self.earlier[-1].diversity if self.earlier else figures
        if (message := warning(figures, before)) is not None:
            self.context.report.say(f"round {self.number}: {message}")
        return QuestionsFacts(
            written=self.total("written"),
            rewrites=self.total("rewrites"),
            accepted=self.total("accepted"),
            drops=counted(sums["drops"]),
            collisions=counted(sums["collisions"]),
            diversity=figures,
            warning=message,
            tokens=self.total("tokens"),
            ending=ending,
            pool=len(self.index),
            origins=counted(sums["origins"]),
        )

    def _asked(self, size: int) -> dict[str, Asked]:
        """What brings the questions of the next wave, at most `size`; fewer, or none, where the source has no more."""
        wave = len(self.counts) + 1
        ids = [f"r{self.number:02d}-w{wave:03d}-q{i:05d}" for i in range(size)]
        return self.turns.asked(ids, self.total("written"))

    def _rewritten(self, wave: Wave, collisions: Sequence[Collision]) -> list[Candidate]:
        """The texts that the model makes of those that are too much like another."""
        requests = [
            Request(
                text_id(candidate.id, candidate.rewrites + 1),
                fill(self.config.rewrite, question=candidate.text, other=match.text),
            )
            for candidate, match in collisions
        ]
        wave.rewrites += len(requests)
        folder = rewritten_folder(wave.number, wave.attempts)
        return wave.screened(self._generate(wave, requests, folder, f"rewrite {wave.attempts}"), wave.attempts)

    def _discard_rewrites(self, wave: int, attempts: int) -> None:
        further = range(attempts + 1, self.config.max_rewrites + 1)
        self.stage.discard(*(rewritten_folder(wave, attempt) for attempt in further))

    def _seed(self, *parts: str | int) -> int:
        return derived_seed(self.context.config.seed, self.stage.name, *parts)

    def _generate(self, wave: Wave, requests: Sequence[Request], kind: str, what: str) -> list[Completion]:
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

    def _publish(self, wave: Wave) -> None:
        questions = wave.questions(self.number)
        self.stage.shards("accepted").write(wave.number, questions)
        for kind, rows in (("drops", wave.drops), ("collisions", wave.collided)):
            ordered: list[Drop] = sorted(rows, key=lambda drop: in_order(drop.id))
            self.stage.shards(kind).write(wave.number, ordered)
        figures = measure([q.text for q in questions], wave.written, self._seed("diversity", wave.number))
        count = wave.count(figures)
        if count.written != count.accepted + len(wave.drops):
            raise StageError(
                f"{self.stage.name}, wave {wave.number}: {count.written} texts came in, {count.accepted} were accepted "
                f"and {len(wave.drops)} dropped: rows were lost. This is a defect."
            )
        self.stage.shards("waves").write(wave.number, [count])
        self.counts.append(count)

    def _texts(self) -> tuple[list[str], list[str]]:
        """The accepted questions of the round, and all texts that came in."""
        accepted = [row.text for row in self.stage.shards("accepted").stream(Question)]
        came = []
        for wave in self.counts:
            came += [row.text for row in self.stage.shards(given_folder(wave.wave)).stream(Given)]
            came += [row.text for row in self.stage.shards(written_folder(wave.wave)).stream(Completion)]
        return accepted, came
