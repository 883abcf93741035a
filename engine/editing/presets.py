"""Named presets: what an edit leaves out to be quicker, step by step. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from engine.config import Preset as Name


class Turn(NamedTuple):
    """One step. `guided`: all branches of equation 3, else the one with text and image alone. `fresh`: the
    whole network, else its outer blocks with the deep features of the last fresh step."""

    guided: bool
    fresh: bool


@dataclass(frozen=True, slots=True)
class Preset:
    """Shares of the steps: how many are taken, and from where to where they are guided. Of `every` so many
    steps, one is fresh.

    Guidance in an interval: T. Kynkäänniemi et al., "Applying Guidance in a Limited Interval Improves Sample
    and Distribution Quality in Diffusion Models", NeurIPS 2024.
    """

    steps: float = 1.0
    guided: tuple[float, float] = (0.0, 1.0)
    every: int = 1

    def count(self, steps: int) -> int:
        """How many steps are taken where the weights want so many."""
        return max(1, round(self.steps * steps))

    def turns(self, steps: int) -> tuple[Turn, ...]:
        """What each of so many steps is. The features of an unguided step are of no use to a guided one."""
        begin, end = (round(share * steps) for share in self.guided)
        turns: list[Turn] = []
        since = 0
        for step in range(steps):
            guided = begin <= step < end
            fresh = not turns or since + 1 >= self.every or (guided and not turns[-1].guided)
            since = 0 if fresh else since + 1
            turns.append(Turn(guided, fresh))
        return tuple(turns)


PRESETS: dict[Name, Preset] = {
    "quality": Preset(),
    "balanced": Preset(every=2),
    "fast": Preset(steps=2 / 3, guided=(0.0, 2 / 3), every=2),
}
"""What each costs with the starter is measured in the README."""
