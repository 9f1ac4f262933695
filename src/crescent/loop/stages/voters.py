"""Who votes on a round's questions beside the model that answers, and what else a label has sampled."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from crescent.config.schema import Config
from crescent.errors import StageError
from crescent.generation.prompts import fill
from crescent.generation.request import Request
from crescent.loop.stages.context import Context, ModelRef
from crescent.loop.stages.predict import generate
from crescent.loop.stages.rows import REWORDED, VIEWS
from crescent.loop.stages.trained import trained_model
from crescent.models.identity import identity
from crescent.records import Completion, Question, Row
from crescent.runs.manifest import MANIFEST, SPEC, Manifest, Spec, read_sealed
from crescent.runs.names import round_folder, round_number
from crescent.runs.stage import Stage
from crescent.voting.labels.label import Needs, Rewording

Convert = Callable[[Completion], Row]


def other_voters(context: Context, name: str, needs: Needs, model: ModelRef) -> list[ModelRef]:
    """The models that vote beside `model` in the round `name`; none in a round without earlier ones and paths.

    What earlier rounds answered with is told by their own specifications, so it is the same after every start.
    """
    if needs.voters is None:
        return []
    number = round_number(name) or 1
    rounds = range(number - 1, max(0, number - 1 - needs.voters.earlier), -1)
    found = [_answered(context, each) for each in rounds]
    found += [_given(context.config, path) for path in needs.voters.paths]
    others: dict[str, ModelRef] = {}
    for ref in found:
        others.setdefault(ref.identity, ref)
    return [ref for each, ref in others.items() if each != model.identity]


def _answered(context: Context, number: int) -> ModelRef:
    """The model that answered in round `number`: the base model, or that of a round before it."""
    plan = read_sealed(context.run.path / round_folder(number) / "answers" / SPEC, Spec)
    known = [context.base]
    for each in range(1, number):
        manifest = read_sealed(context.run.path / round_folder(each) / "training" / MANIFEST, Manifest)
        if manifest is not None and (trained := trained_model(context, each, manifest)) is not None:
            known.append(trained)
    for ref in known:
        if plan is not None and ref.identity == plan.inputs["model"]:
            return ref
    raise StageError(f"{round_folder(number)}: the model that answered there is not in this run's folder any more")


def _given(config: Config, path: str) -> ModelRef:
    return ModelRef(Path(path).name, path, identity(replace(config.model, path=path, revision=None)))


def reworded_answers(
    context: Context, stage: Stage, model: ModelRef, questions: Sequence[Question], asks: Rewording, convert: Convert
) -> None:
    """Write `reworded`, the model's rewording of every question, and `views`, the solutions of those.

    The solutions are rows of the questions themselves, numbered on from `voting.samples`.
    """
    voting = context.config.voting
    sample = partial(generate, context, stage, ref=model, sampling=voting.sampling)
    wanted = [Request(question.id, fill(asks.prompt, question=question.text)) for question in questions]
    texts = sample(REWORDED, requests=wanted, title=f"{model.label} rewordings", unit="rewordings")
    reworded = {row.request: row.text.strip() for row in texts.stream(Completion)}
    count = asks.samples or voting.samples
    views = [
        Request(question.id, fill(voting.prompt, question=reworded[question.id]), count, voting.samples)
        for question in questions
    ]
    sample(VIEWS, requests=views, title=f"{model.label} solutions of rewordings", convert=convert)
