"""The engine's process in trouble; what it does when all is well is in tests/contracts/test_vllm.py."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crescent.config.schema import Backend, Model
from crescent.errors import ModelError, StageError
from crescent.generation import vllm_child, vllm_engine
from crescent.generation.vllm_child import Order, Settings
from crescent.generation.vllm_engine import Engine, engine_environment, engine_settings
from crescent.models.locate import locate
from tests.generation.vllm import needs_vllm, start

SPEAKS = f"""
import os, sys
sys.path.insert(0, {str(Path(vllm_child.__file__).parent)!r})
import vllm_child
read, write = os.fdopen(int(sys.argv[1]), "rb"), os.fdopen(int(sys.argv[2]), "wb")
vllm_child.receive(read, vllm_child.Settings)
vllm_child.send(write, vllm_child.Ready("0", "cpu"))
"""
"""The beginning of a child that has no engine: the messages are the real ones."""


def settings(**arguments: object) -> Settings:
    return Settings({"model": "NOWHERE", "max_model_len": 8, "gpu_memory_utilization": 0.5, **arguments})


def child(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    """Put a program in the place of the engine's."""
    file = folder / "child.py"
    file.write_text(text)
    monkeypatch.setattr(vllm_child, "__file__", str(file))


def order() -> Order:
    return Order(number=0, ids=[1], n=1, seed=1, max_tokens=4, temperature=1.0, top_p=1.0, stops=[2])


def test_an_interpreter_without_the_package(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"No module named 'vllm'.*backend.python.*vllm.log") as failure:
        Engine(settings(), tmp_path / "vllm.log")
    assert "\n" not in str(failure.value)
    assert "Traceback" in (tmp_path / "vllm.log").read_text()


def test_two_versions_of_the_protocol_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the program is updated while a run of it goes on."""
    monkeypatch.setattr(vllm_engine, "PROTOCOL", vllm_child.PROTOCOL + 1)
    with pytest.raises(ModelError, match=r"the run speaks protocol \d+ and its engine \d+: start the run again"):
        Engine(settings(), tmp_path / "vllm.log")


def test_an_answer_of_another_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child(monkeypatch, tmp_path, 'import os, sys\nos.write(int(sys.argv[2]), b"hello\\n")')
    with pytest.raises(ModelError, match="it speaks another protocol than this program"):
        Engine(settings(), tmp_path / "vllm.log")


def test_an_engine_that_is_killed_while_it_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child(monkeypatch, tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(ModelError, match="it ended by SIGKILL: it was killed, most likely for the memory it took"):
        Engine(settings(), tmp_path / "vllm.log")


def test_an_engine_that_fails_is_explained_by_its_first_exception_since_it_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an earlier one left in the log is not its own."""
    log = tmp_path / "vllm.log"
    log.write_text("Traceback (most recent call last):\n  old\nOldError: of another engine\n")
    fails = SPEAKS + 'print("(EngineCore pid=7) Traceback (most recent call last):")\n'
    fails += 'print("(EngineCore pid=7) torch.OutOfMemoryError: CUDA out of memory.", flush=True)\n'
    fails += 'vllm_child.send(write, vllm_child.Failed("EngineDeadError: see the stack trace above"))'
    child(monkeypatch, tmp_path, fails)
    engine = Engine(settings(), log)
    with pytest.raises(StageError) as failure:
        engine.result()
    assert str(failure.value).startswith(
        "vLLM's process failed: OutOfMemoryError: CUDA out of memory. (change backend."
    )
    assert str(failure.value).endswith("What is finished is kept: the same command goes on from there.")
    assert not engine.alive
    with pytest.raises(StageError, match=r"it takes no more orders|CUDA out of memory"):
        engine.order(order())


def test_closing_it_ends_all_its_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spawns = SPEAKS + "import subprocess, time\nchild = subprocess.Popen(['sleep', '600'])\n"
    child(monkeypatch, tmp_path, spawns + "print(child.pid, flush=True)\ntime.sleep(600)")
    engine = Engine(settings(), tmp_path / "vllm.log")
    while not (number := (tmp_path / "vllm.log").read_text().strip()):
        time.sleep(0.01)
    assert Path(f"/proc/{number}").exists()
    engine.close()
    assert not running(int(number))


def test_it_is_given_its_own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "ours")
    assert engine_environment(Backend("vllm"))["PYTHONPATH"] == "ours"
    backend = Backend("vllm", python="other", environment={"VLLM_BATCH_INVARIANT": True, "A": 2})
    found = engine_environment(backend, devices="3", threads=2)
    assert "PYTHONPATH" not in found
    expected = {"VLLM_BATCH_INVARIANT": "1", "A": "2", "CUDA_VISIBLE_DEVICES": "3", "OMP_NUM_THREADS": "2"}
    assert expected.items() <= found.items()


def test_the_engine_keeps_what_it_is_given_and_a_cpu_what_suits_it() -> None:
    backend = Backend("vllm", batch_size=8, engine={"max_num_batched_tokens": 512})
    model = Model(context=256)
    given = engine_settings(backend, model, locate(model.path), None)
    assert given.arguments["max_num_seqs"] == 8
    gpu, cpu = (vllm_child._arguments(given, device) for device in ("cuda", "cpu"))
    assert gpu["gpu_memory_utilization"] == 0.9
    assert "kv_cache_memory_bytes" not in gpu
    assert gpu["max_num_batched_tokens"] == cpu["max_num_batched_tokens"] == 512
    assert "gpu_memory_utilization" not in cpu
    token = 2 * 4 * 4 * 32 * 4  # keys and values of nano: layers, heads, their size, bytes of a number
    assert cpu["kv_cache_memory_bytes"] == (2 * 8 * 256 + 4096) * token
    assert cpu["enable_chunked_prefill"] is False


def test_keys_and_values_of_a_model_of_another_build_take_what_may_be_taken(tmp_path: Path) -> None:
    given = engine_settings(Backend("vllm"), Model(), str(tmp_path), None)
    found = vllm_child._arguments(given, "cpu")["kv_cache_memory_bytes"]
    assert 0 < found <= vllm_child.CACHE_GIB << 30


def test_the_engine_runs_without_anything_of_ours() -> None:
    """By path, its own folder not among those that modules are looked for in."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import runpy; runpy.run_path({vllm_child.__file__!r}); import sys; "
         "print(sorted(name for name in sys.modules if name.startswith('crescent')))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


@needs_vllm
@pytest.mark.slow
def test_vllm_does_not_know_the_model(tmp_path: Path) -> None:
    place = Path(shutil.copytree(locate("embedded:nano"), tmp_path / "model"))
    config = json.loads((place / "config.json").read_text())
    (place / "config.json").write_text(json.dumps(config | {"architectures": ["UnheardOfForCausalLM"]}))
    with pytest.raises(ModelError) as failure:
        start(tmp_path / "vllm.log", str(place))
    assert "UnheardOfForCausalLM" in str(failure.value)
    assert "this vLLM does not know the model" in str(failure.value)
    assert "\n" not in str(failure.value)


def running(number: int) -> bool:
    """Whether the process does anything: one that has ended and is not yet waited for does not."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{number}/stat").read_text().rpartition(") ")[2][0] == "Z":
                return False
        except FileNotFoundError:
            return False
        time.sleep(0.05)
    return True
