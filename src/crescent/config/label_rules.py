"""What label rules ask of the sampling. What one of them objects to itself is in its class."""

from collections.abc import Iterator

from crescent.config.check import Mistake
from crescent.config.schema import Config
from crescent.config.slots import SLOTS

SEVERAL = ("views", "models")
"""Labels that ask a question more than once."""


def labels_can_be_sampled(config: Config) -> Iterator[Mistake]:
    """Sampling stops early only for rules that can tell when."""
    slot, adaptive = SLOTS["label"], config.voting.adaptive
    if config.voting.max_tokens is not None and (adaptive != "off" or config.label.get("use") in SEVERAL):
        what = f"voting.adaptive={adaptive}" if adaptive != "off" else f"label={config.label['use']}"
        yield Mistake(
            ("label.use", "voting.adaptive", "voting.max_tokens"),
            f"{what} samples in several passes, and voting.max_tokens counts one: leave out one of the two",
        )
    if adaptive == "off" or any(slot.mistakes(config.label, config)):
        return
    if slot.build(config.label).needs().every_sample:
        yield Mistake(
            ("label.use", "voting.adaptive"),
            f"voting.adaptive={adaptive} saves samples, and label={config.label['use']} needs every one: take off",
        )
