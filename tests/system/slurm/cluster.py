"""A Slurm cluster of two nodes on this machine, brought up in a folder in a second and taken down without a trace.

    python tests/system/slurm/cluster.py FOLDER      # until Ctrl-C; then export SLURM_CONF=FOLDER/slurm.conf

Needs root, and Debian's packages slurmctld, slurmd, slurm-client and munge.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from crescent.loop.execution.family import die_with_parent

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "sinfo", "scontrol", "scancel")
HOST = socket.gethostname()
NODES = (HOST, f"{HOST}-b")
"""The first has the name of a machine that can be found: processes on several nodes meet there."""
CONFIGURATION = """\
ClusterName=private
SlurmctldHost={host}
SlurmctldPort={ports[0]}
AuthType=auth/munge
# Jobs that are put back wait for as long as credentials are valid: two minutes if nothing is said, else five seconds.
AuthInfo=socket={folder}/munge/socket,cred_expire=5
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
GresTypes=gpu
ReturnToService=2
KillWait=20
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0
NodeName={nodes[0]} NodeHostname={host} Port={ports[1]} CPUs={cpus}
NodeName={nodes[1]} NodeHostname={host} Port={ports[2]} CPUs={cpus}
PartitionName=main Nodes={nodes[0]},{nodes[1]} Default=YES MaxTime=1-00:00:00 State=UP PriorityTier=1 GraceTime=20
PartitionName=urgent Nodes={nodes[0]},{nodes[1]} MaxTime=60 State=UP PriorityTier=10 PreemptMode=OFF
"""


def missing() -> str | None:
    """Why there can be no cluster here, None where there can."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent:
        return f"Slurm is not installed ({', '.join(absent)} not found)"
    return None if os.geteuid() == 0 else "a private Slurm needs root"


@contextmanager
def cluster(folder: Path, cpus: int = 1) -> Iterator[dict[str, str]]:
    """Bring a cluster up in `folder`; yields the environment for its commands, takes all down when the block ends."""

    (folder / "munge").mkdir(mode=0o700, parents=True)
    (folder / "state").mkdir()
    key = folder / "munge" / "key"
    key.write_bytes(secrets.token_bytes(256))
    key.chmod(0o400)
    configuration = folder / "slurm.conf"
    ports = [_free_port() for _ in range(3)]
    configuration.write_text(CONFIGURATION.format(host=HOST, nodes=NODES, folder=folder, ports=ports, cpus=cpus))
    environment = {**os.environ, "SLURM_CONF": str(configuration)}
    with ExitStack() as daemons:

        def start(*command: str) -> None:
            # In the foreground and bound to this process: a test run that is killed leaves no cluster behind.
            process = subprocess.Popen(
                command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True, preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509
            )  # fmt: skip
            daemons.callback(_end, process)

        start(
            "munged", "--foreground", "--force", f"--key-file={key}", f"--socket={folder}/munge/socket",
            f"--pid-file={folder}/munge.pid", f"--seed-file={folder}/munge/seed",
        )  # fmt: skip
        _until((folder / "munge" / "socket").exists, "munged")
        start("slurmctld", "-D")
        for node in NODES:
            start("slurmd", "-D", "-N", node)
        _until(partial(_idle, environment), "the nodes")
        daemons.callback(_clear, environment)
        yield environment


def _idle(environment: dict[str, str]) -> bool:
    done = subprocess.run(
        ["sinfo", "--noheader", "--Node", "--partition=main", "--format=%T"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.split() == ["idle"] * len(NODES)


def _until(there: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 30
    while not there():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited in vain for {what}")
        time.sleep(0.05)


def _clear(environment: dict[str, str]) -> None:
    """Cancel what is still running, so that no job outlives the cluster."""
    left = ["squeue", "--noheader"]
    for command in (["scancel", "--full", "--state=RUNNING"], ["scancel", "--state=PENDING"]):
        subprocess.run(command, env=environment, capture_output=True, check=False)
    _until(lambda: not subprocess.run(left, env=environment, capture_output=True, check=False).stdout, "an empty queue")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


if __name__ == "__main__":
    ENDING = (signal.SIGINT, signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    with cluster(Path(sys.argv[1]).resolve()):
        print(f"export SLURM_CONF={Path(sys.argv[1]).resolve()}/slurm.conf")
        signal.sigwait(ENDING)
