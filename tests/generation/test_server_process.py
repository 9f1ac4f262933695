"""A server that the run starts: it comes up, it goes with the run, and what goes wrong is said in a line."""

import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crescent.config.schema import Backend as Settings
from crescent.config.schema import Sampling
from crescent.errors import ModelError, StageError
from crescent.generation import server_process
from crescent.generation.endpoint import Reached
from crescent.generation.request import Request
from crescent.generation.server_backend import ServerBackend
from crescent.generation.server_process import ServerProcess, free_port

PYTHON = shlex.quote(sys.executable)
SMALL = f"{PYTHON} {shlex.quote(str(Path(__file__).with_name('small_server.py')))} {{model}} {{port}}"


def settings(command: str = SMALL, start_timeout: float = 60.0) -> Settings:
    return Settings(name="server", command=command, pause=0.01, start_timeout=start_timeout)


def backend(process: ServerProcess, config: Settings) -> ServerBackend:
    return ServerBackend(config, find=lambda: Reached([process.endpoint]), ended=process.ended)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pids: list[int]) -> bool:
    for _ in range(600):
        if not any(map(alive, pids)):
            return True
        time.sleep(0.05)
    return False


def test_it_serves_its_model_and_ends_with_all_that_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    config = settings(f"{SMALL} {shlex.quote(str(pids))}")
    process = ServerProcess(config, "/a folder/{x}", tmp_path / "log")
    with closing(socket.socket(socket.AF_UNIX)) as other, pytest.raises(OSError):
        other.bind(f"\0crescent-port-{urlsplit(process.endpoint.url).port}")  # another run chooses another port
    rows = backend(process, config).generate([Request("a", "Hi", 2)], Sampling(), 1, lambda *_: None)
    assert [row.text.rpartition("/a folder")[2] for row in rows] == ["/{x}"] * 2
    assert process.alive
    assert process.ended() is None
    process.close()
    assert not process.alive
    assert not any(map(alive, map(int, pids.read_text().split())))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_the_run_however_that_ends(number: signal.Signals, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    run = (
        "import sys, time; from pathlib import Path; from crescent.config.schema import Backend;"
        "from crescent.generation.server_process import ServerProcess;"
        "kept = ServerProcess(Backend(name='server', command=sys.argv[1]), 'm', Path(sys.argv[2]));"
        "print('up', flush=True); time.sleep(1000)"
    )
    command = [sys.executable, "-c", run, f"{SMALL} {shlex.quote(str(pids))}", str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(number)
        assert gone([int(pid) for pid in pids.read_text().split()])


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("no-such-program {model} {port}", "there is no program `no-such-program` here: install it, or give its path"),
        (f"{PYTHON} -c 'open(\"/no/file\")' {{model}} {{port}}", "exit code 1 (FileNotFoundError: [Errno 2] No such"),
        (
            "sh -c 'echo no card; exit 7' {model} {port}",
            "`sh` ended with exit code 7 (no card). All that it said is in",
        ),
        ("sh -c 'kill -9 $$' {model} {port}", "`sh` ended by signal 9. All"),
        ("sleep {model} {port}", "`sleep` ended with exit code 1 (sleep: invalid time interval"),
    ],
)
def test_a_command_that_brings_up_no_server(command: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError) as failure:
        ServerProcess(settings(command), "m", tmp_path / "log")
    assert message in str(failure.value)
    assert "\n" not in str(failure.value)


def test_a_command_that_never_opens_its_port(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    config = settings(f"sh -c 'echo $$ > {pids}; echo loading; exec sleep 1000' {{model}} {{port}}", start_timeout=1.0)
    with pytest.raises(ModelError) as failure:
        ServerProcess(config, "m", tmp_path / "log")
    assert "within backend.start_timeout=1 seconds (loading). All that" in str(failure.value)
    assert "\n" not in str(failure.value)
    assert not alive(int(pids.read_text()))


def test_a_port_that_was_taken_in_between_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        first = (taken.getsockname()[1], socket.socket(socket.AF_UNIX))
        ports = iter([first])
        monkeypatch.setattr(server_process, "free_port", lambda: next(ports, None) or free_port())
        process = ServerProcess(settings(), "m", tmp_path / "log")
    assert urlsplit(process.endpoint.url).port != first[0]
    process.close()


def test_one_that_ends_in_the_middle_is_told_at_once(tmp_path: Path) -> None:
    config = settings()
    process = ServerProcess(config, "m", tmp_path / "log")
    with pytest.raises(StageError, match=r"ended with exit code 3 \(ValueError: too much\).*same command goes on"):
        backend(process, config).generate([Request("a", "die")], Sampling(), 1, lambda *_: None)
    assert not process.alive


def test_its_log_is_kept_over_starts(tmp_path: Path) -> None:
    for code in (1, 2):
        with pytest.raises(ModelError, match=rf"exit code {code} \(said {code}\)"):
            ServerProcess(settings(f"sh -c 'echo said {code}; exit {code}' {{model}} {{port}}"), "m", tmp_path / "log")
    text = (tmp_path / "log").read_text()
    assert text.index("said 1\n") < text.index("$ sh -c 'echo said 2; exit 2' m ")
