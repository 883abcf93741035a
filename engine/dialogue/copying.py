"""A hand on the shoulder while the model copies: it leans towards going on with the phrase that it has begun.

Small models skip words in the middle of a phrase, or say one twice. While an instruction is written, the
tokens that follow its last words where the person said them get a bonus that grows with the match's length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from transformers import LogitsProcessor

BONUS = 2.0
"""Log-odds for each token of the match."""
LONGEST = 3


def going_on(source: Sequence[int], written: Sequence[int], longest: int = LONGEST) -> dict[int, int]:
    """What follows the longest suffix of `written` that is found in `source`, with that suffix's length."""
    for size in range(min(longest, len(written)), 0, -1):
        end = tuple(written[-size:])
        found = {
            source[at + size]: size
            for at in range(len(source) - size)
            if tuple(source[at : at + size]) == end
        }
        if found:
            return found
    return {}


class KeepCopying(LogitsProcessor):
    """`sources`: each row's tokens of the turns; `prefix`: those of "edit:"; it ends at `separator`."""

    def __init__(
        self, sources: Sequence[Sequence[int]], prefix: Sequence[int], separator: int, bonus: float = BONUS
    ) -> None:
        self._sources = sources
        self._prefix = list(prefix)
        self._separator = separator
        self._bonus = bonus

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        for row, source in enumerate(self._sources):
            written = input_ids[row].tolist()[1:]
            if written[: len(self._prefix)] != self._prefix or self._separator in written:
                continue
            for token, size in going_on(source, written[len(self._prefix) :]).items():
                scores[row, token] += self._bonus * size
        return scores


ASKING_COSTS = 0.75
"""Log-odds: a clear wish that gets a question annoys more than a rough one that is tried."""
GOING_BACK_COSTS = 2.0
"""Log-odds of undo and start over where nothing was done yet that could be taken back."""
TALKING_COSTS = 0.5
"""Log-odds of small talk where the words begin like an order, "put the beach on uranus"."""


class ActCosts(LogitsProcessor):
    """What each act costs, for each row: by the first token of the act, log-odds."""

    def __init__(self, costs: Sequence[Mapping[int, float]]) -> None:
        self._costs = costs

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        if input_ids.shape[1] == 1:
            for row, costs in enumerate(self._costs):
                for token, cost in costs.items():
                    scores[row, token] -= cost
        return scores
