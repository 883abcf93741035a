"""What a maker gives, and what the build asks of one."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from PIL import Image

from engine.editing.data.splits import Split


@dataclass(frozen=True, slots=True)
class Item:
    """One pair of a set. `source`, `target` and `mask` (white: may change) are PNG files of equal size.

    `phrasings` are other ways to say `instruction`, `skill` is the change's name where the maker knows it,
    `captions` describe the source and the target. `traced`: the mask was looked for in a photo, not known.
    """

    source: bytes = field(repr=False)
    target: bytes = field(repr=False)
    instruction: str
    mask: bytes | None = field(default=None, repr=False)
    phrasings: tuple[str, ...] = ()
    skill: str = ""
    traced: bool = False
    captions: tuple[str, str] | None = None


class BadRow(ValueError):
    """A row of somebody's file that can't be used; one sentence that names it."""


class Maker(Protocol):
    """Makes the items of a set. An item depends on the maker's fields and its key alone, so that the number
    of workers, and what else is in the set, change nothing about it.

    `parallel`: items may be made in several processes at once.
    """

    name: ClassVar[str]
    parallel: ClassVar[bool]

    @property
    def about(self) -> str:
        """A paragraph for the data card: what these pairs are, and from what they were made."""
        ...

    def keys(self, split: Split) -> Sequence[str]:
        """What tells each item of a split from all others. Raises `ValueError` or `OSError` early, with one
        sentence, if the material is not usable."""
        ...

    def make(self, split: Split, index: int) -> Iterator[Item]:
        """The candidates for item `index`, of which the filter keeps the best. Raises `BadRow`."""
        ...


def name_of(maker: Maker, key: str) -> str:
    """An item's name in its set: of its files, and in the list of what was struck."""
    return hashlib.sha256(f"{maker.name}\n{key}".encode()).hexdigest()[:12]


def png(picture: Image.Image) -> bytes:
    """A PNG file, packed quickly rather than tightly."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def opened(file: bytes) -> Image.Image:
    """The RGB picture in a PNG file."""
    with Image.open(io.BytesIO(file)) as picture:
        return picture.convert("RGB")
