"""`stage=audit`: what the consensus labels of a model are worth, measured on questions with known answers.

The questions are solved and voted on by the same stage as a model's own, so the figures hold for the labels it would be
trained on. Torch is imported only where there is something to sample.
"""

from pathlib import Path

from crescent.config.effects import settings
from crescent.config.schema import Config
from crescent.evaluation.labelled import Truth, data_file, read_labelled
from crescent.models.identity import identity
from crescent.records import Question
from crescent.reporting.report.labels import print_worth
from crescent.reporting.summary.labels import worth
from crescent.reporting.tracking.session import tracked
from crescent.runs.atomic import file_digest
from crescent.runs.folder import Run, opened, write_json
from crescent.runs.manifest import MANIFEST, Facts, Manifest, check_files, read_sealed
from crescent.runs.shards import ShardFolder
from crescent.voting.truth import true_answer

VERSION = 1
NAME = "audit"
FIGURES = "audit.json"


class LabelledFacts(Facts, frozen=True):
    """Stage `audit/questions`: the labelled questions that were read."""

    accepted: int


def audit(config: Config, folder: Path) -> int:
    """Audit the model of `config`, or go on where it stood, and print the figures. Returns the exit code.

    Raises:
        ConfigError, DataError: the questions cannot be read; said before a model is loaded.
    """
    file = data_file(config.audit.data)
    questions, truths = read_labelled(file, config.audit, true_answer)
    with opened(folder, config) as run, tracked(folder, config):
        asked = _questions(run, file, questions, truths)
        answers = _finished(run, asked)
        print(f"This audit is complete: {folder}" if answers else f"Auditing {len(questions):,} questions of {file}")
        answers = answers or _sample(run, asked)
        stage = run.path / asked.spec.stage
        known = {row.question: row.answer for row in ShardFolder(stage / "truth").stream(Truth)}
        figures = worth(run.path / answers.spec.stage, known, config.voting)
        write_json(run.path / FIGURES, {"data": file.name, "model": config.model.name, **figures})
        run.status("complete")
    print_worth(figures)
    print(f"Figures: {folder / FIGURES}")
    return 0


def _questions(run: Run, file: Path, questions: list[Question], truths: list[Truth]) -> Manifest:
    """Stage `audit/questions`: the rows of the file as the `answers` stage takes them, and the truths beside them."""
    stage = run.stage(f"{NAME}/questions", VERSION, settings(run.config, "audit"), {"data": file_digest(file)})
    if (manifest := stage.finished()) is not None:
        return manifest
    stage.begin()
    stage.shards("accepted").write(0, questions)
    stage.shards("truth").write(0, truths)
    return stage.finish(LabelledFacts(accepted=len(questions)))


def _finished(run: Run, asked: Manifest) -> Manifest | None:
    """The manifest of the answers, if they are those of this model and these questions."""
    manifest = read_sealed(run.path / NAME / "answers" / MANIFEST, Manifest)
    inputs = {"model": identity(run.config.model), asked.spec.stage: asked.outcome}
    if manifest is None or manifest.spec.inputs != inputs:
        return None
    check_files(run.path / manifest.spec.stage, manifest)
    return manifest


def _sample(run: Run, asked: Manifest) -> Manifest:
    from crescent.commands.checks import check_backend
    from crescent.loop.environment import prepare
    from crescent.loop.execution.executor import executor

    check_backend(run.config)
    context = prepare(run)
    with run.working():
        return executor(context)("answers", NAME, context.base, asked)
