"""The models that finished trainings have made: what the loop goes on with. Imports no model library."""

from crescent.loop.stages.context import Context, ModelRef
from crescent.runs.manifest import Manifest
from crescent.runs.names import round_folder

MODEL = "model"


def trained_model(context: Context, number: int, manifest: Manifest) -> ModelRef | None:
    """The model of round `number`, None if its training was stopped by a loss that is no number."""
    if not has_model(manifest):
        return None
    return ModelRef(round_folder(number), str(context.run.path / manifest.spec.stage / MODEL), manifest.outcome)


def proposer_after(context: Context, manifest: Manifest, before: ModelRef) -> ModelRef:
    """The proposer that the stage `proposer` has made; the one `before` it where the stage made none."""
    if not has_model(manifest):
        return before
    name = manifest.spec.stage
    return ModelRef(name, str(context.run.path / name / MODEL), manifest.outcome, asks=True)


def has_model(manifest: Manifest) -> bool:
    """Whether the stage has left a model."""
    return any(name.startswith(f"{MODEL}/") for name in manifest.files)
