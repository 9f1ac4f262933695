import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crescent.generation.datamodule import PromptDataModule
from crescent.generation.request import Request


def requests(count: int) -> list[Request]:
    return [Request(f"q{number}", "How many?") for number in range(count)]


@given(count=st.integers(0, 30), size=st.integers(1, 8), world=st.integers(1, 4), finished=st.sets(st.integers(0, 30)))
@settings(max_examples=60, deadline=None)
def test_every_request_is_served_once_over_all_ranks(count: int, size: int, world: int, finished: set[int]) -> None:
    parts = [PromptDataModule(requests(count), size, finished, rank, world).shards for rank in range(world)]
    served = dict(shard for part in parts for shard in part)
    assert sum(map(len, parts)) == len(served)
    whole = dict(PromptDataModule(requests(count), size, set()).shards)
    assert served == {index: shard for index, shard in whole.items() if index not in finished}
    assert [request for index in sorted(whole) for request in whole[index]] == requests(count)
    assert all(len(shard) <= size for shard in whole.values())


@pytest.mark.parametrize("finished", [set(), {0, 1, 2}])
def test_the_loader_serves_shard_by_shard(finished: set[int]) -> None:
    data = PromptDataModule(requests(5), 2, finished)
    assert [tuple(shard) for shard in data.predict_dataloader()] == data.shards
