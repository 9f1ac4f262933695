"""What is read from Slurm's commands, with stand-ins that print what a cluster prints. The real ones: tests/system."""

from pathlib import Path

import pytest

from crescent.config.launcher import SlurmSettings
from crescent.launching.cluster import last_state, objections, states, wanted_still

SINFO = """\
main*|4|(null)|1-00:00:00
main*|2|gpu:a100:4(S:0-1)|1-00:00:00
long|2|gpu:2,craynetwork:4|infinite
"""


@pytest.fixture
def prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commands of Slurm that print the files named like them."""
    for name in ("sbatch", "srun", "sinfo", "squeue", "scontrol"):
        script = tmp_path / name
        script.write_text(f"#!/bin/sh\nexec /bin/cat {tmp_path}/{name}.txt\n")
        script.chmod(0o755)
        (tmp_path / f"{name}.txt").write_text("")
    (tmp_path / "sinfo.txt").write_text(SINFO)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("prints")
def test_what_a_partition_has_is_enough() -> None:
    assert objections(SlurmSettings(), 0) == []
    assert objections(SlurmSettings(nodes=6, time_min=1440), 4) == []
    assert objections(SlurmSettings(partition="long", time_min=100_000), 2) == []


@pytest.mark.usefixtures("prints")
def test_all_objections_are_made_at_once() -> None:
    settings = SlurmSettings(partition="main", nodes=7, time_min=1441)
    lines = objections(settings, 8)
    assert [line.split(" is more")[0].split(" are more")[0] for line in lines] == [
        "8 GPUs per node",
        "hydra.launcher.nodes=7",
        "hydra.launcher.time_min=1441",
    ]
    [line] = objections(SlurmSettings(partition="lnog"), 0)
    assert line == "hydra.launcher.partition=lnog: no such partition; there are main, long; did you mean long?"


def test_no_slurm_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    [line] = objections(SlurmSettings(), 0)
    assert "there is no Slurm on this machine" in line


def test_a_cluster_that_does_not_answer_is_one_line(prints: Path) -> None:
    (prints / "sinfo").write_text("#!/bin/sh\necho 'sinfo: error: no host\nsinfo: fatal: no source' >&2\nexit 1\n")
    [line] = objections(SlurmSettings(), 0)
    assert line.startswith("hydra/launcher=slurm: Slurm does not answer (fatal: no source)")


def test_states_are_those_of_the_asked_jobs_alone(prints: Path) -> None:
    (prints / "squeue.txt").write_text("7_0|RUNNING\n7_1|PENDING\n8|RUNNING\n")
    assert states(["7_0", "7_1", "7_2"]) == {"7_0": "RUNNING", "7_1": "PENDING"}
    (prints / "squeue").write_text(
        "#!/bin/sh\necho 'slurm_load_jobs error: Unable to contact slurm controller' >&2\nexit 1\n"
    )
    assert states(["7_0"]) is None
    (prints / "squeue").write_text("#!/bin/sh\necho 'slurm_load_jobs error: Invalid job id specified' >&2\nexit 1\n")
    assert states(["7_0"]) == {}


@pytest.mark.parametrize(
    ("shown", "state"),
    [
        ("JobId=7 JobState=COMPLETED Reason=None ExitCode=0:0", "COMPLETED"),
        ("JobId=7 JobState=FAILED Reason=NonZeroExitCode ExitCode=2:0", "FAILED, exit code 2"),
        ("JobId=7 JobState=CANCELLED Reason=None ExitCode=0:15", "CANCELLED, signal 15"),
        ("", None),
    ],
)
def test_how_a_job_ended(prints: Path, shown: str, state: str | None) -> None:
    (prints / "scontrol.txt").write_text(shown)
    assert last_state("7") == state


def test_only_a_job_that_runs_is_wanted_still(prints: Path) -> None:
    (prints / "squeue.txt").write_text("RUNNING\n")
    assert wanted_still("7")
    (prints / "squeue.txt").write_text("COMPLETING\n")
    assert not wanted_still("7")
