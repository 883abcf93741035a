"""Builds edit instructions with captions before and after (paper section 3.1.2), for the editing data set."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tqdm import tqdm

from engine.dialogue.building.build import Plan
from engine.dialogue.building.card import spread, write_card
from engine.dialogue.building.collecting import Collector
from engine.dialogue.building.drafts import Completer, Rejected, cycled
from engine.dialogue.building.files import hashes, write
from engine.dialogue.building.filter import Admitted, tokens, words
from engine.dialogue.context import POSITIONS, normal
from engine.dialogue.written.instructions import LIBRARY, Instruction

_KEPT = 0.3
"""A caption that keeps a smaller share of the words of the one before shows another picture."""


def check(made: Instruction) -> None:
    """Look at an instruction by itself. Raises Rejected."""
    if max(tokens()(text) for text in (made.instruction, made.after)) > POSITIONS:
        raise Rejected("too long")
    before, after = words(made.before), words(made.after)
    if before == after:
        raise Rejected("changes nothing")
    if len(before & after) < _KEPT * len(before):
        raise Rejected("another picture")


def build(plan: Plan, completer: Completer[Instruction], folder: Path) -> dict[str, Any]:
    """Write `instructions.jsonl`, `review.tsv` and the card; return the card. There is one split, "train"."""
    folder.mkdir(parents=True, exist_ok=True)
    size, admitted = plan.sizes["train"], Admitted()

    def checked(made: Instruction) -> None:
        plan.review.check(_key(made))
        check(made)

    captions = sorted(set(plan.captions))
    random.Random(f"{plan.seed}:captions").shuffle(captions)
    collector = Collector(completer, checked, plan.tries, plan.parallel)
    with tqdm(total=size, unit="instruction") as bar:

        def progress(more: int) -> None:
            bar.set_postfix_str(completer.spent(), refresh=False)
            bar.update(more)

        def admit(made: Instruction) -> None:
            admitted.admit(_key(made), set(), "train")

        async def gathered() -> list[Instruction]:
            orders = cycled(captions, "train", size * completer.orders_per_text)
            kept = await collector.gather(orders, size, admit, progress)
            await completer.close()
            return kept

        kept = asyncio.run(gathered())
    return _write(plan, completer, kept, collector.rejected, folder)


def _key(made: Instruction) -> str:
    return normal(f"{made.before} / {made.instruction} / {made.after}")


def _write(
    plan: Plan,
    completer: Completer[Instruction],
    kept: list[Instruction],
    rejected: Counter[str],
    folder: Path,
) -> dict[str, Any]:
    rows = ({**asdict(made), "source": completer.source} for made in kept)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    counted = {
        "instructions": len(kept),
        "captions": len({made.before for made in kept}),
        "tokens": spread([tokens()(made.instruction) for made in kept]),
        "sha256": write(folder / "instructions.jsonl", text),
    }
    card: dict[str, Any] = {
        "command": plan.command,
        "seed": plan.seed,
        "completer": completer.describe(),
        "splits": {"train": counted},
        "rejected": dict(rejected.most_common()),
        "inputs": {**plan.inputs, **hashes([LIBRARY])},
    }
    write(folder / "review.tsv", plan.review.lines((_key(made), _key(made)) for made in kept))
    write_card(card, "Edit instructions", folder)
    return card
