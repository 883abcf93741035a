"""One editor's account over a set: a picture is measured and let go, only numbers and features stay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.metrics import structural_similarity

from engine.editing.measures.distributions import CLUSTERS, f_scores, frechet_distance, precision_recall
from engine.editing.training.cache import Row

Vector = NDArray[np.float32]


@dataclass(slots=True)
class Scores:
    """Lists of per-item values; an item without a target or a mask adds nothing to that list."""

    l1: list[float] = field(default_factory=list)
    psnr: list[float] = field(default_factory=list)
    ssim: list[float] = field(default_factory=list)
    outside: list[float] = field(default_factory=list)
    outside_known: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    outputs: list[Vector] = field(default_factory=list)
    targets: list[Vector] = field(default_factory=list)

    def add(self, source: Image.Image, output: Image.Image, target: Image.Image | None, row: Row) -> None:
        before, after = (np.asarray(picture, np.float32) / 255 for picture in (source, output))
        if target is not None and target.size == output.size:
            self._compare(after, np.asarray(target, np.float32) / 255)
        if row.get("mask") and source.size == output.size:
            with Image.open(row["mask"]) as picture:
                outside = np.asarray(picture.convert("L").resize(source.size)) == 0
            if outside.any():
                change = float(np.abs(after - before).mean(-1)[outside].mean())
                self.outside.append(change)
                if not row.get("mask_traced"):
                    self.outside_known.append(change)

    def _compare(self, after: Vector, wanted: Vector) -> None:
        self.l1.append(float(np.abs(after - wanted).mean()))
        error = max(float(np.square(after - wanted).mean()), 1e-10)  # equal pictures: 100 dB, not infinity
        self.psnr.append(-10 * float(np.log10(error)))
        side = min(7, min(wanted.shape[:2]) // 2 * 2 - 1)
        if side >= 3:
            self.ssim.append(
                float(structural_similarity(wanted, after, win_size=side, channel_axis=2, data_range=1.0))
            )

    def result(self) -> dict[str, Any]:
        """The means, and the distances between the distributions of outputs and targets."""
        return {
            "l1_to_target": _mean(self.l1),
            "psnr": _mean(self.psnr),
            "ssim": _mean(self.ssim),
            "outside_l1": _mean(self.outside),
            "outside_l1_known": _mean(self.outside_known),
            "fid": self._fid(),
            **dict(zip(("prd", "prd_precision"), self._prd(), strict=True)),
            "s_per_edit": _mean(self.seconds),
        }

    def _fid(self) -> float | None:
        if len(self.outputs) < 2:
            return None
        return round(frechet_distance(np.stack(self.outputs), np.stack(self.targets)), 5)

    def _prd(self) -> tuple[float, float] | tuple[None, None]:
        if len(self.outputs) < CLUSTERS:
            return None, None
        recall, precision = f_scores(*precision_recall(np.stack(self.outputs), np.stack(self.targets)))
        return round(recall, 5), round(precision, 5)


def _mean(values: Iterable[float]) -> float | None:
    values = list(values)
    return round(fmean(values), 5) if values else None
