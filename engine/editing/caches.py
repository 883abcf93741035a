"""What an editor need not compute again: bounded, the least recently used goes first, hits are counted."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from cachetools import LRUCache
from torch import Tensor

MIB = 2**20


class Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


V = TypeVar("V", bound=Sized)


@dataclass(frozen=True, slots=True)
class Source:
    """A picture as the network sees it: its latents (V, C, h, w), and the pixels (V, 3, H, W) that the
    autoencoder makes of these."""

    latents: Tensor
    again: Tensor

    @property
    def nbytes(self) -> int:
        return self.latents.nbytes + self.again.nbytes


class Cache(Generic[V]):
    """At most `limit` bytes of values that know their `nbytes`; what is larger is never kept."""

    def __init__(self, limit: int) -> None:
        self.hits = 0
        self.misses = 0
        self._kept: LRUCache[Hashable, V] = LRUCache(limit, getsizeof=lambda value: value.nbytes)

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """What is kept under `key`, or else what `make` makes."""
        found = self._kept.get(key)
        if found is not None:
            self.hits += 1
            return found
        self.misses += 1
        made = make()
        if self._kept.getsizeof(made) <= self._kept.maxsize:
            self._kept[key] = made
        return made

    @property
    def nbytes(self) -> int:
        return int(self._kept.currsize)

    def clear(self) -> None:
        self._kept.clear()


@dataclass(frozen=True, slots=True)
class Caches:
    """On the device: `texts` by instruction, `pictures` by the sha256 of the picture at its working size."""

    texts: Cache[Tensor] = field(default_factory=lambda: Cache[Tensor](32 * MIB))
    pictures: Cache[Source] = field(default_factory=lambda: Cache[Source](128 * MIB))

    def lookups(self) -> dict[str, tuple[int, int]]:
        """Hits and misses of each so far."""
        named = {"text": self.texts, "picture": self.pictures}
        return {name: (cache.hits, cache.misses) for name, cache in named.items()}

    def clear(self) -> None:
        """Give the memory back; the counters stay."""
        self.texts.clear()
        self.pictures.clear()
