"""What became of every question of a run, read from the rows of its folder, a running one's too."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crescent.loop.stages.rows import solutions
from crescent.loop.stages.table import ANSWERS, DATASET, QUESTIONS, TRAINING
from crescent.records import REASONS, Completion, Consensus, Drop, Given, Pair, Question, Solution
from crescent.reporting.report.numbers import plural
from crescent.reporting.report.untrusted import visible
from crescent.runs import rows
from crescent.runs.manifest import MANIFEST
from crescent.runs.names import ROUNDS, in_order, round_number
from crescent.runs.shards import ShardFolder

TRAIN = "train.jsonl"


@dataclass
class History:
    """One question. `texts`: what was written and each rewrite; `collisions`: by the number of the text, from 0.

    `question` is None as long as no text was accepted. `pairs` has (round, pair) of every training set with it,
    `drops` whatever was dropped of it before, `trained` the rounds whose training on such a set is finished, and
    `untaught` (round, drop) of every pair that such a training did not learn from.
    """

    id: str
    round: int
    texts: list[str] = field(default_factory=list)
    collisions: dict[int, Drop] = field(default_factory=dict)
    question: Question | None = None
    consensus: Consensus | None = None
    solutions: list[Solution] = field(default_factory=list)
    pairs: list[tuple[int, Pair]] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    trained: list[int] = field(default_factory=list)
    untaught: list[tuple[int, Drop]] = field(default_factory=list)
    origin: str | None = None
    """Where it is from; known of every accepted question, and of every one that is `given`."""
    given: bool = False
    """It was there already, and not written by the model."""

    @property
    def state(self) -> str:
        """Where it ended, in a few words."""
        if self.trained:
            return "trained on"
        if self.untaught:
            return f"dropped: {self.untaught[-1][1].reason}"
        if self.pairs:
            return "a training pair"
        reason = self.consensus.reason if self.consensus else None
        if reason or self.drops:
            return f"dropped: {reason or self.drops[-1].reason}"
        if self.consensus:
            return "consensus accepted"
        return "accepted into the pool" if self.question else "written"


def read_histories(run: Path, *, with_solutions: bool = False) -> dict[str, History]:
    """Id -> history of every text that the source brought, in the order of the loop.

    Raises:
        DamagedError: a file was cut or altered.
    """
    found: dict[str, History] = {}
    for folder in sorted(run.glob(ROUNDS), key=in_order):
        if (number := round_number(folder)) is None:
            continue
        _read_questions(folder / QUESTIONS.name, number, found)
        for row in ShardFolder(folder / ANSWERS.name / "consensus").stream(Consensus):
            found[row.question].consensus = row
        if with_solutions:
            for solution in solutions(folder / ANSWERS.name):
                found[solution.question].solutions.append(solution)
        _read_pairs(folder, number, found)
    return found


def _read_questions(folder: Path, number: int, found: dict[str, History]) -> None:
    for place in sorted(folder.glob("given-*"), key=in_order):
        for given in ShardFolder(place).stream(Given):
            found[given.id] = History(given.id, number, texts=[given.text], origin=given.origin, given=True)
    for kind in ("written-*", "rewritten-*"):
        for place in sorted(folder.glob(kind), key=in_order):
            for text in ShardFolder(place).stream(Completion):
                id = _question_of(text.request)
                found.setdefault(id, History(id, number)).texts.append(text.text)
    for row in ShardFolder(folder / "collisions").stream(Drop):
        _, _, rewrite = row.id.partition("-v")
        found[_question_of(row.id)].collisions[int(rewrite or 0)] = row
    for question in ShardFolder(folder / "accepted").stream(Question):
        found[question.id].question = question
        found[question.id].origin = question.origin
    for drop in ShardFolder(folder / "drops").stream(Drop):
        found[drop.id].drops.append(drop)


def _read_pairs(folder: Path, number: int, found: dict[str, History]) -> None:
    dataset = folder / DATASET.name
    if not (dataset / MANIFEST).is_file():
        return
    trained = (folder / TRAINING.name / MANIFEST).is_file()
    left_out = {drop.id: drop for drop in ShardFolder(folder / TRAINING.name / "drops").stream(Drop)} if trained else {}
    for pair in rows.read(dataset / TRAIN, Pair):
        history = found[_question_of(pair.id)]
        history.pairs.append((number, pair))
        if pair.id in left_out:
            history.untaught.append((number, left_out[pair.id]))
        elif trained and number not in history.trained:
            history.trained.append(number)
    for drop in ShardFolder(dataset / "drops").stream(Drop):
        found[_question_of(drop.id)].drops.append(drop)


def _question_of(id: str) -> str:
    """The question that a text (`...-v2`) or a pair (`...-s03`) belongs to."""
    return id.partition("-v")[0].partition("-s")[0]


def history_lines(history: History, others: dict[str, History]) -> Iterator[str]:
    """The whole history as lines. `others` has the questions that it may have collided with."""
    yield f"{history.id}, round {history.round}: {history.state}"
    if history.origin is not None:
        yield f"source: {history.origin}"
    came = "given:" if history.given else "written:"
    for number, text in enumerate(history.texts):
        yield ""
        yield came if number == 0 else f"rewrite {number}:"
        yield from _indented(text)
        if (collision := history.collisions.get(number)) is not None:
            yield f"collided with {collision.other} ({collision.test}, similarity {collision.similarity:.3f}):"
            other = others.get(collision.other or "")
            yield from _indented(other.question.text if other and other.question else "(not in this folder)")
    yield ""
    if history.question is not None:
        rewrites = history.question.rewrites
        yield "accepted into the pool" + (f" after {plural(rewrites, 'rewrite')}" if rewrites else "")
    yield from _vote_lines(history)
    for number, pair in history.pairs:
        yield f"training pair {pair.id} in round {number}"
    for number, drop in history.untaught:
        yield f"left out of the training of round {number}: {drop.id}, {_meaning(drop.reason)}"
    for drop in history.drops:
        beside = f", near {drop.other} ({drop.test}, similarity {drop.similarity:.3f})" if drop.other else ""
        yield f"dropped {drop.id}: {_meaning(drop.reason)}{beside}"
    if history.trained:
        yield "trained on in " + ", ".join(f"round {number}" for number in history.trained)


def _vote_lines(history: History) -> Iterator[str]:
    consensus = history.consensus
    if history.solutions:
        votes = Counter(solution.answer for solution in history.solutions)
        counted = ", ".join(f"{_answer(answer)} {count}x" for answer, count in votes.most_common())
        yield f"{len(history.solutions)} solutions, their answers: {counted}"
    chosen = {consensus.solution, *consensus.others} if consensus else set()
    for solution in sorted(history.solutions, key=lambda solution: solution.sample):
        stands = ", stands for the consensus" if solution.sample in chosen else ""
        cut = ", cut at the token limit" if solution.stop == "length" else ""
        yield ""
        yield f"solution {solution.sample}, answer {_answer(solution.answer)}{stands}{cut}:"
        yield from _indented(solution.text)
    if consensus is not None:
        yield ""
        result = "accepted" if consensus.reason is None else f"rejected: {_meaning(consensus.reason)}"
        yield (
            f"consensus {_answer(consensus.answer)}, {consensus.votes} of {consensus.samples} votes, "
            f"agreement {consensus.agreement:.3f}: {result}"
        )


def _answer(answer: str | None) -> str:
    return "none" if answer is None else visible(answer)


def _meaning(reason: str) -> str:
    return f"{reason} ({REASONS[reason]})" if reason in REASONS else reason


def _indented(text: str) -> Iterator[str]:
    yield from (f"    {line}" for line in visible(text).splitlines() or [""])
