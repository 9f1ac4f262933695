"""A backend of one's own (slot `backend`): what it is given, and what holds it while it is open."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crescent.generation.backend import Backend

if TYPE_CHECKING:
    from crescent.models.load import Loaded


@dataclass(frozen=True)
class Writing:
    """The model that has to write.

    `place`: its folder, or an id of the hub with its `revision`. `device`: `cuda` or `cpu`. `context`: the most tokens
    of a sequence. `batch_size`: sequences together, None: as many as fit. `load` loads model and tokenizer into this
    process, for a backend that computes here; they are the run's own, and leave with the backend.
    """

    place: str
    revision: str | None
    device: str
    context: int
    batch_size: int | None
    load: "Callable[[], Loaded]"


class OwnBackend(Backend):
    """A backend that takes its settings first and is then given the model, another one in every round.

    `decoder` stands in the class. The others of `Backend` hold: `stream`, and `continues` where it takes continuations.
    """

    @abstractmethod
    def open(self, model: Writing) -> None:
        """Make ready to write with this model. Called once, before anything is asked."""

    def close(self) -> None:
        """End what `open` began."""


@dataclass(frozen=True)
class Opened:
    """An open backend in the context's place for what writes."""

    backend: OwnBackend

    @property
    def alive(self) -> bool:
        """It lives in this process."""
        return True

    @property
    def close(self) -> Callable[[], None]:
        """Closes the backend."""
        return self.backend.close
