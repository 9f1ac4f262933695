"""What the name and the place of a run must be like, so that a folder can be made of them."""

from collections.abc import Iterator

from crescent.config.check import Mistake, shown
from crescent.config.schema import Config

LONGEST_NAME = 100
"""Characters of `name`: a file system takes 255 bytes, and seed and settings follow the name."""


def place_can_be_made(config: Config) -> Iterator[Mistake]:
    """Rule: `name` can begin a folder's name, and neither `output_dir` nor `run_dir` is empty."""
    name = config.name
    if not name.strip() or name.startswith("."):
        message = (
            "the name of the run's folder begins with it: take some letters or digits, and no dot at the beginning"
        )
        yield Mistake(("name",), f"{shown('name', name)}: {message}")
    elif len(name) > LONGEST_NAME:
        message = f"must be at most {LONGEST_NAME} characters long; it has {len(name)}"
        yield Mistake(("name",), f"{shown('name', name)}: {message}")
    if not config.output_dir.strip():
        yield Mistake(("output_dir",), "output_dir is empty: write output_dir=. for the present folder")
    if config.run_dir is not None and not config.run_dir.strip():
        yield Mistake(("run_dir",), "run_dir is empty: name a folder, or leave it out")
