"""Where a run's dialogues come from: a data set folder, or the grammar."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from engine.dialogue.grammar.examples import Example
from engine.dialogue.grammar.words import Words
from engine.dialogue.stream import CHUNK, file_chunk, grammar_chunk, read_examples
from engine.dialogue.training.left_out import with_words_left_out

_HELD_OUT = 300


@dataclass(frozen=True)
class Source:
    """`chunk(number)` gives training examples; `held_out` is for the perplexity; endless: no `size`.

    `sentences()` are what people say, in the picture's thread and elsewhere, and what pictures show. They
    take a moment to make, and only learning from a sentence encoder needs them.
    """

    chunk: Callable[[int], list[Example]]
    held_out: list[Example]
    size: int | None = None
    sentences: Callable[[], list[str]] = list

    def steps(self, epochs: float, batch: int) -> int:
        """Optimizer steps in so many passes. Raises ValueError when the dialogues never end."""
        if self.size is None:
            raise ValueError("Epochs need a data set (--data): the grammar's dialogues never end.")
        whole, rest = divmod(self.size, CHUNK)
        return round(epochs * (whole * -(-CHUNK // batch) + -(-rest // batch)))


def source(
    lists: dict[str, list[str]],
    captions: Sequence[str],
    folder: Path | None,
    seed: int,
    words_left_out: float = 0.0,
) -> Source:
    """Examples from a data set folder, else made by the grammar as they are needed."""

    def hasty(chunk: Callable[[int], list[Example]], number: int) -> list[Example]:
        rng = random.Random(f"{seed}:{number}:left out")
        return [with_words_left_out(example, words_left_out, rng) for example in chunk(number)]

    if folder is None:
        held_out = grammar_chunk(Words(lists, captions, "valid"), seed + 1, 0)[:_HELD_OUT]
        words = Words(lists, captions, "train")
        made = partial(grammar_chunk, words, seed)
        return Source(partial(hasty, made), held_out, sentences=lambda: _said([*made(0), *made(1)], words))
    examples, held_out = (read_examples(folder / f"{split}.jsonl") for split in ("train", "valid"))
    if not examples or not held_out:
        raise ValueError(f"The data set {folder} holds no dialogues to train on, or none to hold out.")
    chunk = partial(hasty, partial(file_chunk, examples, seed))
    return Source(chunk, held_out, len(examples), lambda: _said(examples, Words(lists, captions, "train")))


def _said(examples: Sequence[Example], words: Words) -> list[str]:
    newest = [example.turns[-1].text for example in examples]
    return [*newest, *words.talk.get("off-topic", []), *words.captions]
