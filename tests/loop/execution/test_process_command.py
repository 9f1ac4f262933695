from pathlib import Path

import pytest

from crescent.loop.execution.process import allocation_mistakes, command

TASK = Path("task.json")


@pytest.fixture(autouse=True)
def outside_of_slurm(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLURM_JOB_ID", "SLURM_JOB_NUM_NODES", "SLURM_NTASKS_PER_NODE"):
        monkeypatch.delenv(name, raising=False)


def allocation(monkeypatch: pytest.MonkeyPatch, nodes: int, tasks: int) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    monkeypatch.setenv("SLURM_JOB_NUM_NODES", str(nodes))
    monkeypatch.setenv("SLURM_NTASKS_PER_NODE", str(tasks))


def test_one_process_is_started_as_it_is() -> None:
    assert command(TASK, 1, 1)[1:] == ["-m", "crescent.loop.execution.worker", "task.json"]


def test_several_are_started_through_torchrun_each_time_on_another_port() -> None:
    one, other = command(TASK, 2, 1), command(TASK, 2, 1)
    assert one[1:4] == ["-m", "crescent.loop.execution.torchrun", "--nproc-per-node=2"]
    assert one[4].startswith("--master-port=")
    assert one[4] != other[4]


def test_an_allocation_of_one_task_is_shared_through_torchrun(monkeypatch: pytest.MonkeyPatch) -> None:
    allocation(monkeypatch, nodes=1, tasks=1)
    assert "crescent.loop.execution.torchrun" in command(TASK, 2, 1)


@pytest.mark.parametrize("nodes", [1, 2])
def test_an_allocation_of_several_tasks_is_used_through_srun(monkeypatch: pytest.MonkeyPatch, nodes: int) -> None:
    allocation(monkeypatch, nodes=nodes, tasks=2)
    words = command(TASK, 2, nodes)
    assert words[:4] == ["srun", f"--nodes={nodes}", f"--ntasks={2 * nodes}", "--ntasks-per-node=2"]
    assert "--kill-on-bad-exit=1" in words


def test_several_nodes_need_an_allocation_that_has_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "needs a Slurm allocation" in allocation_mistakes(1, 2)[0]
    srun = tmp_path / "srun"
    srun.write_text("#!/bin/sh\n")
    srun.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    allocation(monkeypatch, nodes=1, tasks=2)
    assert allocation_mistakes(2, 2) == [
        "trainer.nodes=2 with trainer.devices=2: this Slurm allocation has 1 nodes with 2 tasks each"
    ]
    allocation(monkeypatch, nodes=2, tasks=2)
    assert allocation_mistakes(2, 2) == []
    assert allocation_mistakes(8, 1) == []
