import pytest
import torch
from transformers.cache_utils import DynamicCache

from crescent.generation.cache import STEP, SlotCache

HEADS, SIZE, LAYERS = 2, 4, 3


def prefix(rows: int, width: int, seed: int = 0) -> DynamicCache:
    torch.manual_seed(seed)
    made = DynamicCache()
    for layer in range(LAYERS):
        made.update(torch.randn(rows, HEADS, width, SIZE), torch.randn(rows, HEADS, width, SIZE), layer)
    return made


@pytest.fixture
def cache() -> SlotCache:
    """Slots 0 and 1 hold copies of prompt 0, slot 2 one of prompt 1; both have 5 positions."""
    made = SlotCache(slots=4, length=20)
    made.fill(0, prefix(2, 5), torch.tensor([0, 0, 1]))
    return made


def test_the_memory_is_fixed_and_in_steps(cache: SlotCache) -> None:
    assert cache.length == 32
    assert [tensor.shape for tensor in cache.keys] == [(4, HEADS, 32, SIZE)] * LAYERS
    assert all(bool((tensor[:, :, 5:] == 0).all()) for tensor in (*cache.keys, *cache.values))


def test_a_prompt_is_copied_to_all_its_samples(cache: SlotCache) -> None:
    for layer, computed in enumerate(prefix(2, 5).layers):
        for slot, prompt in ((0, 0), (1, 0), (2, 1)):
            assert torch.equal(cache.keys[layer][slot, :, :5], computed.keys[prompt])
            assert torch.equal(cache.values[layer][slot, :, :5], computed.values[prompt])


def test_every_row_writes_at_its_own_position(cache: SlotCache) -> None:
    before = [tensor.clone() for tensor in cache.keys]
    cache.at(torch.tensor([5, 2, 17]))
    new = torch.ones(3, HEADS, 1, SIZE)
    keys, values = cache.update(new, 2 * new, 1)
    assert keys.shape == values.shape == (3, HEADS, 32, SIZE)
    for row, position in enumerate((5, 2, 17)):
        assert bool((keys[row, :, position] == 1).all())
        assert bool((values[row, :, position] == 2).all())
        before[1][row, :, position] = 1
    assert all(torch.equal(now, then) for now, then in zip(cache.keys, before, strict=True))


@pytest.mark.parametrize(("position", "width"), [(0, STEP), (STEP - 1, STEP), (STEP, 2 * STEP)])
def test_the_width_grows_in_steps(cache: SlotCache, position: int, width: int) -> None:
    cache.at(torch.tensor([position, 0]))
    assert cache.width == cache.get_seq_length() == width


def test_slots_move(cache: SlotCache) -> None:
    cache.move(torch.tensor([2]), torch.tensor([0]), 5)
    for tensor in (*cache.keys, *cache.values):
        assert torch.equal(tensor[0, :, :5], tensor[2, :, :5])
        assert not torch.equal(tensor[1, :, :5], tensor[2, :, :5])
