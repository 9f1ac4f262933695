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
def test_the_loader_serves_all_shards_in_one_batch(finished: set[int]) -> None:
    data = PromptDataModule(requests(5), 2, finished)
    assert [shard for batch in data.predict_dataloader() for shard in batch] == data.shards
    assert len(data.predict_dataloader()) == (0 if finished else 1)


@given(counts=st.lists(st.integers(0, 9), max_size=30), size=st.integers(1, 6), bound=st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_no_batch_has_more_samples_than_the_bound(counts: list[int], size: int, bound: int) -> None:
    asked = [Request(f"q{number}", "How many?", count) for number, count in enumerate(counts)]
    data = PromptDataModule(asked, size, samples=bound)
    batches = list(data.predict_dataloader())
    assert [shard for batch in batches for shard in batch] == data.shards
    for batch in batches:
        samples = sum(request.samples for _, shard in batch for request in shard)
        assert samples <= bound or len(batch) == 1
