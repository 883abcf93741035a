"""Which items are kept: the best candidate by CLIP, and no picture (nearly) twice."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

import numpy as np
from PIL import Image

from engine.editing.data.agreement import Similarities
from engine.editing.data.item import Item, opened
from engine.editing.data.splits import Split

Judge = Callable[[tuple[Image.Image, Image.Image], tuple[str, str]], Similarities]
"""(source, target), (caption before, caption after) -> how well they agree."""
ALIKE = 4
"""Pictures whose difference hashes differ in no more of their 64 bits count as the same."""


class Rejected(Exception):
    """An item is left out; the message is the reason, as it is counted on the data card."""


class Filter:
    """`judge` (CLIP) looks at what has captions; pairs without captions are taken as they are.

    `candidates` counts what was looked at by CLIP, and what was wrong with it.
    """

    def __init__(self, judge: Judge | None = None) -> None:
        self._judge = judge
        self._wishes: defaultdict[str, list[array[int]]] = defaultdict(lambda: [array("Q"), array("Q")])
        self._pictures: defaultdict[Split, array[int]] = defaultdict(lambda: array("Q"))
        self.candidates: Counter[str] = Counter()

    def best(self, candidates: Iterable[Item]) -> tuple[Item, Similarities | None]:
        """The candidate whose change agrees best with its captions'; raises `Rejected` if none is fit.

        Where CLIP has no say the first candidate is taken, and no other is made.
        """
        best: tuple[Item, Similarities] | None = None
        for item in candidates:
            if self._judge is None or item.captions is None:
                return item, None
            pictures = opened(item.source), opened(item.target)
            found = self._judge(pictures, item.captions)
            problem = found.too_low()
            self.candidates[problem or "good enough"] += 1
            if problem is None and (best is None or found.direction > best[1].direction):
                best = item, found
        if best is None:
            raise Rejected("no candidate was good enough for CLIP")
        return best

    def admit(self, item: Item, split: Split) -> tuple[int, int]:
        """Remember an item's pictures, and give their hashes. Raises `Rejected` for one that the set has.

        The same source with another wish is welcome, but not in another split. 32 bytes of it stay in memory.
        """
        source, target = (difference_hash(opened(picture)) for picture in (item.source, item.target))
        for other, known in self._pictures.items():
            if other != split and (_alike(known, source).any() or _alike(known, target).any()):
                raise Rejected(f"a picture like one of the {other} set")
        sources, targets = self._wishes[_wish(item.skill, item.instruction)]
        if (_alike(sources, source) & _alike(targets, target)).any():
            raise Rejected("nearly the same as another")
        self.remember(item.skill, item.instruction, split, (source, target))
        return source, target

    def remember(self, skill: str, instruction: str, split: Split, hashes: tuple[int, int]) -> None:
        """As if an item with these hashes had been admitted."""
        for known, found in zip(self._wishes[_wish(skill, instruction)], hashes, strict=True):
            known.append(found)
        self._pictures[split].extend(hashes)


def _wish(skill: str, instruction: str) -> str:
    return skill or " ".join(instruction.lower().split())


def difference_hash(picture: Image.Image) -> int:
    """dHash, 64 bits: whether each of 8 x 8 places is darker than its right neighbour."""
    small = np.asarray(picture.convert("L").resize((9, 8), Image.Resampling.BOX), np.int16)
    return int.from_bytes(np.packbits(small[:, 1:] > small[:, :-1]).tobytes())


def _alike(known: array[int], found: int) -> np.ndarray:
    return np.bitwise_count(np.array(known, np.uint64) ^ np.uint64(found)) <= ALIKE
