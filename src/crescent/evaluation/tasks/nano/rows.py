"""Loader that lm-evaluation-harness calls for the nano tasks (`custom_dataset` in the YAML files beside this one).

The data lie beside this file, so they are found from any working directory and from an installed wheel, and nothing is
written to the cache of `datasets`.
"""

from pathlib import Path
from typing import Any

from datasets import Dataset

DATA = Path(__file__).with_name("data")


def load(file: str, **_metadata: Any) -> dict[str, Dataset]:
    """The rows of `data/<file>` as the split `test`. The harness also hands over the metadata of the task, unused."""
    return {"test": Dataset.from_json(str(DATA / file), keep_in_memory=True)}
