"""Starting from what another run has sampled (`from_run`, `store`): its questions and solutions in place of new ones.

A stage that has not begun gets the shards that the other run has of it, where the same settings, prompts, seeds and
model, by content, would make the same ones. Then it goes on as after a kill: what it finds is not sampled again, what
is missing is, and the vote and everything after it follow this run's own rules.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from crescent.config.effects import effects
from crescent.config.keys import flatten
from crescent.config.schema import Config
from crescent.errors import RunFolderError
from crescent.loop.stages.context import Context
from crescent.loop.stages.facts import AnswersFacts
from crescent.loop.stages.table import ANSWERS, QUESTIONS
from crescent.records import Completion, Solution
from crescent.runs.events import TAKEN, EventLog
from crescent.runs.folder import stored_config
from crescent.runs.lock import is_held
from crescent.runs.manifest import MANIFEST, SPEC, Manifest, Spec, check_files, facts_of, read_sealed
from crescent.runs.names import round_folder
from crescent.runs.shards import ShardFolder, read_checked
from crescent.runs.stage import Stage
from crescent.runs.store import texts_of

FIRST = round_folder(1)
CUT = "backend.shard_size"
"""Decides no result, but which rows stand together in a shard, and shards are what is taken."""
WRITERS = ("model.path", "model.revision", "model.dtype", "model.context", "model.chat_template", "model.think")


def check_source(config: Config, folder: Path) -> None:
    """See that the run in `from_run` is one that the run in `folder` can start from, as far as keys tell.

    Raises:
        RunFolderError: no run, one at work, the same run, or other settings of questions or solutions (all named).
    """
    if config.from_run is None:
        return
    source = Path(config.from_run)
    there = stored_config(source)
    if there is None:
        raise RunFolderError(f"from_run={source}: there is no run. Name the folder of one, or leave from_run out.")
    if source.resolve() == folder.resolve():
        raise RunFolderError(f"from_run={source} is this run's own folder. Choose another name=... for the new run.")
    if is_held(source):
        raise RunFolderError(f"from_run={source}: that run is at work. Start from it when it has ended.")
    if changed := list(_changed(there, asdict(config))):
        raise RunFolderError(
            f"from_run={source} was sampled with other settings ({'; '.join(changed)}). "
            "Use those settings, or leave from_run out to sample anew."
        )


def check_writer(context: Context) -> None:
    """See that the first round's questions of `from_run` were written by this run's model.

    Raises:
        RunFolderError: it was another one; names the keys that differ.
    """
    config = context.config
    if config.from_run is None:
        return
    plan = read_sealed(Path(config.from_run) / FIRST / QUESTIONS.name / SPEC, Spec)
    if plan is None:
        raise RunFolderError(f"from_run={config.from_run}: that run has not begun to write questions.")
    if plan.inputs["model"] != context.base.identity:
        there, here = flatten(stored_config(Path(config.from_run)) or {}), flatten(asdict(config))
        keys = [f"{key}: {there.get(key)!r} there, {here.get(key)!r} now" for key in WRITERS if there[key] != here[key]]
        raise RunFolderError(
            f"from_run={config.from_run} was sampled with another model ({'; '.join(keys) or 'its files changed'}). "
            "Use that model, or leave from_run out to sample anew."
        )


def take_over(context: Context, stage: Stage) -> None:
    """Bring the shards of `from_run` into a stage that has not begun, and say in a line what was taken, or why not.

    Raises:
        RunFolderError: the first round of that run does not fit; names what differs.
        DamagedError: a shard of that run was cut or altered.
    """
    source = context.config.from_run
    if not context.is_main or (stage.path / SPEC).exists():
        return
    if source is None:
        return _take_from_store(context, stage)
    place = Path(source) / stage.name
    plan, manifest = read_sealed(place / SPEC, Spec), read_sealed(place / MANIFEST, Manifest)
    reason = _unfit(stage, plan, manifest)
    if reason is not None:
        if stage.name.startswith(f"{FIRST}/") and plan is not None:
            raise RunFolderError(f"{stage.name} of from_run={source} does not fit: {reason}")
        context.report.say(f"{stage.name}: sampled anew, not taken over from {source}: {reason}")
        return
    if manifest is not None:
        check_files(place, manifest)
    if plan is not None and stage.name.endswith(f"/{ANSWERS.name}"):
        _take_solutions(context, stage, place, plan, source)
    else:
        _tell(context, stage, source, _copy(place, stage, "*", None))
    stage.note(**EventLog(Path(source) / "events.jsonl").noted(stage.name))


def _take_from_store(context: Context, stage: Stage) -> None:
    """The solutions of a stage that voted on the same ones by other rules; one with the same rules is linked whole."""
    if stage.store is None or not stage.name.endswith(f"/{ANSWERS.name}"):
        return
    for place, manifest in stage.store.alike(stage.spec):
        _take_solutions(context, stage, place, manifest.spec, str(place))
        if (facts := facts_of(manifest, AnswersFacts)).decoder:
            stage.note(decoder=facts.decoder)
        return


def _take_solutions(context: Context, stage: Stage, place: Path, plan: Spec, source: str) -> None:
    """The solutions in `place`, their answers read again where this run has another marker than `plan`."""
    marker = context.config.voting.marker
    reread = marker != plan.config["voting"]["marker"]
    taken = _copy(place, stage, "solutions/*", (lambda row: read_again(row, marker)) if reread else None)
    _tell(context, stage, source, taken, ", answers read again by this run's marker" if reread else "")


def _tell(context: Context, stage: Stage, source: str, taken: dict[str, int], how: str = "") -> None:
    stage.tell(TAKEN, source=source, shards=len(taken), tokens=taken)
    shards = "1 shard" if len(taken) == 1 else f"{len(taken):,} shards"
    context.report.say(f"{stage.name}: {shards} taken over from {source}{how}")


def read_again(solution: Solution, marker: str) -> Solution:
    """The solution with its answer as another marker has it."""
    from crescent.voting.extraction import extract_answer

    answer = extract_answer(solution.text, marker)
    return msgspec.structs.replace(
        solution, answer=answer.value if answer else None, match=answer.match if answer else None
    )


def _changed(there: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[str]:
    theirs, ours = flatten(there), flatten(here)
    for key in sorted(theirs.keys() | ours.keys()):
        samples = {QUESTIONS.name, ANSWERS.name}.intersection(effects(key)) or key == CUT
        if samples and theirs.get(key) != ours.get(key):
            yield f"{key}: {theirs.get(key)!r} there, {ours.get(key)!r} now"


def _unfit(stage: Stage, plan: Spec | None, manifest: Manifest | None) -> str | None:
    """Why the stage of the other run is none that this one would make, None if it is. Rules of voting may differ."""
    kind = stage.name.rpartition("/")[2]
    if plan is None or (kind == QUESTIONS.name and manifest is None):
        return "that run did not get so far"
    if plan.inputs.get("model") != stage.spec.inputs["model"]:
        return "there another model writes in this round"
    if _voters(plan) != _voters(stage.spec):
        return "other models vote with it"
    if plan.inputs != stage.spec.inputs:
        return "it follows from other questions"
    differing = texts_of(stage.spec).differences(texts_of(plan))
    return "; ".join(differing) or None


def _voters(plan: Spec) -> dict[str, str]:
    return {name: content for name, content in plan.inputs.items() if name.startswith("voter ")}


def _copy(place: Path, stage: Stage, pattern: str, change: Callable[[Solution], Solution] | None) -> dict[str, int]:
    """Copy the shards of every folder that fits `pattern`. Returns where each is now, with the tokens of its texts."""
    taken = {}
    for folder in sorted(path for path in place.glob(pattern) if path.is_dir()):
        name = folder.relative_to(place).as_posix()
        for path in ShardFolder(folder).finished().values():
            now = stage.shards(name).take(path, Solution, change)
            taken[f"{name}/{now.name}"] = _tokens(name, now)
    return taken


def _tokens(name: str, shard: Path) -> int:
    """What was written for a shard of the folder `name`; nothing where its rows are no texts of a model."""
    if name.startswith("solutions/"):
        return sum(row.tokens for row in read_checked(shard, Solution))
    return sum(row.tokens for row in read_checked(shard, Completion)) if "written-" in name else 0
