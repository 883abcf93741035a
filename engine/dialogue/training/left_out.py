"""Words left out of what a person said, so that no decision hangs on a single one of them."""

from __future__ import annotations

import random
from dataclasses import replace

from engine.dialogue.context import WORD, normal, target
from engine.dialogue.grammar.examples import Example
from engine.jobs import Turn

_OF_WORDS = 0.15


def with_words_left_out(example: Example, share: float, rng: random.Random) -> Example:
    """In a `share` of the examples some words of the newest turn are gone (arXiv 1901.11196).

    What the reply says stays, and so does a turn of fewer than four words: the decision must remain right.
    """
    words = example.turns[-1].text.split(" ")
    if rng.random() >= share or len(words) < 4:
        return example
    needed = set(WORD.findall(normal(target(example.act, example.reply, example.instruction))))
    kept = [word for word in words if rng.random() >= _OF_WORDS or needed & set(WORD.findall(normal(word)))]
    if len(kept) < 3:
        return example
    return replace(example, turns=(*example.turns[:-1], Turn("user", " ".join(kept))))
