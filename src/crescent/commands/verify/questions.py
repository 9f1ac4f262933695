"""Check `questions`: the counts of each wave and each round, and how varied the questions are, from their rows."""

from collections import Counter

import msgspec

from crescent.commands.verify.findings import Findings
from crescent.commands.verify.reading import Folder, stated
from crescent.config.schema import Config
from crescent.config.seeds import derived_seed
from crescent.loop.stages.diversity import measure
from crescent.loop.stages.facts import QuestionsFacts
from crescent.records import Completion, Drop, Question, WaveCount
from crescent.runs.manifest import MANIFEST
from crescent.runs.names import written_folder


def check_questions(folder: Folder, config: Config, stage: str, findings: Findings) -> None:
    """The counts of every wave and of the round, and how varied the accepted questions are."""
    check, file = findings.of("questions"), f"{stage}/{MANIFEST}"
    accepted = folder.shards(f"{stage}/accepted", Question, check)
    drops = folder.shards(f"{stage}/drops", Drop, check)
    waves = folder.shards(f"{stage}/waves", WaveCount, check)
    for wave in waves:
        mine = [drop.row.reason for drop in drops if _number(drop.file) == wave.row.wave]
        count = sum(question.row.wave == wave.row.wave for question in accepted)
        place = f"wave {wave.row.wave}"
        check.same(wave.file, f"{place}, accepted", wave.row.accepted, count)
        check.same(wave.file, f"{place}, drops", wave.row.drops, dict(sorted(Counter(mine).items())))
        check.same(wave.file, f"{place}, written", wave.row.written, count + len(mine))
    for id, times in Counter(question.row.id for question in accepted).items():
        if times > 1:
            check.wrong(f"{stage}/accepted", f"question {id}", f"{times} rows", "1 row")
    facts = stated(folder.manifests[stage], QuestionsFacts, check)
    if facts is None:
        return
    totals = {name: sum(getattr(wave.row, name) for wave in waves) for name in ("written", "rewrites", "tokens")}
    totals |= {"accepted": len(accepted)}
    for name, value in totals.items():
        check.same(file, f"facts.{name}", getattr(facts, name), value)
    for name in ("drops", "collisions"):
        summed: Counter[str] = Counter()
        for wave in waves:
            summed.update(getattr(wave.row, name))
        check.same(file, f"facts.{name}", getattr(facts, name), dict(sorted(summed.items())))
    written = [
        text.row.text
        for wave in waves
        for text in folder.shards(f"{stage}/{written_folder(wave.row.wave)}", Completion, check)
    ]
    seed = derived_seed(config.seed, stage, "diversity")
    varied = measure([question.row.text for question in accepted], written, seed)
    check.same(file, "facts.diversity", msgspec.to_builtins(facts.diversity), msgspec.to_builtins(varied))


def _number(file: str) -> int:
    """The number in the name of a shard."""
    return int(file.rpartition("/")[2].partition(".")[0])
