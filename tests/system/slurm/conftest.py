from collections.abc import Iterator

import pytest

from tests.system.slurm.cluster import cluster, missing


@pytest.fixture(scope="session")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment in which commands reach a private cluster of two nodes with one CPU each."""
    pytest.importorskip("submitit")
    if (reason := missing()) is not None:
        pytest.skip(reason)
    with cluster(tmp_path_factory.mktemp("slurm")) as environment:
        yield {**environment, "OMP_NUM_THREADS": "1"}
