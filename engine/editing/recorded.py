"""CUDA graphs: what a network does for inputs of one size, recorded once and played from then on.

A card is quicker than Python can tell it what to do; played from a record it need not be told. A record holds
memory, so only what comes again gets one, and the least recently used goes first.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable

import torch
from cachetools import LRUCache
from torch import Tensor

from engine.editing.network import Found, Run
from engine.errors import is_out_of_memory, one_line

KEPT = 24
"""Records: of eight numbers of edits at three sizes."""

Record = Callable[[Run, tuple[Tensor, ...]], Run]
"""Records what is done for inputs like these; the outputs are the caller's own."""

log = logging.getLogger(__name__)


class Recorded:
    """`run` with the same results. What comes for the second time is recorded.

    Where that fails it is given up for good: a card that is sound goes on without, one that isn't says so.
    """

    def __init__(self, run: Run, record: Record | None = None) -> None:
        self._run = run
        self._record: Record | None = record or Recorder()
        self._seen: LRUCache[Hashable, bool] = LRUCache(8 * KEPT)
        self._records: LRUCache[Hashable, Run] = LRUCache(KEPT)

    def __call__(self, *given: Tensor) -> Found:
        key = tuple((tensor.shape, tensor.dtype) for tensor in given)
        if self._record is not None and key not in self._records and key in self._seen:
            self._make(self._record, key, given)
        self._seen[key] = True
        return self._records.get(key, self._run)(*given)

    def _make(self, record: Record, key: Hashable, given: tuple[Tensor, ...]) -> None:
        try:
            self._records[key] = record(self._run, given)
        except RuntimeError as error:
            log.warning("the network is not recorded: %s", one_line(error))
            if not is_out_of_memory(error):
                self._record = None
            self.free()

    def free(self) -> None:
        """Give the records' memory back."""
        self._records.clear()
        self._seen.clear()


class Recorder:
    """As in https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs: what sets things up is run on a
    stream of its own first, then all is captured. Records share memory, as one at a time is played and its
    outputs are copied."""

    def __init__(self) -> None:
        self._pool = torch.cuda.graph_pool_handle()

    def __call__(self, run: Run, given: tuple[Tensor, ...]) -> Run:
        inputs = tuple(tensor.clone() for tensor in given)
        beside = torch.cuda.Stream()
        beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(beside):
            for _ in range(2):
                run(*inputs)
        torch.cuda.current_stream().wait_stream(beside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool):
            outputs = run(*inputs)

        def play(*new: Tensor) -> Found:
            for tensor, value in zip(inputs, new, strict=True):
                tensor.copy_(value)
            graph.replay()
            return Found(*(output.clone() for output in outputs))

        return play
