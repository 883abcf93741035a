"""Features as directions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


def unit(vector: Vector) -> Vector:
    """Of length 1; what has no length stays 0, so that a picture left as it was has gone nowhere."""
    length = np.linalg.norm(vector)
    return vector / length if length > 1e-6 else np.zeros_like(vector)
