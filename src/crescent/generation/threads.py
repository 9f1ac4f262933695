"""Iterators that run at the same time, one thread each, read as one."""

from collections.abc import Generator, Iterator, Sequence
from queue import SimpleQueue
from threading import Event, Thread
from typing import TypeVar

import torch

T = TypeVar("T")


class _End:
    """A thread has ended, with the error that ended it or without one."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def together(iterators: Sequence[Iterator[T]]) -> "Generator[T]":
    """What all iterators bring, as it comes. The first error of any of them ends all and is raised here.

    Closing it waits until every thread has reached its next item and ended. Each thread uses one core.
    """
    queue: SimpleQueue[T | _End] = SimpleQueue()
    stop = Event()

    def run(iterator: Iterator[T]) -> None:
        torch.set_num_threads(1)
        end = _End()
        try:
            for item in iterator:
                queue.put(item)
                if stop.is_set():
                    break
        except BaseException as error:
            end.error = error
        queue.put(end)

    threads = [
        Thread(target=run, args=(iterator,), name=f"worker {number} of {len(iterators)}", daemon=True)
        for number, iterator in enumerate(iterators, 1)
    ]
    try:
        for thread in threads:
            thread.start()
        running = len(threads)
        while running:
            item = queue.get()
            if not isinstance(item, _End):
                yield item
            elif item.error is not None:
                raise item.error
            else:
                running -= 1
    finally:
        stop.set()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
