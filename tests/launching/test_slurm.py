from dataclasses import asdict
from pathlib import Path

from crescent.config.launcher import SlurmSettings
from crescent.launching.job import Submission, several_in_one
from crescent.launching.slurm import sbatch_parameters, sweep_folder
from tests.conftest import tiny


def submission(folder: str) -> Submission:
    return Submission(["seed=1"], asdict(tiny()), folder)


def test_what_is_null_is_left_to_the_cluster() -> None:
    parameters = sbatch_parameters(SlurmSettings(), 0)
    assert not parameters.keys() & {"partition", "account", "qos", "constraint", "mem", "cpus_per_task"}
    assert "gpus_per_node" not in parameters
    assert parameters["wckey"] is None
    assert parameters["additional_parameters"] == {"requeue": True}


def test_what_is_given_is_asked_for() -> None:
    settings = SlurmSettings(mem_gb=1.5, cpus_per_task=8, nodes=2, tasks_per_node=4, requeue=False, options={"x": "1"})
    parameters = sbatch_parameters(settings, 4)
    asked = {key: parameters[key] for key in ("mem", "cpus_per_task", "nodes", "ntasks_per_node", "gpus_per_node")}
    assert asked == {"mem": "1536MB", "cpus_per_task": 8, "nodes": 2, "ntasks_per_node": 4, "gpus_per_node": 4}
    # The run is one task, whatever its stages are.
    assert parameters["srun_args"] == ["--nodes=1", "--ntasks=1", "--overlap", "--cpus-per-task=8"]
    assert parameters["additional_parameters"] == {"no-requeue": True, "x": "1"}


def test_the_same_sweep_has_the_same_folder(tmp_path: Path) -> None:
    one, same, other = (sweep_folder(tmp_path, [submission(name)]) for name in ("/a", "/a", "/b"))
    assert one == same != other
    assert one.parent == tmp_path


def test_two_runs_in_one_folder_are_found() -> None:
    assert several_in_one([submission("/a"), submission("/b")]) == []
    [line] = several_in_one([submission("/runs/a"), submission("/runs/a"), submission("/b")])
    assert line.startswith("a: several runs of this sweep would share this folder")
