"""Drift: what several wishes after one another lose against as many single edits.

Rows with the same `chain` follow each other, and the target of one is the source of the next. Each is edited
from that exact source (a single edit), and once more from what the rounds before it gave (the chain).

single          l1_to_target of the single edits, by round
chain           l1_to_target of the chain after each round
ratio           the chain's last value against the SUM of the single edits': these start from exact pictures,
                in a chain what every round missed is still in the picture
ratio_to_mean   the same against their mean: that later rounds repair what earlier ones missed is asked, too
"""

from __future__ import annotations

from statistics import fmean
from typing import Any

import numpy as np
from PIL import Image

from engine.editing.measures.editors import Edit
from engine.editing.training.cache import Row


class Chained:
    """Takes the rows in their order; only the newest picture is kept."""

    def __init__(self, edit: Edit) -> None:
        self._edit = edit
        self._name: Any = None
        self._picture: Image.Image | None = None
        self._round = 0
        self._chains = 0
        self._single: list[list[float]] = []
        self._chain: list[list[float]] = []

    def add(self, row: Row, single: Image.Image, target: Image.Image) -> None:
        """`single` is what came out of the row's own source."""
        if self._picture is None or row["chain"] != self._name:
            self._name, self._round, self._picture = row["chain"], 0, single
            self._chains += 1
        else:
            self._round += 1
            self._picture = self._edit(self._picture, str(row["instruction"]), None).picture
        if self._round == len(self._single):
            self._single.append([])
            self._chain.append([])
        self._single[self._round].append(l1(single, target))
        self._chain[self._round].append(l1(self._picture, target))

    def result(self) -> dict[str, Any] | None:
        """None if there was no chain."""
        if not self._chains:
            return None
        single, chain = ([fmean(values) for values in by_round] for by_round in (self._single, self._chain))
        return {
            "chains": self._chains,
            "single": [round(value, 5) for value in single],
            "chain": [round(value, 5) for value in chain],
            "ratio": _share(chain[-1], sum(single)),
            "ratio_to_mean": _share(chain[-1], fmean(single)),
        }


def l1(one: Image.Image, other: Image.Image) -> float:
    """Mean absolute difference, of 1; a picture of another size is missed altogether."""
    if one.size != other.size:
        return 1.0
    a, b = (np.asarray(picture, np.float32) for picture in (one, other))
    return float(np.abs(a - b).mean() / 255)


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 3) if whole else None
