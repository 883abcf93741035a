"""`dialogpaint data editing`: a set on disk in the evaluation format, with a card and pages for review.

    OUT/train.jsonl  val.jsonl  test.jsonl     id, source, target, mask?, instruction, phrasings?,
                                               skill?, caption_before?, caption_after?, clip?
    OUT/pictures/SPLIT/ID-source.png …         the pictures of an item have one size
    OUT/review-SPLIT.html                      every pair, to be struck by hand
    OUT/README.md  sheet.png                   data card and contact sheet

Pairs are made, judged and written one after the other. What an item is depends on its maker and its key
alone: neither the number of workers nor what else was struck changes it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from tqdm import tqdm

from engine.editing.data.agreement import Similarities, about, similarities
from engine.editing.data.card import Tally, write_card
from engine.editing.data.filter import Filter, Rejected
from engine.editing.data.item import BadRow, Item, Maker, name_of
from engine.editing.data.review import review_page
from engine.editing.data.sheet import contact_sheet
from engine.editing.data.splits import Split

if TYPE_CHECKING:
    from engine.editing.clip import Clip

HELD_OUT_FIRST: tuple[Split, ...] = ("test", "val", "train")
"""What they hold is kept out of the training set, not the reverse."""
AHEAD = 16
"""Items that each worker may be ahead of the writing."""

Result = Callable[[], Iterable[Item]]


def build(
    makers: Sequence[Maker],
    out: Path,
    workers: int = 1,
    clip: Clip | None = None,
    struck: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Make all splits; gives the counts and the hash of the three lists.

    Raises `ValueError` or `OSError` with one sentence when the material is not usable.
    """
    for maker in makers:
        for split in get_args(Split):
            maker.keys(split)  # fail early, with a sentence, not in a worker
    building = _Building(out, Filter(partial(similarities, clip) if clip else None), struck)
    for split in HELD_OUT_FIRST:
        building.make(split, makers, workers)
    digest = hashlib.sha256()
    for split in get_args(Split):
        with (out / f"{split}.jsonl").open("rb") as lines:
            for line in lines:
                digest.update(line)
    tally = building.tally
    contact_sheet(out / ("val.jsonl" if tally.kept["val"] else "train.jsonl"), out / "sheet.png")
    notes = [maker.about for maker in makers] + [about(clip) if clip else "CLIP was not asked."]
    write_card(out / "README.md", notes, tally, digest.hexdigest())
    return tally.summary() | {"sha256": digest.hexdigest()}


class _Building:
    """One run: what was seen and counted so far."""

    def __init__(self, out: Path, judge: Filter, struck: frozenset[str]) -> None:
        self._out = out
        self._filter = judge
        self._struck = struck
        self._unmet = set(struck)
        self.tally = Tally(candidates=judge.candidates, strangers=len(struck))

    def make(self, split: Split, makers: Sequence[Maker], workers: int) -> None:
        pictures = self._out / "pictures" / split
        shutil.rmtree(pictures, ignore_errors=True)  # of an earlier build, of which more may be struck by now
        pictures.mkdir(parents=True)
        with (
            (self._out / f"{split}.jsonl").open("w", encoding="utf-8") as rows,
            review_page(self._out / f"review-{split}.html", split, self._struck) as page,
        ):
            for maker in makers:
                for row in self._rows(maker, split, workers):
                    rows.write(json.dumps(row, ensure_ascii=False) + "\n")
                    page.add(row)

    def _rows(self, maker: Maker, split: Split, workers: int) -> Iterator[dict[str, Any]]:
        names = [name_of(maker, key) for key in maker.keys(split)]
        wanted = [index for index, name in enumerate(names) if name not in self._struck]
        self._unmet.difference_update(names)
        self.tally.strangers = len(self._unmet)
        if len(wanted) < len(names):
            self.tally.rejected["struck by hand"] += len(names) - len(wanted)
        made = _made(maker, split, wanted, workers)
        for index, result in tqdm(made, f"{split}, {maker.name}", len(wanted)):
            try:
                item, found = self._filter.best(result())
                self._filter.admit(item, split)
            except Rejected as reason:
                self.tally.rejected[str(reason)] += 1
            except BadRow as problem:
                self.tally.rejected["a bad row"] += 1
                tqdm.write(str(problem), sys.stderr)
            else:
                self.tally.kept[split] += 1
                self.tally.makers[maker.name] += 1
                if item.skill and split == "train":
                    self.tally.skills[item.skill] += 1
                yield self._written(names[index], split, item, found)

    def _written(self, name: str, split: Split, item: Item, found: Similarities | None) -> dict[str, Any]:
        """The item's row; its pictures are on disk then."""
        row: dict[str, Any] = {"id": name}
        for part in ("source", "target", "mask"):
            if (file := getattr(item, part)) is not None:
                row[part] = f"pictures/{split}/{name}-{part}.png"
                (self._out / row[part]).write_bytes(file)
        row["instruction"] = item.instruction
        if item.phrasings:
            row["phrasings"] = item.phrasings
        if item.skill:
            row["skill"] = item.skill
        if item.captions:
            row["caption_before"], row["caption_after"] = item.captions
        if found:
            row["clip"] = {key: round(value, 4) for key, value in asdict(found).items()}
        return row


def _made(maker: Maker, split: Split, wanted: Iterable[int], workers: int) -> Iterator[tuple[int, Result]]:
    """Each index with what gives, or raises, its candidates; workers are never far ahead of the reader."""
    if workers == 1 or not maker.parallel:
        for index in wanted:
            yield index, partial(maker.make, split, index)
        return
    with ProcessPoolExecutor(workers) as pool:
        waiting: deque[tuple[int, Future[list[Item]]]] = deque()
        for index in wanted:
            waiting.append((index, pool.submit(_all, maker, split, index)))
            if len(waiting) > AHEAD * workers:
                first, future = waiting.popleft()
                yield first, future.result
        for index, future in waiting:
            yield index, future.result


def _all(maker: Maker, split: Split, index: int) -> list[Item]:
    return list(maker.make(split, index))
