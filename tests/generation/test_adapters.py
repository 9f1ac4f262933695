"""A server that can load no adapter; one that can is in `test_server_vllm.py`."""

from pathlib import Path

import httpx
import pytest

from crescent.errors import ModelError
from crescent.generation.adapters import with_adapter
from crescent.generation.endpoint import names, reach
from tests.generation.api import Api, serving


def test_a_server_that_loads_no_adapters_is_told_how_it_would(tmp_path: Path) -> None:
    with (
        serving(Api()) as api,
        pytest.raises(ModelError, match=r"loads no adapters \(404\): start vLLM with") as failure,
    ):
        with_adapter(reach(api.settings()), api.settings(), "round-01-abc", tmp_path)
    assert "\n" not in str(failure.value)


def test_one_that_is_gone(tmp_path: Path) -> None:
    with serving(Api()) as api:
        endpoint = reach(api.settings())
    with pytest.raises(ModelError, match=r"no answer \(") as failure:
        with_adapter(endpoint, api.settings(), "round-01-abc", tmp_path)
    assert "\n" not in str(failure.value)


def test_one_that_has_it_is_not_asked_to_load_it(tmp_path: Path) -> None:
    with serving(Api(models=("nano", "round-01-abc"))) as api:
        settings = api.settings(model="nano")
        found = with_adapter(reach(settings), settings, "round-01-abc", tmp_path)
    assert (found.url, found.model, found.listed) == (api.url, "round-01-abc", True)
    assert not api.bodies


def test_adapters_are_no_models_to_choose_from() -> None:
    listed = {"data": [{"id": "round-01-abc", "parent": "nano"}, {"id": "nano", "parent": None}]}
    reply = httpx.Response(200, json=listed)
    assert names(reply, adapters=False) == ["nano"]
    assert names(reply) == ["nano", "round-01-abc"]
