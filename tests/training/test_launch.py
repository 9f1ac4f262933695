import pytest

from crescent.errors import StageError
from crescent.training.launch import cluster_environment

TORCHRUN = {
    "RANK": "1",
    "LOCAL_RANK": "1",
    "GROUP_RANK": "0",
    "WORLD_SIZE": "2",
    "LOCAL_WORLD_SIZE": "2",
    "TORCHELASTIC_RUN_ID": "x",
}


def test_one_process_takes_no_notice_of_the_cluster(monkeypatch):
    monkeypatch.setenv("SLURM_NTASKS", "4")
    monkeypatch.setenv("SLURM_JOB_NAME", "job")
    assert type(cluster_environment(1)).__name__ == "LightningEnvironment"


def test_several_devices_need_a_launcher():
    with pytest.raises(StageError, match="needs 2 processes, and 1 started: use torchrun"):
        cluster_environment(2)


def test_torchrun_is_believed_over_slurm(monkeypatch):
    monkeypatch.setenv("SLURM_NTASKS", "1")
    monkeypatch.setenv("SLURM_JOB_NAME", "job")
    for name, value in TORCHRUN.items():
        monkeypatch.setenv(name, value)
    assert type(cluster_environment(2)).__name__ == "TorchElasticEnvironment"
    with pytest.raises(StageError, match="needs 4 processes, and 2 started"):
        cluster_environment(4)


def test_srun_without_lightnings_requeueing(monkeypatch):
    monkeypatch.setenv("SLURM_NTASKS", "2")
    monkeypatch.setenv("SLURM_JOB_NAME", "job")
    with pytest.raises(StageError, match="--ntasks-per-node=2"):
        cluster_environment(2)
    monkeypatch.setenv("SLURM_NTASKS_PER_NODE", "2")
    environment = cluster_environment(2)
    assert type(environment).__name__ == "SLURMEnvironment"
    assert not environment.auto_requeue
