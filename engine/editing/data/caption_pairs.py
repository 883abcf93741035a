"""A maker that needs captions only: Prompt-to-Prompt draws both pictures (paper section 3.1.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

import numpy as np

from engine.editing.data.item import Item, png
from engine.editing.data.splits import Split, split_of
from engine.json_lines import json_lines

if TYPE_CHECKING:
    from engine.editing.data.prompt_to_prompt import PromptToPrompt

LIBRARY = Path(__file__).parent / "instructions.jsonl"
LEAST_SHARE, MOST_SHARE = 0.1, 0.9
"""Steps with shared attention. No number suits all changes, so it is drawn (InstructPix2Pix, 3.1.2)."""


class Order(NamedTuple):
    """What a picture shows, what shall change, and what it shows then."""

    before: str
    instruction: str
    after: str


@dataclass(frozen=True, slots=True)
class CaptionPairs:
    """Pictures for the captions in `file`, by the Stable Diffusion checkpoint `weights` (a folder).

    Pairs with the same caption before are in the same split. One model fills the device: nothing is parallel.
    """

    weights: Path
    file: Path = LIBRARY
    candidates: int = 8
    seed: int = 0
    device: Literal["auto", "cpu", "cuda"] = "auto"
    name: ClassVar[str] = "prompt-to-prompt"
    parallel: ClassVar[bool] = False

    @property
    def about(self) -> str:
        return (
            f"Prompt-to-Prompt pairs, seed {self.seed}, up to {self.candidates} candidates each: "
            f"{self.weights.name} drew both pictures from the captions before and after in {self.file.name} "
            "(Hertz et al. 2022; InstructPix2Pix, section 3.1.2). Both are invented, and nothing is sure to "
            "be equal in them. No caption before is in two splits."
        )

    def keys(self, split: Split) -> Sequence[str]:
        _model(self.weights, self.device)
        return [self._key(order) for order in _orders(self.file, split)]

    def make(self, split: Split, index: int) -> Iterator[Item]:
        order = _orders(self.file, split)[index]
        captions = order.before, order.after
        drawn = hashlib.sha256(self._key(order).encode()).digest()
        rng = np.random.default_rng(int.from_bytes(drawn[:16]))
        for _ in range(self.candidates):
            share, seed = rng.uniform(LEAST_SHARE, MOST_SHARE), int(rng.integers(2**63))
            source, target = _model(self.weights, self.device).pair(captions, share, seed)
            yield Item(png(source), png(target), order.instruction, captions=captions)

    def _key(self, order: Order) -> str:
        return " / ".join((str(self.seed), *order))


@cache
def _model(weights: Path, device: Literal["auto", "cpu", "cuda"]) -> PromptToPrompt:
    from engine.device import choose
    from engine.editing.data.prompt_to_prompt import PromptToPrompt
    from engine.editing.loading import load_components

    return PromptToPrompt(load_components(weights, *choose(device)))


@cache
def _orders(file: Path, split: Split) -> Sequence[Order]:
    """Raises `ValueError` with one sentence."""
    orders = []
    for number, row in json_lines(file):
        texts = [row.get(name) for name in Order._fields] if isinstance(row, dict) else []
        if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
            raise ValueError(f"{file}, line {number}: before, instruction and after are needed, as texts.")
        if split_of(texts[0]) == split:
            orders.append(Order(*texts))
    return orders
