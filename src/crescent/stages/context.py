"""What every stage is given: the run, the configuration, progress, and which rank of how many this is."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from crescent.config.schema import Config
from crescent.progress import Reporter
from crescent.run.folder import Run

if TYPE_CHECKING:
    from crescent.models.load import Loaded


@dataclass(frozen=True)
class ModelRef:
    """A model by place and content. `label` is `base` or `round-01`; `identity` changes when its weights do."""

    label: str
    path: str
    identity: str


@dataclass
class Context:
    """Passed from stage to stage. Holds at most one loaded model, so that stages in a row can share it."""

    run: Run
    config: Config
    report: Reporter
    base: ModelRef
    rank: int = 0
    world_size: int = 1
    _held: "tuple[str, Loaded] | None" = field(default=None, repr=False)

    @property
    def device(self) -> str:
        """`cuda` or `cpu`, as `trainer.accelerator` says."""
        import torch

        wanted = self.config.trainer.accelerator
        return "cuda" if wanted == "gpu" or (wanted == "auto" and torch.cuda.is_available()) else "cpu"

    def model(self, ref: ModelRef) -> "Loaded":
        """The model, loaded for generation. Valid until another one is asked for or `release` is called."""
        from crescent.models.load import load

        if self._held is None or self._held[0] != ref.identity:
            self.release()
            path = None if ref == self.base else Path(ref.path)
            self._held = (ref.identity, load(self.config.model, path, device=self.device))
        return self._held[1]

    def release(self) -> None:
        """Let go of the loaded model, and of its memory on the device."""
        if self._held is not None:
            self._held = None
            if self.device == "cuda":
                import torch

                torch.cuda.empty_cache()
