"""The model that a finished training has made: what the loop goes on with. Imports no model library."""

from crescent.loop.stages.context import Context, ModelRef
from crescent.runs.manifest import Manifest
from crescent.runs.names import round_folder

MODEL = "model"


def trained_model(context: Context, number: int, manifest: Manifest) -> ModelRef | None:
    """The model of round `number`, None if its training was stopped by a loss that is no number."""
    if not any(name.startswith(f"{MODEL}/") for name in manifest.files):
        return None
    return ModelRef(round_folder(number), str(context.run.path / manifest.spec.stage / MODEL), manifest.outcome)
