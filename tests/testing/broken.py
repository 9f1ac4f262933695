"""Implementations with one defect each, and the suites on them. Not collected by name: `test_contracts.py` runs it.

`fails`: the tests that must notice.
"""

import time
from collections import Counter
from dataclasses import replace as replaced
from typing import Any, ClassVar

import numpy as np
from msgspec.structs import replace

from crescent import testing
from crescent.dedup.keyed import KeyedStep
from crescent.dedup.steps import Edges
from crescent.evaluation.rules.points import Points
from crescent.evaluation.rules.rule import Judgement
from crescent.loop.sources.bait import Bait
from crescent.loop.sources.source import Asked
from crescent.records import Consensus
from crescent.training.objectives.sft import Sft
from crescent.voting.labels.majority import Majority
from crescent.voting.selection.all import All
from crescent.voting.selection.selection import Selected
from tests.generation.own import Renamed


class Counting(Bait):
    def __init__(self) -> None:
        self.asked = 0

    def ask(self, turn: Any) -> Any:
        self.asked += 1
        return Asked(origin="own", question=f"What is {self.asked} + 1?")


class TestSourceThatCounts(testing.SourceContract):
    implementation = Counting
    fails = ("the_same_turn_gives", "the_order_in_which_turns")


class Restarting(Bait):
    def ask(self, turn: Any) -> Any:
        return None if turn.number == 60 else super().ask(turn)


class TestSourceThatGoesOnAfterItsEnd(testing.SourceContract):
    implementation = Restarting
    fails = ("an_end_is_an_end",)


class Clock(Bait):
    def inputs(self) -> dict[str, str]:
        return {"clock": f"{time.perf_counter_ns():032d}"}


class TestSourceWhoseDigestIsTheTime(testing.SourceContract):
    implementation = Clock
    fails = ("inputs_are_digests",)


class FirstOfAll(Majority):
    def decide(self, question: str, solutions: Any, voting: Any) -> Consensus:
        vote = super().decide(question, solutions, voting)
        return vote if vote.solution is None else replace(vote, answer=solutions[0].answer or vote.answer)


class TestLabelByOrder(testing.LabelContract):
    implementation = FirstOfAll
    fails = ("the_order_of_votes",)


class Heavy(Majority):
    def weigh(self, consensus: Any, solutions: Any, voting: Any) -> Any:
        return [(sample, float(consensus.votes)) for sample, _ in super().weigh(consensus, solutions, voting)]


class TestLabelThatWeighsMoreThanOne(testing.LabelContract):
    implementation = Heavy
    fails = ("pairs_stand_for", "unanimity_is")


class Hasty(Majority):
    def settled(self, answers: Any, voting: Any) -> bool:
        return True


class TestLabelSettledTooSoon(testing.LabelContract):
    implementation = Hasty
    fails = ("what_is_settled",)


class FirstTwo(All):
    def select(self, candidates: Any, number: int, seed: int) -> Selected:
        return Selected(list(candidates[:2]), [(each, "late") for each in candidates[2:]])


class TestSelectByOrder(testing.SelectContract):
    implementation = FirstTwo
    fails = ("neither_time_nor_order",)


class Losing(All):
    def select(self, candidates: Any, number: int, seed: int) -> Selected:
        return Selected([each for each in candidates if each.tokens > 5], [])


class TestSelectThatLoses(testing.SelectContract):
    implementation = Losing
    fails = ("nothing_is_lost",)


class Forgetful(KeyedStep):
    name = "forgetful"

    def key(self, text: str) -> str:
        return text

    def merge(self, segments: Any) -> Any:
        merged = dict(super().merge(segments[-1:]))
        return merged


class TestDedupThatForgetsWhatIsMerged(testing.DedupContract):
    implementation = Forgetful
    fails = ("waves_decide",)


class Everything(KeyedStep):
    name = "everything"

    def key(self, text: str) -> str:
        return "alike"


class TestDedupThatFindsAllAlike(testing.DedupContract):
    implementation = Everything
    fails = ("what_is_not_alike",)


class Blind(KeyedStep):
    name = "blind"

    def key(self, text: str) -> str:
        return text

    def wave(self, texts: Any, pool: Any, among: bool) -> Any:
        wave = super().wave(texts, pool, among)
        wave._in_segment = lambda block, segment: Edges.of([])  # type: ignore[method-assign]
        return wave


class TestDedupBlindForThePool(testing.DedupContract):
    implementation = Blind
    fails = ("against_removes", "decontamination")


class Moody(Points):
    seen: ClassVar[Counter[str]] = Counter()

    def judge(self, trial: Any) -> Judgement:
        self.seen["rounds"] += 1
        return Judgement(accepted=True, best=self.seen["rounds"] % 2 == 0)


class TestGateWithMoods(testing.GateContract):
    implementation = Moody
    fails = ("the_same_trial",)


class Upside(Points):
    def judge(self, trial: Any) -> Judgement:
        judged = super().judge(trial)
        return replaced(judged, accepted=not judged.accepted, best=not judged.best)

    def words(self, dev_task: str) -> str:
        return "it is worse."


class TestGateUpsideDown(testing.GateContract):
    implementation = Upside
    fails = ("solves_everything_is_kept", "solves_nothing_is_not", "what_it_says")


class Positions(Renamed):
    """Seeds by place in the list, and not by request."""

    def stream(self, shards: Any, sampling: Any, seed: int, report: Any) -> Any:
        for index, requests in shards:
            asked = [replace(request, id=f"{place}") for place, request in enumerate(requests)]
            names = {each.id: request.id for each, request in zip(asked, requests, strict=True)}
            [(_, rows)] = self._inner.stream([(index, asked)], sampling, seed, report)
            yield index, [replace(row, request=names[row.request]) for row in rows]


class TestBackendWithSeedsByPlace(testing.BackendContract):
    implementation = Positions
    fails = ("order_and_neighbours", "shards_come_whole")


class Means(Sft):
    """The mean of each pass, so that the cut of the work decides."""

    def module(self, model: Any, plan: Any, after_step: Any) -> Any:
        from crescent.training.module import FineTuning

        class MeanTuning(FineTuning):
            def part(self, batch: Any) -> Any:
                return super().part(batch) / max(int(np.prod(batch.targets.shape)), 1)

            def whole(self, batch: Any) -> float:
                return 1.0

        return MeanTuning(model, plan, after_step)


class TestObjectiveThatAveragesPasses(testing.ObjectiveContract):
    implementation = Means
    fails = ("cutting_the_work",)


class Askew(Sft):
    def ask(self) -> None: ...

    lesson = None  # type: ignore[assignment]


class TestObjectiveWithoutALesson(testing.ObjectiveContract):
    implementation = Askew
    fails = ("the_slot_takes_it",)


class TestNothing(testing.LabelContract):
    fails = ("the_slot_takes_it", "unanimity_is")
