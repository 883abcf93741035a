"""`dialogpaint data editing`: a set on disk in the evaluation format, with a card and pages for review.

    OUT/train.jsonl  val.jsonl  test.jsonl     id, source, target, mask?, mask_traced?, instruction,
                                               phrasings?, skill?, caption_before?, caption_after?, clip?
    OUT/pictures/SPLIT/ID-source.png …         the pictures of an item have one size
    OUT/review-SPLIT.html                      every pair, to be struck by hand
    OUT/README.md  sheet.png                   data card and contact sheet
    OUT/chains.jsonl                           several wishes after one another, see `chains.py`

Pairs are made, judged and written one after the other. What an item is depends on its maker and its key
alone: neither the number of workers nor what else was struck changes it. A build that was killed goes on
where it was when it is started again with the same inputs (`OUT/building.jsonl`).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections import Counter, deque
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
from engine.editing.data.journal import Entry, Journal
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
    out.mkdir(parents=True, exist_ok=True)
    what = hashlib.sha256(repr((makers, clip and clip.name, sorted(struck))).encode()).hexdigest()
    journal = Journal(out / "building.jsonl", what)
    if not journal.going_on:  # of another build, of which more may be struck by now
        shutil.rmtree(out / "pictures", ignore_errors=True)
    building = _Building(out, Filter(partial(similarities, clip) if clip else None), struck, journal)
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
    journal.finish()
    return tally.summary() | {"sha256": digest.hexdigest()}


class _Building:
    """One run: what was seen and counted so far."""

    def __init__(self, out: Path, judge: Filter, struck: frozenset[str], journal: Journal) -> None:
        self._out = out
        self._filter = judge
        self._struck = struck
        self._unmet = set(struck)
        self._journal = journal
        self.tally = Tally(candidates=judge.candidates, strangers=len(struck))

    def make(self, split: Split, makers: Sequence[Maker], workers: int) -> None:
        (self._out / "pictures" / split).mkdir(parents=True, exist_ok=True)
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
        wanted = deque(index for index, name in enumerate(names) if name not in self._struck)
        self._unmet.difference_update(names)
        self.tally.strangers = len(self._unmet)
        if len(wanted) < len(names):
            self.tally.rejected["struck by hand"] += len(names) - len(wanted)
        with tqdm(desc=f"{split}, {maker.name}", total=len(wanted)) as bar:
            for entry in self._entries(maker, split, names, wanted, workers):
                bar.update()
                if reason := entry.get("rejected"):
                    self.tally.rejected[reason] += 1
                    continue
                row = entry["row"]
                self.tally.kept[split] += 1
                self.tally.makers[maker.name] += 1
                if split == "train" and "skill" in row:
                    self.tally.skills[row["skill"]] += 1
                yield row

    def _entries(
        self, maker: Maker, split: Split, names: Sequence[str], wanted: deque[int], workers: int
    ) -> Iterator[Entry]:
        """What becomes of each wanted item: first of those that an earlier run has judged."""
        while wanted and (entry := self._journal.next()):
            if entry["id"] != names[wanted.popleft()]:
                raise ValueError(
                    f"The inputs changed while {self._out} was built; delete it, and start again."
                )
            self._filter.candidates.update(entry.get("candidates", {}))
            if row := entry.get("row"):
                self._filter.remember(row.get("skill", ""), row["instruction"], split, entry["hashes"])
            yield entry
        for index, result in _made(maker, split, wanted, workers):
            before = Counter(self._filter.candidates)
            entry = self._judged(names[index], split, result)
            if looked_at := self._filter.candidates - before:
                entry["candidates"] = looked_at
            self._journal.add(entry)
            yield entry

    def _judged(self, name: str, split: Split, result: Result) -> Entry:
        """An item's entry; if it is kept, its pictures are on disk then."""
        try:
            item, found = self._filter.best(result())
            hashes = self._filter.admit(item, split)
        except Rejected as reason:
            return {"id": name, "rejected": str(reason)}
        except BadRow as problem:
            tqdm.write(str(problem), sys.stderr)
            return {"id": name, "rejected": "a bad row"}
        return {"id": name, "row": self._written(name, split, item, found), "hashes": hashes}

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
        if item.traced:
            row["mask_traced"] = True
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
