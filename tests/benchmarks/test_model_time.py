"""benchmarks/model_time.py wraps the product's functions by name: each must be where it says."""

import importlib
import sys
from functools import reduce
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
model_time = importlib.import_module("model_time")


@pytest.mark.parametrize("place", [place for places in model_time.CAUSES.values() for place in places])
def test_what_is_timed_exists(place):
    module, _, path = place.partition(":")
    assert callable(reduce(getattr, path.split("."), importlib.import_module(module)))
