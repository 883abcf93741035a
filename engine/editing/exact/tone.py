"""Light and dark: exposure, contrast, shadows, highlights, automatic levels, negative."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from engine.editing.exact.operations import Curve, Operation
from engine.editing.exact.phrases import degree, percent, signed

KNEE = 0.6
"""Linear light above which a brightened picture bends towards white instead of clipping."""


def to_linear(encoded: np.ndarray) -> np.ndarray:
    """sRGB-encoded values to linear light, both 0 to 1 (IEC 61966-2-1)."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def to_encoded(linear: np.ndarray) -> np.ndarray:
    """Linear light to sRGB-encoded values, both 0 to 1 (IEC 61966-2-1)."""
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 0.0) ** (1 / 2.4) - 0.055)


WHITE = 65535
LIGHT = np.rint(WHITE * to_linear(np.arange(256) / 255)).astype(np.uint16)
"""Linear light of each encoded level, in 16 bits."""
ENCODED = np.rint(255 * to_encoded(np.arange(WHITE + 1) / WHITE)).astype(np.uint8)
"""The encoded level of each of those."""


def amplify(encoded: np.ndarray, gain: np.ndarray | float) -> np.ndarray:
    """Multiply linear light by `gain`; what would pass white rolls off above `KNEE`, so white stays white.

    The shoulder t / (1 + a t) starts with slope 1 at the knee and reaches 1 where the old white lands.
    """
    light = to_linear(encoded) * gain
    over = np.maximum(light - KNEE, 0.0) / (1 - KNEE)
    white = np.maximum((np.asarray(gain) - KNEE) / (1 - KNEE), 1.0)
    shoulder = KNEE + (1 - KNEE) * over / (1 + (1 - 1 / white) * over)
    return to_encoded(np.where(light > KNEE, shoulder, light))


@dataclass(frozen=True, slots=True)
class Exposure(Curve):
    """Light times 2 ** stops, in linear light."""

    stops: float

    @property
    def phrase(self) -> str:
        how = degree(abs(self.stops), 0.35, 0.95) + ("brighter" if self.stops > 0 else "darker")
        unit = " stop" if abs(self.stops) == 1 else " stops"
        return f"made it {how} ({signed(self.stops, unit)})"

    def curve(self, values: np.ndarray) -> np.ndarray:
        return amplify(values, 2.0**self.stops)


@dataclass(frozen=True, slots=True)
class Contrast(Curve):
    """Slope `factor` at middle grey. More contrast bends towards black and white instead of clipping."""

    factor: float

    @property
    def phrase(self) -> str:
        return f"{'raised' if self.factor > 1 else 'lowered'} the contrast ({percent(self.factor - 1)})"

    def curve(self, values: np.ndarray) -> np.ndarray:
        around = values * 2 - 1
        distance = np.abs(around)
        bend = np.maximum(self.factor - 1, 0.0)
        return 0.5 + 0.5 * np.sign(around) * self.factor * distance / (1 + bend * distance)


@dataclass(frozen=True, slots=True)
class Shadows(Curve):
    """Lift (amount > 0) or deepen the dark tones; black and white stay. Amount from -1 to 1."""

    amount: float

    @property
    def phrase(self) -> str:
        return f"{'brightened' if self.amount > 0 else 'darkened'} the shadows"

    def curve(self, values: np.ndarray) -> np.ndarray:
        return values + self.amount * tone_bump(values)


@dataclass(frozen=True, slots=True)
class Highlights(Curve):
    """Brighten (amount > 0) or recover the light tones; black and white stay. Amount from -1 to 1."""

    amount: float

    @property
    def phrase(self) -> str:
        return f"{'brightened' if self.amount > 0 else 'toned down'} the highlights"

    def curve(self, values: np.ndarray) -> np.ndarray:
        return values + self.amount * tone_bump(1 - values)


def tone_bump(values: np.ndarray) -> np.ndarray:
    """A change that is 0.14 at a third and fades to both ends; times -1 to 1 it keeps a curve rising."""
    return 0.14 * 6.75 * values * (1 - values) ** 2


@dataclass(frozen=True, slots=True)
class Invert(Curve):
    """The negative."""

    @property
    def phrase(self) -> str:
        return "inverted the colours"

    def curve(self, values: np.ndarray) -> np.ndarray:
        return 1 - values


@dataclass(frozen=True, slots=True)
class Levels(Curve):
    """`black` becomes 0, `white` becomes 1, what lies between follows x ** gamma."""

    black: float
    white: float
    gamma: float

    @property
    def phrase(self) -> str:
        return "set the levels"

    def curve(self, values: np.ndarray) -> np.ndarray:
        return np.clip((values - self.black) / (self.white - self.black), 0.0, 1.0) ** self.gamma


@dataclass(frozen=True, slots=True)
class AutoLevels(Operation):
    """Levels measured on the picture, the same for all channels, so that no colour is shifted."""

    @property
    def phrase(self) -> str:
        return "balanced the exposure and the contrast"

    def apply(self, image: Image.Image) -> Image.Image:
        return measure_levels(image).apply(image)


def measure_levels(image: Image.Image) -> Levels:
    """Black and white point at 0.4 % of the samples each; the median goes half the way to middle grey.

    The bounds keep a night a night and fog fog: at most a third of the range is cut at either end.
    """
    small = image.convert("RGB").reduce(max(1, min(image.size) // 512))
    share = np.cumsum(np.bincount(np.asarray(small).ravel(), minlength=256)) / (
        small.width * small.height * 3
    )
    black = min(int(np.searchsorted(share, 0.004)) / 255, 1 / 3)
    white = max(int(np.searchsorted(share, 0.996)) / 255, 2 / 3)
    median = (int(np.searchsorted(share, 0.5)) / 255 - black) / (white - black)
    if not 0 < median < 1:
        return Levels(black, white, 1.0)
    gamma = (np.log(0.46) / np.log(median)) ** 0.5
    return Levels(black, white, float(np.clip(gamma, 0.65, 1.5)))
