"""What is asked of a completer, what comes back, and why it may be turned down."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from engine.dialogue.context import normal
from engine.dialogue.grammar.examples import Example
from engine.dialogue.grammar.patterns import Split

Made_co = TypeVar("Made_co", covariant=True)


class Stopped(Exception):
    """A run can't go on; one sentence that says what to do. What was paid for so far is kept."""


class Rejected(Exception):
    """A completion that can't be used. `reason` is one of few words, to be counted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Order:
    """One more text wanted about a caption. What an order draws depends only on its split and number."""

    split: Split
    number: int
    caption: str

    def rng(self, seed: int, attempt: int) -> random.Random:
        return random.Random(f"{seed}:{self.split}:{self.number}:{attempt}")


class Completer(Protocol[Made_co]):
    """Turns captions into texts. The same order and attempt give the same text."""

    source: str
    """What the data card calls it."""
    orders_per_text: int
    """How many orders it is worth to be given for each text that is wanted."""

    async def complete(self, order: Order, attempt: int) -> Made_co:
        """Raises Rejected when nothing usable came of it."""
        ...

    def describe(self) -> dict[str, Any]:
        """For the data card: what it is, and what it has used up."""
        ...

    def spent(self) -> str:
        """The same in a few words, for the progress bar."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True)
class Draft:
    """A dialogue on its way into the data set. `source` names where it comes from.

    `examples` hold its decisions in order, each with all that was said before. `said` is what the person
    says and `key` the whole text, both before typing errors were put in.
    """

    caption: str
    source: str
    examples: tuple[Example, ...]
    said: tuple[str, ...]
    key: str

    @property
    def shown(self) -> str:
        """One line for the review file."""
        return f"{self.caption} / {self.key}" if self.caption else self.key

    def rows(self, number: int) -> Iterator[dict[str, Any]]:
        """The lines of the evaluation file, one for each decision."""
        for example in self.examples:
            yield {
                **example.to_json(),
                "dialogue": number,
                "caption": self.caption,
                "source": self.source,
            }


def said_in(example: Example) -> tuple[str, ...]:
    """What the person says."""
    return tuple(turn.text for turn in example.turns if turn.speaker == "user")


def text_of(example: Example) -> str:
    """All that is said and decided, as one line in lower case."""
    turns = " / ".join(f"{turn.speaker}: {turn.text}" for turn in example.turns)
    meant = f" [{example.instruction}]" if example.instruction else ""
    return normal(f"{turns} / {example.act}: {example.reply}{meant}")


def cycled(captions: list[str], split: Split, count: int) -> Iterator[Order]:
    """So many orders; every caption has its turn before one comes again."""
    return (Order(split, n, captions[n % len(captions)] if captions else "") for n in range(count))
