"""One clause read with the vocabulary of one family of edits: every word must be accounted for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from engine.editing.exact.operations import Operation
from engine.editing.exact.tokens import Token
from engine.editing.exact.words import LEXICON, LONGEST, Symbol


@dataclass(frozen=True, slots=True)
class Clause:
    """The symbols of a clause in their order, small words left out."""

    symbols: tuple[Symbol, ...]

    def has(self, *kinds: str) -> bool:
        return self.count(*kinds) > 0

    def count(self, *kinds: str) -> int:
        return sum(each.kind in kinds for each in self.symbols)

    def all(self, kind: str) -> list[Any]:
        return [each.value for each in self.symbols if each.kind == kind]

    def one(self, kind: str) -> Any:
        """The value of the only symbol of that kind; None when there is none or more than one."""
        values = self.all(kind)
        return values[0] if len(values) == 1 else None

    def says(self, *texts: str) -> bool:
        return any(each.text in texts for each in self.symbols)

    def sets(self, kind: str) -> bool:
        """Whether "to" stands right before a symbol of that kind ("to 50 %")."""
        kinds = [each.kind for each in self.symbols]
        return ("to", kind) in pairwise(kinds)

    def joins_only(self, kind: str) -> bool:
        """Whether each "and" stands between two symbols of that kind."""
        kinds = [each.kind for each in self.symbols if each.kind != "to"]
        return all(
            0 < at < len(kinds) - 1 and kinds[at - 1] == kinds[at + 1] == kind
            for at, each in enumerate(kinds)
            if each == "and"
        )


@dataclass(frozen=True, slots=True)
class Family:
    """Edits that share a vocabulary. `build` gets a clause made of nothing else and may still decline."""

    name: str
    kinds: frozenset[str]
    build: Callable[[Clause], list[Operation] | None]

    def parse(self, tokens: Sequence[Token]) -> list[Operation] | None:
        symbols = segment(tokens, self.kinds | COMMON)
        return self.build(Clause(tuple(symbols))) if symbols is not None else None


COMMON = frozenset({"filler", "whole", "entire", "thing"})
"""What every family knows. A "thing" is made of known words but means an object: it ends the reading."""


def segment(tokens: Sequence[Token], kinds: frozenset[str]) -> list[Symbol] | None:
    """Cover the tokens with the longest phrases of these kinds; None when a token is left over."""
    symbols: list[Symbol] = []
    at = 0
    while at < len(tokens):
        if tokens[at].kind == "word":
            found = longest_phrase(tokens[at : at + LONGEST], kinds)
        elif tokens[at].kind in kinds:
            found = Symbol(tokens[at].kind, tokens[at].value, tokens[at].text), 1
        else:
            found = None
        if found is None:
            return None
        symbol, length = found
        if symbol.kind == "thing":
            return None
        at += length
        if symbol.kind != "filler":
            symbols.append(symbol)
    return symbols


def longest_phrase(tokens: Sequence[Token], kinds: frozenset[str]) -> tuple[Symbol, int] | None:
    words = [str(each.value) for each in tokens]
    for length in range(len(words), 0, -1):
        for symbol in LEXICON.get(tuple(words[:length]), ()):
            if symbol.kind in kinds:
                return symbol, length
    return None
