"""Is a benchmark's dataset at hand? Asked before a run, so that it does not stop at its first evaluation."""

import os
from functools import cache
from pathlib import Path

TIMEOUT = 10.0
"""Seconds to wait for the hub."""


@cache
def missing_dataset(name: str) -> str | None:
    """Why the dataset `name` ("openai/gsm8k") cannot be loaded, or None. Asks the hub unless a copy is in its cache."""
    if _cached(name):
        return None
    if os.environ.get("HF_HUB_OFFLINE", "") in ("1", "true", "TRUE") or os.environ.get("HF_DATASETS_OFFLINE") == "1":
        return f"its data {name} is not on this machine, and HF_HUB_OFFLINE forbids to load it"
    from huggingface_hub import HfApi
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    try:
        HfApi().dataset_info(name, timeout=TIMEOUT)
    except GatedRepoError:
        return f"its data {name} is only for those who accepted its terms; log in with an account that did"
    except RepositoryNotFoundError:
        return f"its data {name} is not on the hub"
    except Exception as error:  # Whatever the network stack raises, the data are out of reach.
        return f"its data {name} is not on this machine, and the hub cannot be reached ({type(error).__name__})"
    return None


def _cached(name: str) -> bool:
    from huggingface_hub import constants

    home = Path(constants.HF_HOME)
    datasets = Path(os.environ.get("HF_DATASETS_CACHE", home / "datasets"))
    copies = (
        datasets / name.replace("/", "___"),
        Path(constants.HF_HUB_CACHE) / f"datasets--{name.replace('/', '--')}",
    )
    return any(copy.is_dir() for copy in copies)
