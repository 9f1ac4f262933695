"""Where `datasets` keeps the data of benchmarks, also of those that come with the package."""

import os
from pathlib import Path


def mistakes() -> list[str]:
    """What is wrong with that folder, in a line; nothing is made or imported to find out.

    Its place is as in the documentation of `datasets`: HF_DATASETS_CACHE, or below HF_HOME, XDG_CACHE_HOME or the home.
    """
    above = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("HF_HOME") or str(Path(above, "huggingface"))
    place = Path(os.environ.get("HF_DATASETS_CACHE") or str(Path(home, "datasets"))).expanduser()
    there = next(path for path in (place, *place.absolute().parents) if os.path.lexists(path))
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return []
    return [
        f"benchmarks keep their data in {place}, which cannot be written: name a folder of your own, HF_HOME=FOLDER"
    ]
