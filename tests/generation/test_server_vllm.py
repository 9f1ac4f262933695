"""Against the real server of vLLM, started as a run starts it; on a CPU, with the embedded model behind it.

CRESCENT_VLLM_PYTHON names the interpreter of an environment with vLLM.
"""

import os
import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from crescent.config.schema import Backend, Lora, Model, Sampling
from crescent.errors import ModelError, StageError
from crescent.generation.adapters import with_adapter
from crescent.generation.endpoint import Reached, reach
from crescent.generation.request import Request
from crescent.generation.server_backend import ServerBackend
from crescent.generation.server_process import ServerProcess
from crescent.generation.transformers_backend import TransformersBackend
from crescent.models.load import Loaded, load
from crescent.models.locate import locate
from crescent.nano.wording import BAIT, SOLVE
from crescent.records import Completion
from crescent.training.export import export_adapter
from crescent.training.lora import attach_lora, merge_lora

PYTHON = os.environ.get("CRESCENT_VLLM_PYTHON", "")
COMMAND = (
    f"{shlex.quote(PYTHON)} -m vllm.entrypoints.openai.api_server --model {{model}} --port {{port}} --host 127.0.0.1 "
    "--generation-config vllm --max-model-len 256 --enforce-eager --dtype float32 --enable-lora"
)
ENVIRONMENT = {"VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "1", "OMP_NUM_THREADS": "1"}
SETTINGS = Backend(name="server", command=COMMAND, batch_size=8, retries=2, pause=0.1, start_timeout=580)
REQUESTS = [
    Request("a", BAIT, 3),
    Request("b", SOLVE.format(question="Ann has 12 apples. Ann buys 5 more apples. How many apples does Ann have?"), 2),
]
SAMPLING = Sampling(max_new_tokens=60)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON, reason="CRESCENT_VLLM_PYTHON names no interpreter with vLLM"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        process = ServerProcess(SETTINGS, locate("embedded:nano"), tmp_path_factory.mktemp("vllm") / "log")
    yield process
    process.close()


@pytest.fixture(scope="module")
def ask(server: ServerProcess, nano: Loaded) -> Callable[..., list[Completion]]:
    def ask(requests: list[Request], sampling: Sampling = SAMPLING, endpoint: str = "chat") -> list[Completion]:
        settings = replace(SETTINGS, endpoint=endpoint)
        find = lambda: Reached([server.endpoint])  # noqa: E731
        backend = ServerBackend(settings, nano.tokenizer, find=find, ended=server.ended)
        return backend.generate(requests, sampling, 1, lambda *_: None)

    return ask


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
def test_it_writes_what_the_model_writes(ask: Callable[..., list[Completion]], endpoint: str) -> None:
    rows = ask(REQUESTS, endpoint=endpoint)
    assert [(row.request, row.sample) for row in rows] == [("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 1)]
    assert len({row.text for row in rows if row.request == "a"}) == 3
    assert all("?" in row.text or row.stop == "length" for row in rows if row.request == "a")
    assert all("####" in row.text or row.stop == "length" for row in rows if row.request == "b")
    assert all(0 < row.tokens <= 60 and row.prompt_tokens > 0 for row in rows)
    assert all(row.logprob is not None and row.logprob < 0 for row in rows)
    assert ask(REQUESTS[1:], endpoint=endpoint) == rows[3:]


def test_replies_are_cut_and_prompts_may_leave_no_room(ask: Callable[..., list[Completion]]) -> None:
    assert {(row.stop, row.tokens) for row in ask(REQUESTS[:1], Sampling(max_new_tokens=3))} == {("length", 3)}
    [row] = ask([Request("long", "How many? " * 200)])
    assert (row.text, row.stop, row.tokens) == ("", "length", 0)


def greedy(backend: ServerBackend | TransformersBackend) -> list[str]:
    return [row.text for row in backend.generate(REQUESTS, Sampling(temperature=0, max_new_tokens=40), 1, print)]


def test_an_adapter_is_loaded_into_the_server_that_runs(server: ServerProcess, tmp_path: Path) -> None:
    """With it the server writes what the merged model writes, and without it what the base model writes."""
    base, learned = load(Model()), load(Model())
    torch.manual_seed(1)
    adapted = attach_lora(learned.model, Lora(rank=8))
    for name, weight in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.05)
    export_adapter(adapted, tmp_path / "adapter")
    merge_lora(adapted)
    settings = replace(SETTINGS, command=None, url=server.endpoint.url)
    endpoint = reach(settings)
    for _ in range(2):
        other = with_adapter(endpoint, settings, "round-01-abc", tmp_path / "adapter")
    assert reach(settings).model == endpoint.model != other.model
    ours = [greedy(TransformersBackend(each, 8, 256)) for each in (base, learned)]
    theirs = [greedy(ServerBackend(settings, find=lambda at=at: Reached([at]))) for at in (endpoint, other)]
    assert theirs == ours
    assert ours[0] != ours[1]
    with pytest.raises(ModelError, match="does not load the adapter") as failure:
        with_adapter(endpoint, settings, "another", tmp_path / "nowhere")
    assert "\n" not in str(failure.value)


def test_a_server_whose_engine_is_killed_is_told_in_a_line(
    server: ServerProcess, ask: Callable[..., list[Completion]]
) -> None:
    """The last test: it takes the server with it."""
    [engine] = [pid for pid in processes(server) if "EngineCore" in name(pid)]
    os.kill(engine, 9)
    with pytest.raises(StageError, match=r"backend.command: .* ended|refuses|failed 3 times in a row") as failure:
        ask(REQUESTS)
    assert "\n" not in str(failure.value)
    left = processes(server)
    server.close()
    assert not [pid for pid in left if Path(f"/proc/{pid}").exists()]


def processes(server: ServerProcess) -> list[int]:
    """Those below the keeper."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = [server._keeper.pid]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


def name(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text() + Path(f"/proc/{pid}/comm").read_text()
