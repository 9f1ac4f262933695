"""What the engine's process asks of vLLM against the real package's signatures, without running or installing it.

`vllm_signatures.json` was read from the wheel of the version it names. With CRESCENT_VLLM_WHEEL=FILE.whl the listing is
read anew and compared: python -m pip download --no-deps vllm==VERSION
"""

import ast
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from crescent.config.schema import Backend, Model
from crescent.generation import vllm_child
from crescent.generation.vllm_engine import engine_settings

LISTED: dict[str, Any] = json.loads((Path(__file__).parent / "vllm_signatures.json").read_text())
WHEEL = os.environ.get("CRESCENT_VLLM_WHEEL")
PLACES = {
    "LLM": ("vllm/entrypoints/llm.py", "LLM", "__init__"),
    "EngineArgs": ("vllm/engine/arg_utils.py", "EngineArgs", None),
    "SamplingParams": ("vllm/sampling_params.py", "SamplingParams", None),
    "LLMEngine.add_request": ("vllm/v1/engine/llm_engine.py", "LLMEngine", "add_request"),
    "LLMEngine.step": ("vllm/v1/engine/llm_engine.py", "LLMEngine", "step"),
    "LLMEngine.has_unfinished_requests": ("vllm/v1/engine/llm_engine.py", "LLMEngine", "has_unfinished_requests"),
    "TokensPrompt": ("vllm/inputs/llm.py", "TokensPrompt", None),
    "CompletionOutput": ("vllm/outputs.py", "CompletionOutput", None),
    "RequestOutput": ("vllm/outputs.py", "RequestOutput", "__init__"),
}
CHILD = ast.parse(Path(vllm_child.__file__).read_text())


def calls(name: str) -> list[ast.Call]:
    found = [node for node in ast.walk(CHILD) if isinstance(node, ast.Call)]
    return [call for call in found if getattr(call.func, "id", getattr(call.func, "attr", None)) == name]


def signature(source: str, owner: str, method: str | None) -> list[str]:
    """The parameters of a method, or the annotated fields of a class."""
    body = next(n for n in ast.parse(source).body if isinstance(n, ast.ClassDef) and n.name == owner).body
    if method is None:
        return [n.target.id for n in body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)]
    found = next(n for n in body if isinstance(n, ast.FunctionDef) and n.name == method).args
    return [argument.arg for argument in (*found.args, *found.kwonlyargs)]


def test_the_engine_takes_every_argument() -> None:
    given = engine_settings(Backend("vllm", batch_size=8), Model(), "FOLDER", "main").arguments
    assert given.keys() <= {*LISTED["LLM"], *LISTED["EngineArgs"]}
    assert "kwargs" not in given


def test_every_sampling_parameter_is_one() -> None:
    [call] = calls("SamplingParams")
    assert {keyword.arg for keyword in call.keywords} <= set(LISTED["SamplingParams"])
    assert not call.args


def test_requests_are_added_as_the_engine_wants_them() -> None:
    [call] = calls("add_request")
    assert len(call.args) == 3
    assert LISTED["LLMEngine.add_request"][:4] == ["self", "request_id", "prompt", "params"]
    [prompt] = calls("TokensPrompt")
    assert {keyword.arg for keyword in prompt.keywords} <= set(LISTED["TokensPrompt"])


def test_everything_that_is_read_is_there() -> None:
    read = {node.attr for node in ast.walk(CHILD) if isinstance(node, ast.Attribute)}
    outputs = {"index", "token_ids", "cumulative_logprob", "finish_reason"}
    assert outputs <= read & set(LISTED["CompletionOutput"])
    assert {"request_id", "outputs", "finished"} <= read & set(LISTED["RequestOutput"])
    assert LISTED["LLMEngine.step"] == LISTED["LLMEngine.has_unfinished_requests"] == ["self"]


@pytest.mark.skipif(WHEEL is None, reason="no CRESCENT_VLLM_WHEEL: the recorded signatures are taken as they are")
def test_the_listing_is_that_of_the_wheel() -> None:
    assert WHEEL is not None
    assert Path(WHEEL).name.split("-")[1] == LISTED["version"]
    with zipfile.ZipFile(WHEEL) as wheel:
        for name, (file, owner, method) in PLACES.items():
            assert signature(wheel.read(file).decode(), owner, method) == LISTED[name], name
