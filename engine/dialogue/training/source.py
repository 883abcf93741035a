"""Where a run's dialogues come from: a data set folder, or the grammar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from engine.dialogue.grammar.examples import Example
from engine.dialogue.grammar.words import Words
from engine.dialogue.stream import CHUNK, file_chunk, grammar_chunk, read_examples

_HELD_OUT = 300


@dataclass(frozen=True)
class Source:
    """`chunk(number)` gives training examples; `held_out` is for the perplexity; endless: no `size`."""

    chunk: Callable[[int], list[Example]]
    held_out: list[Example]
    size: int | None = None

    def steps(self, epochs: float, batch: int) -> int:
        """Optimizer steps in so many passes. Raises ValueError when the dialogues never end."""
        if self.size is None:
            raise ValueError("Epochs need a data set (--data): the grammar's dialogues never end.")
        whole, rest = divmod(self.size, CHUNK)
        return round(epochs * (whole * -(-CHUNK // batch) + -(-rest // batch)))


def source(lists: dict[str, list[str]], captions: Sequence[str], folder: Path | None, seed: int) -> Source:
    """Examples from a data set folder, else made by the grammar as they are needed."""
    if folder is None:
        held_out = grammar_chunk(Words(lists, captions, "valid"), seed + 1, 0)[:_HELD_OUT]
        return Source(partial(grammar_chunk, Words(lists, captions, "train"), seed), held_out)
    examples, held_out = (read_examples(folder / f"{split}.jsonl") for split in ("train", "valid"))
    if not examples or not held_out:
        raise ValueError(f"The data set {folder} holds no dialogues to train on, or none to hold out.")
    return Source(partial(file_chunk, examples, seed), held_out, len(examples))
