"""Check `pairs`: what was learned is what the arm takes of the votes, and what was left out is counted.

Which pairs are too near a benchmark is taken from the rows: finding them needs the data of the benchmarks.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from crescent.commands.verify.findings import Check, Findings
from crescent.commands.verify.reading import Folder, Read, line_of, stated
from crescent.commands.verify.votes import by_question
from crescent.config.schema import Config
from crescent.config.seeds import derived_seed
from crescent.loop.stages.budget import BEYOND
from crescent.loop.stages.facts import DatasetFacts, ReplayFacts, TrainingFacts
from crescent.records import Consensus, Drop, Pair, Question, Replayed, Solution
from crescent.runs.manifest import MANIFEST
from crescent.runs.names import in_order, round_folder
from crescent.voting.ballots import unguarded
from crescent.voting.labels.label import label_of
from crescent.voting.losers import Rivals
from crescent.voting.selection.selection import Candidate, selection_of

FILE = "train.jsonl"
REPLAYED = "replay.jsonl"


def check_pairs(folder: Folder, config: Config, number: int, findings: Findings) -> None:
    """The pairs of a round, those that it did not draw, and the pairs of earlier rounds before them."""
    check, stage = findings.of("pairs"), f"{round_folder(number)}/dataset"
    path, name = folder.path / stage / FILE, f"{stage}/{FILE}"
    pairs, drops = folder.rows(path, Pair, check), folder.shards(f"{stage}/drops", Drop, check)
    contaminated = {drop.row.id for drop in drops if drop.row.reason == "contaminated"}
    every = candidates(folder, config, number)
    seed = derived_seed(config.seed, stage)
    clean = [each for each in every if each[1].pair.id not in contaminated]
    among = [candidate for preference, candidate in clean if not preference]
    selected = selection_of(config).select(among, number, derived_seed(seed, "select"))
    away = {each.pair.id: reason for each, reason in selected.drops}
    left = [(preference, each.pair) for preference, each in clean if preference or each.pair.id not in away]
    drawn = _drawn(left, config.training.max_pairs, seed)
    chosen = {pair.id for pair in drawn}
    expected = {pair.id: pair for pair in (_exchanged(drawn) if config.training.pairs == "shuffled" else drawn)}
    new = [pair for pair in pairs if pair.row.round == number]
    _compare(check, name, new, expected)
    before = [pair.row for pair in pairs if pair.row.round != number]
    earlier = range(1, number) if config.training.accumulate else ()
    silent = Check("", "")  # what is wrong with those files is said where they are looked at
    kept = [
        pair.row
        for each in earlier
        for pair in folder.rows(folder.path / round_folder(each) / "dataset" / FILE, Pair, silent)
        if pair.row.round == each
    ]
    check.same(name, "pairs of earlier rounds", [_plain(pair) for pair in before], [_plain(pair) for pair in kept])
    beyond = sorted((pair.id for _, pair in left if pair.id not in chosen), key=in_order)
    there = sorted((drop.row.id for drop in drops if drop.row.reason == "beyond-max-pairs"), key=in_order)
    check.same(f"{stage}/drops", "ids beyond training.max_pairs", there, beyond)
    reasons = {drop.row.id: drop.row.reason for drop in drops if drop.row.reason in set(away.values())}
    check.same(f"{stage}/drops", "what select left out", dict(sorted(reasons.items())), dict(sorted(away.items())))
    if (facts := stated(folder.manifests[stage], DatasetFacts, check)) is not None:
        file = f"{stage}/{MANIFEST}"
        check.same(file, "facts.new", facts.new, len(new))
        check.same(file, "facts.total", facts.total, len(pairs))
        check.same(file, "facts.candidates", facts.candidates, len(every))
        counted = {"contaminated": len(contaminated), **Counter(away.values()), "beyond-max-pairs": len(there)}
        check.same(file, "facts.drops", facts.drops, counted)


def check_training(folder: Folder, number: int, findings: Findings) -> None:
    """What the training and the replay of a round say of their rows."""
    check, place = findings.of("pairs"), round_folder(number)
    replay = f"{place}/replay"
    replayed = 0
    if replay in folder.manifests:
        replayed = len(folder.rows(folder.path / replay / REPLAYED, Replayed, check))
        drops = dict(sorted(Counter(d.row.reason for d in folder.shards(f"{replay}/drops", Drop, check)).items()))
        if (said := stated(folder.manifests[replay], ReplayFacts, check)) is not None:
            check.same(f"{replay}/{MANIFEST}", "facts.kept", said.kept, replayed)
            check.same(f"{replay}/{MANIFEST}", "facts.drops", said.drops, drops)
            check.same(f"{replay}/{MANIFEST}", "facts.samples", said.samples, replayed + sum(drops.values()))
    stage = f"{place}/training"
    if stage not in folder.manifests:
        return
    facts = stated(folder.manifests[stage], TrainingFacts, check)
    if facts is not None:
        file = f"{stage}/{MANIFEST}"
        silent = Check("", "")
        check.same(
            file, "facts.pairs", facts.pairs, len(folder.rows(folder.path / place / "dataset" / FILE, Pair, silent))
        )
        check.same(file, "facts.replayed", facts.replayed, replayed)
        drops = dict(sorted(Counter(d.row.reason for d in folder.shards(f"{stage}/drops", Drop, check)).items()))
        check.same(file, "facts.dropped", facts.dropped, drops)


def candidates(folder: Folder, config: Config, number: int) -> list[tuple[int, Candidate]]:
    """(preference, candidate) of everything that the arm may take in a round; lower preferences are drawn first."""
    place, silent = round_folder(number), Check("", "")
    questions = [each.row for each in folder.shards(f"{place}/questions/accepted", Question, silent)]
    outcomes = {c.row.question: c.row for c in folder.shards(f"{place}/answers/consensus", Consensus, silent)}
    rows = [row for sampled in folder.passes(f"{place}/answers") for row in folder.shards(sampled, Solution, silent)]
    ballots, arm = by_question(rows), config.training.pairs
    found = []
    for question in questions:
        outcome, solutions = outcomes.get(question.id), ballots.get(question.id, [])
        if outcome is None or outcome.reason == BEYOND:
            continue
        rivals = Rivals(solutions, symbolic=config.voting.symbolic) if arm == "consensus" and solutions else None
        for preference, solution, weight in _taken(arm, outcome, solutions, config):
            beside = arm != "unvoted" and preference == 0 and solution.sample != outcome.solution
            loser = rivals.against(solution.sample) if rivals else None
            pair = Pair(
                id=f"{question.id}-s{solution.sample:02d}" if beside else question.id,
                round=question.round,
                question=question.text,
                solution=solution.text,
                answer=solution.answer,
                agreement=outcome.agreement if arm == "consensus" else None,
                weight=weight if arm == "consensus" else 1.0,
                rejected=loser[0].text if loser else None,
                margin=loser[1] if loser else None,
            )
            vote = outcome if arm != "unvoted" and preference == 0 else None
            found.append((preference, Candidate(question.id, pair, vote, solution.tokens)))
    return found


def _taken(
    arm: str, outcome: Consensus, solutions: Sequence[Solution], config: Config
) -> Iterator[tuple[int, Solution, float]]:
    """(preference, solution, weight) of what the arm takes for a question."""
    by_sample, label = {solution.sample: solution for solution in solutions}, label_of(config)
    if arm == "unvoted":
        if solutions and solutions[0].text:
            yield 0, solutions[0], 1.0
    elif outcome.solution is not None:
        for sample, weight in label.weigh(outcome, solutions, config.voting):
            if sample in by_sample:
                yield 0, by_sample[sample], weight
    elif arm == "shuffled":
        plurality = label.decide(outcome.question, list(solutions), unguarded(config.voting)).solution
        if plurality is not None:
            yield 1, by_sample[plurality], 1.0


def _drawn(left: Sequence[tuple[int, Pair]], limit: int | None, seed: int) -> list[Pair]:
    ranked = sorted(left, key=lambda candidate: (candidate[0], derived_seed(seed, candidate[1].id)))
    return sorted((pair for _, pair in ranked[:limit]), key=lambda pair: in_order(pair.id))


def _exchanged(pairs: Sequence[Pair]) -> list[Pair]:
    """The control: every question with the solution of the pair that stands half of them further on."""
    half = len(pairs) // 2
    moved = [*pairs[half:], *pairs[:half]]
    return [
        msgspec.structs.replace(pair, solution=other.solution, answer=other.answer)
        for pair, other in zip(pairs, moved, strict=True)
    ]


def _compare(check: Check, name: str, stored: Sequence[Read[Pair]], expected: Mapping[str, Pair]) -> None:
    known = set()
    for each in stored:
        place = f"{line_of(each)}, pair {each.row.id}"
        if each.row.id in expected and each.row.id not in known:
            check.same(name, place, _plain(each.row), _plain(expected[each.row.id]))
        else:
            check.wrong(name, place, each.row.solution, "no such pair: it does not follow from the votes")
        known.add(each.row.id)
    for id, pair in expected.items():
        if id not in known:
            check.wrong(name, f"pair {id}", "no such pair", pair.solution)


def _plain(pair: Pair) -> dict[str, object]:
    values: dict[str, object] = msgspec.to_builtins(pair)
    return values
