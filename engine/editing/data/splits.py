"""Which split something is in: always the same one, whatever else is there."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Split = Literal["train", "val", "test"]


def split_of(key: str, held_out: float = 0.05) -> Split:
    """The split of a key; val and test get the share `held_out` each."""
    draw = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") / 2**32
    return "train" if draw < 1 - 2 * held_out else "val" if draw < 1 - held_out else "test"


def group_of(file: str) -> str:
    """Views cut out of one larger picture belong together: `scene-x-left`, `scene-x-2` -> `scene-x`."""
    stem = Path(file).stem
    return re.sub(r"(-left|-right|-\d+)$", "", stem) if stem.startswith("scene-") else stem
