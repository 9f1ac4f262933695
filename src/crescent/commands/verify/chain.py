"""Check `chain`: what each stage was given is what the stages that it names have made, by the digests of both.

Which model wrote, was trained or was measured follows from the verdicts of the gate, and which proposer asked from its
own stages. What the base model is, is not looked at: all stages must name the same one.
"""

from collections.abc import Iterator
from dataclasses import asdict

import msgspec

from crescent.commands.verify.findings import Check
from crescent.commands.verify.reading import Folder
from crescent.config.keys import flatten
from crescent.config.schema import Config
from crescent.evaluation.gate import Verdict
from crescent.loop.stages.facts import ProposerFacts, TrainingFacts
from crescent.loop.stages.gate import FILE as VERDICT
from crescent.loop.stages.table import PROPOSER
from crescent.loop.stages.trained import has_model
from crescent.runs.manifest import MANIFEST, Manifest
from crescent.runs.names import round_folder, round_number

BASE, TEACHER = "the base model", "the teacher"


def check_chain(folder: Folder, config: Config, check: Check) -> None:
    """Inputs of all finished stages, the models among them, and the settings that they were made with."""
    stored, outcomes = flatten_config(config), {stage: m.outcome for stage, m in folder.manifests.items()}
    outside: dict[str, tuple[str, str]] = {}
    for stage, manifest in folder.manifests.items():
        file = f"{stage}/{MANIFEST}"
        check.same(file, "stage", manifest.spec.stage, stage)
        for name, digest in manifest.spec.inputs.items():
            if name in outcomes:
                check.same(file, f"input {name}", digest, outcomes[name])
            elif round_number(name.partition("/")[0]) is not None:
                check.absent(f"{file}: its input {name} is not there")
        for name, model in _models(folder, config, stage):
            _model(check, file, name, manifest.spec.inputs.get(name), outcomes.get(model, model), outside)
        _lineage(check, file, manifest, outcomes)
        for key, value in flatten(manifest.spec.config).items():
            if key in stored:
                check.same(file, f"setting {key}, which config.yaml has otherwise", value, stored[key])


def flatten_config(config: Config) -> dict[str, object]:
    """The configuration as dotted keys with plain values, as specifications have them."""
    return flatten(asdict(config))


def verdict(folder: Folder, number: int) -> Verdict | None:
    """The stored verdict on a round, None where there is none that can be read."""
    try:
        return msgspec.json.decode((folder.path / round_folder(number) / VERDICT).read_bytes(), type=Verdict)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _models(folder: Folder, config: Config, stage: str) -> Iterator[tuple[str, str]]:
    """(input, the stage that made it or what is from outside) for every model that a stage was given."""
    place, _, kind = stage.partition("/")
    number = round_number(place)
    if number is None:
        yield "model", TEACHER if place == "teacher" else BASE
        return
    kept = _kept(folder, number - 1)
    if kind == "proposer":
        yield "start", _proposer(folder, config, number - 1)
    elif kind == "questions" and config.questions.proposer is not None:
        yield "model", _proposer(folder, config, number)
    elif kind in ("questions", "answers", "audit"):
        yield "model", TEACHER if config.student is not None else kept
    elif kind in ("evaluation", "samples", "draws"):
        yield "model", f"{place}/training"
    elif kind in ("training", "replay"):
        yield "start" if kind == "training" else "model", BASE if config.training.start_from == "base" else kept


def _proposer(folder: Folder, config: Config, number: int) -> str:
    """Who asks in a round, where that is a model of its own: the newest proposer, or whom it came of."""
    for each in range(number, 1, -1):
        stage = f"{round_folder(each)}/{PROPOSER.name}"
        if stage in folder.manifests and has_model(folder.manifests[stage]):
            return stage
    return TEACHER if config.student is not None else BASE


def _kept(folder: Folder, number: int) -> str:
    """What a run goes on with after a round: a training, or the base model."""
    found = verdict(folder, number) if number else None
    return f"{round_folder(found.best_round)}/training" if found and found.best_round else BASE


def _model(
    check: Check, file: str, name: str, stored: str | None, expected: str, outside: dict[str, tuple[str, str]]
) -> None:
    """A model from outside is what the first stage says that has it."""
    if expected not in (BASE, TEACHER):
        check.same(file, f"input {name}", stored, expected)
    elif expected not in outside:
        outside[expected] = (stored or "", file)
    else:
        known, where = outside[expected]
        check.same(file, f"input {name}, {expected} as {where} has it", stored, known)


def _lineage(check: Check, file: str, manifest: Manifest, outcomes: dict[str, str]) -> None:
    """What a training says that it learned from."""
    kind: type[TrainingFacts] | type[ProposerFacts] = TrainingFacts
    if manifest.spec.stage.endswith(f"/{PROPOSER.name}"):
        kind = ProposerFacts
    try:
        lineage = msgspec.convert(manifest.facts, kind).lineage
    except msgspec.ValidationError:
        return  # another kind of stage
    check.same(file, "facts.lineage.start_identity", lineage.start_identity, manifest.spec.inputs.get("start"))
    if lineage.data in outcomes:
        check.same(file, "facts.lineage.data_outcome", lineage.data_outcome, outcomes[lineage.data])
