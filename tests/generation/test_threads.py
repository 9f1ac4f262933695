from collections.abc import Iterator
from contextlib import closing
from threading import active_count

import pytest
import torch

from crescent.generation.threads import together


def test_everything_comes_in_each_iterators_own_order() -> None:
    found = list(together([iter(range(0, 100)), iter(range(100, 200))]))
    assert sorted(found) == list(range(200))
    assert [number for number in found if number < 100] == list(range(100))


def test_an_error_ends_all() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    def endless() -> Iterator[int]:
        while True:
            yield 0

    before = active_count()
    with pytest.raises(ValueError, match="broken"):
        list(together([broken(), endless()]))
    assert active_count() == before


def test_closing_it_ends_the_threads() -> None:
    before = active_count()
    with closing(together([iter(range(10**9)), iter(range(10**9))])) as both:
        assert next(both) == 0
        assert active_count() == before + 2
    assert active_count() == before


def test_each_thread_computes_on_one_core() -> None:
    def cores() -> Iterator[int]:
        yield torch.get_num_threads()

    assert list(together([cores(), cores()])) == [1, 1]
