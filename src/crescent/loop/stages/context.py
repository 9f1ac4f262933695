"""What every stage is given: the run, the configuration, progress, and which rank of how many this is."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from crescent.config.schema import Config, Model
from crescent.console.progress import Reporter
from crescent.errors import StageError
from crescent.runs.folder import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from crescent.models.load import Loaded

T = TypeVar("T")


class Engine(Protocol):
    """A process that generates: vLLM's engine, or a server that the run started."""

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""

    @property
    def close(self) -> "Callable[[], Any]":
        """Called without arguments it ends the process."""


E = TypeVar("E", bound=Engine)


@dataclass(frozen=True)
class ModelRef:
    """A model by place and content. `label` is `base`, `teacher` or `round-01`; `identity` changes with its weights.

    `asks`: it is a proposer, which came of the model that writes and not of the one that is trained.
    """

    label: str
    path: str
    identity: str
    asks: bool = False


@dataclass
class Context:
    """Passed from stage to stage. Has a place for what writes (or is measured), a loaded model or an engine, so that
    stages in a row can share it, and one for what embeds. The same model in both is loaded once.

    Of `world_size` processes that run the same stage together this is number `rank`. Each makes its share of the rows;
    rank 0 does what can be done once only, and the shards on disk are what they wait for.

    `base` is the configuration's `model`. `student` is the untrained student of a distillation, whose teacher `base`
    then is in every round; None: the base model improves itself.
    """

    run: Run
    config: Config
    report: Reporter
    base: ModelRef
    rank: int = 0
    world_size: int = 1
    student: ModelRef | None = None
    _exchange: Path | None = None
    _held: "tuple[str, Loaded] | None" = field(default=None, repr=False)
    _engine: tuple[str, Any] | None = field(default=None, repr=False)
    _encoder: tuple[str, Any] | None = field(default=None, repr=False)

    @property
    def is_main(self) -> bool:
        """Whether this is the process that decides, counts and concludes: rank 0."""
        return self.rank == 0

    @property
    def exchange(self) -> Path:
        """The folder in which the ranks of one start leave each other messages. It is empty when they start: what an
        earlier start decided, which was killed, is no message to this one.

        Raises:
            StageError: this is the only process; there is nobody to write to.
        """
        if self._exchange is None:
            raise StageError("a single process has no other ranks to write to")
        return self._exchange

    @property
    def device(self) -> str:
        """`cuda` or `cpu`, as `trainer.accelerator` says."""
        import torch

        wanted = self.config.trainer.accelerator
        return "cuda" if wanted == "gpu" or (wanted == "auto" and torch.cuda.is_available()) else "cpu"

    def model(self, ref: ModelRef) -> "Loaded":
        """The model, loaded for generation. Valid until another one is asked for or `release` is called."""
        if self._held is None or self._held[0] != ref.identity:
            self._release_writer()
            known = self._encoder
            self._held = (ref.identity, known[1] if known and known[0] == ref.identity else self.load(ref))
        return self._held[1]

    def encoder(self, identity: str, load: "Callable[[], T]") -> T:
        """What embeds, loaded by `load` where it is not there. What writes stays, be it a model or an engine.

        `identity` is that of a `ModelRef` where `load` is `self.load` of it: then what writes is shared, if it is the
        same. Valid until `release` or `release_encoder` is called.
        """
        if self._encoder is None or self._encoder[0] != identity:
            self.release_encoder()
            held: tuple[str, Any] | None = self._held
            self._encoder = (identity, held[1] if held and held[0] == identity else load())
        found: T = self._encoder[1]
        return found

    def load(self, ref: ModelRef, dtype: str | None = None, device: str | None = None) -> "Loaded":
        """A copy of the model of the caller's own, in precision `dtype`; None: the one it generates in."""
        from crescent.models.load import load

        path = None if ref in (self.base, self.student) else Path(ref.path)
        return load(self.settings(ref), path, dtype=dtype, device=device or self.device)

    def place(self, ref: ModelRef) -> tuple[str, str | None]:
        """Where the model is: a folder, or an id of the hub and its revision."""
        from crescent.models.load import folder_or_id

        if ref not in (self.base, self.student):
            return ref.path, None
        settings = self.settings(ref)
        return folder_or_id(settings), settings.revision

    def settings(self, ref: ModelRef) -> Model:
        """The section of the configuration that `ref` belongs to: in a distillation only the teacher is `model`."""
        student = self.config.student
        return self.config.model if student is None or ref == self.base or ref.asks else student

    def engine(self, ref: ModelRef, start: "Callable[[], E]") -> E:
        """The process that generates with `ref`, begun by `start` where none runs. It lives as long as a model does."""
        if self._engine is None or self._engine[0] != ref.identity or not self._engine[1].alive:
            self._release_writer()
            self._engine = (ref.identity, start())
        engine: E = self._engine[1]
        return engine

    def release(self) -> None:
        """Let go of what writes and of what embeds, and of their memory on the device."""
        self.release_encoder()
        self._release_writer()

    def release_encoder(self) -> None:
        """Let go of what embeds alone."""
        if self._encoder is not None:
            self._encoder = None
            self._empty_cache()

    def _release_writer(self) -> None:
        if self._engine is not None:
            engine, self._engine = self._engine[1], None
            engine.close()
        if self._held is not None:
            self._held = None
            self._empty_cache()

    def _empty_cache(self) -> None:
        if self.device == "cuda":
            import torch

            torch.cuda.empty_cache()
