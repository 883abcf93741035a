"""What may enter the data set: short enough, grounded, and nothing that is already there or held out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from math import ceil, floor
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import Indel
from tokenizers import Tokenizer

from engine.dialogue.building.drafts import Draft, Rejected
from engine.dialogue.context import POSITIONS, WORD, normal, parts, target
from engine.dialogue.grammar.closed import EDIT_WORDS
from engine.dialogue.grammar.examples import Example
from engine.dialogue.grammar.patterns import Split
from engine.dialogue.living import pertinent

TOKENIZER = Path(__file__).parents[2] / "weights" / "dialogue" / "tokenizer.json"
NEAR = 0.9
"""Two dialogues are near duplicates when this share of their words is the same, in the same order."""
OWN_WORDS = 4
"""A wish of so many words must not be said in two splits. Shorter ones ("make it night") are everybody's."""

Length = Callable[[str], int]


@cache
def tokens() -> Length:
    """Counts the tokens of a text as the starter's tokenizer does."""
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    return lambda text: len(tokenizer.encode(text).ids)


def lengths(example: Example, length: Length) -> tuple[int, int]:
    """Tokens of the uncut context that the model is trained on, and of its reply."""
    head, lines = parts(*pertinent(example.turns, example.applied), example.may_ask)
    reply = target(example.act, example.reply, example.instruction)
    return length("\n".join([*head, *lines])), length(reply)


def words(text: str) -> set[str]:
    return set(WORD.findall(normal(text).replace("'s ", " ")))


def invented(example: Example) -> set[str]:
    """Words of an instruction that the guard forbids: nobody said them, and the closed list lacks them."""
    if example.act != "edit" or not example.instruction:
        return set()
    heard = " / ".join([*(turn.text for turn in example.turns), *example.applied])
    return words(example.instruction) - words(heard) - EDIT_WORDS


def check(draft: Draft) -> None:
    """Look at a dialogue by itself. Raises Rejected."""
    for example in draft.examples:
        if max(lengths(example, tokens())) > POSITIONS:
            raise Rejected("too long")
        if invented(example):
            raise Rejected("not grounded")


class Admitted:
    """The texts that are in the data set so far, over all splits."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._letters: dict[str, str] = {}
        self._texts: dict[int, list[str]] = {}
        self._said: dict[str, Split] = {}

    def admit(self, key: str, said: set[str], split: Split) -> None:
        """Take a text in, or raise Rejected; `said` are turns that belong to one split alone."""
        if key in self._keys:
            raise Rejected("duplicate")
        if any(self._said.get(turn, split) != split for turn in said):
            raise Rejected("said in another split")
        text = self._as_letters(key)
        if any(
            process.extractOne(text, texts, scorer=Indel.normalized_similarity, score_cutoff=NEAR)
            for texts in self._as_long_as(text)
        ):
            raise Rejected("near duplicate")
        self.remember(key)
        self._said.update(dict.fromkeys(said, split))

    def remember(self, key: str) -> None:
        """Let nothing like this text in, though it is not there itself."""
        text = self._as_letters(key)
        self._keys.add(key)
        self._texts.setdefault(len(text), []).append(text)

    def _as_long_as(self, text: str) -> Iterator[list[str]]:
        """The texts that are near enough in length to be near duplicates: 2 min / (a + b) >= NEAR."""
        part = NEAR / (2 - NEAR)
        for length in range(ceil(len(text) * part), floor(len(text) / part) + 1):
            yield self._texts.get(length, [])

    def _as_letters(self, key: str) -> str:
        """One character for each word, so that edit distances count words and take no time."""
        found = re.findall(r"\w+", key)
        return "".join(self._letters.setdefault(word, chr(0x10000 + len(self._letters))) for word in found)


def own_turns(draft: Draft) -> set[str]:
    """The longer wishes and answers of the person, without marks and capitals.

    Small talk, undo and start over are left out: there are not so many ways to say "thank you very much".
    """
    decided = zip(reversed(draft.said), reversed(draft.examples), strict=False)
    wishes = (normal(said) for said, example in decided if example.act in {"ask", "edit"})
    bare = (" ".join(re.findall(r"\w+", wish)) for wish in wishes)
    return {wish for wish in bare if wish.count(" ") >= OWN_WORDS - 1}
