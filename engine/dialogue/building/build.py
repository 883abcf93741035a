"""Builds the dialogue data set (paper section 3.1.1): hand-written ones, then what a completer adds."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from engine.dialogue import grammar, written
from engine.dialogue.building.card import counted, write_card
from engine.dialogue.building.collecting import Collector
from engine.dialogue.building.completers import draft
from engine.dialogue.building.drafts import Completer, Draft, Rejected, cycled
from engine.dialogue.building.files import hashes, write
from engine.dialogue.building.filter import TOKENIZER, Admitted, check, own_turns
from engine.dialogue.building.review import Review
from engine.dialogue.grammar.patterns import Split, share
from engine.dialogue.written.reader import library_of

SPLITS: tuple[Split, ...] = ("test", "valid", "train")
"""The held-out splits are filled first: what they hold is kept out of the training, not the reverse."""
LIBRARY_PART = 0.1
"""Small data sets hold no more of the library than this."""


@dataclass(frozen=True)
class Plan:
    """What to build. `command` and `inputs` (file name: sha256) are for the card."""

    sizes: Mapping[Split, int]
    captions: Sequence[str]
    seed: int
    tries: int = 3
    parallel: int = 1
    review: Review = field(default_factory=Review)
    command: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)


def build(plan: Plan, completer: Completer[Draft], folder: Path) -> dict[str, Any]:
    """Write `train.jsonl`, `valid.jsonl`, `test.jsonl`, `review.tsv` and the card; return the card.

    Captions, patterns and library are disjoint between the splits; no dialogue stands twice, and no wish of
    more than a few words stands in two splits. Nothing is written before all is there; run again after an
    interruption, it gives the same files, and pays no endpoint for the same answer twice.
    """
    folder.mkdir(parents=True, exist_ok=True)
    builder = _Builder(plan, completer)
    for split in SPLITS:
        builder.take_library(split)
    asyncio.run(builder.complete())
    return builder.write(folder)


class _Builder:
    def __init__(self, plan: Plan, completer: Completer[Draft]) -> None:
        self._plan = plan
        self._completer = completer
        self._admitted = Admitted()
        self._kept: dict[Split, list[Draft]] = {split: [] for split in plan.sizes}
        self._rejected: Counter[str] = Counter()

    def take_library(self, split: Split) -> None:
        rng = random.Random(f"{self._plan.seed}:{split}:library")
        found = list(library_of(split))
        rng.shuffle(found)
        for each in found:
            made = draft(replace(each.filled(), source=f"written {each.source}"), "written", rng)
            if len(self._kept[split]) >= self._plan.sizes[split] * LIBRARY_PART:
                self._admitted.remember(made.key)  # it may be an example in a prompt; models like to repeat
                continue
            try:
                self._check(made)
                self._admit(made, split)
            except Rejected as rejection:
                self._rejected[rejection.reason] += 1
            else:
                self._kept[split].append(made)

    async def complete(self) -> None:
        collector = Collector(self._completer, self._check, self._plan.tries, self._plan.parallel)
        for split in SPLITS:
            kept, size = self._kept[split], self._plan.sizes[split]
            wanted = size - len(kept)
            captions = sorted(set(share(self._plan.captions, split)))
            random.Random(f"{self._plan.seed}:{split}:captions").shuffle(captions)
            with tqdm(total=size, initial=len(kept), desc=split, unit="dialogue") as bar:

                def progress(more: int, bar: tqdm[Any] = bar) -> None:
                    bar.set_postfix_str(self._completer.spent(), refresh=False)
                    bar.update(more)

                def admit(made: Draft, split: Split = split) -> None:
                    self._admit(made, split)

                orders = cycled(captions, split, wanted * self._completer.orders_per_text)
                kept += await collector.gather(orders, wanted, admit, progress)
        await self._completer.close()
        self._rejected.update(collector.rejected)

    def _check(self, made: Draft) -> None:
        self._plan.review.check(made.key)
        check(made)

    def _admit(self, made: Draft, split: Split) -> None:
        self._admitted.admit(made.key, own_turns(made), split)

    def write(self, folder: Path) -> dict[str, Any]:
        plan = self._plan
        own = [*_texts(Path(written.__file__).parent), *_texts(Path(grammar.__file__).parent), TOKENIZER]
        card: dict[str, Any] = {
            "command": plan.command,
            "seed": plan.seed,
            "completer": self._completer.describe(),
            "splits": {},
            "rejected": dict(self._rejected.most_common()),
            "inputs": {**plan.inputs, **hashes(own)},
        }
        for split, drafts in self._kept.items():
            rows = (row for number, made in enumerate(drafts) for row in made.rows(number))
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            card["splits"][split] = counted(drafts) | {"sha256": write(folder / f"{split}.jsonl", text)}
        shown = ((made.key, made.shown) for drafts in self._kept.values() for made in drafts)
        write(folder / "review.tsv", plan.review.lines(shown))
        write_card(card, "Dialogue data set", folder)
        return card


def _texts(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.txt"))
