"""One clause read with the vocabulary of one family of edits: every word must be accounted for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.editing.exact.operations import Operation
from engine.editing.exact.tokens import Token
from engine.editing.exact.words import LEXICON, LONGEST, Symbol


@dataclass(frozen=True, slots=True)
class Clause:
    """The symbols of a clause, small words left out."""

    symbols: tuple[Symbol, ...]

    def has(self, *kinds: str) -> bool:
        return any(each.kind in kinds for each in self.symbols)

    def all(self, kind: str) -> list[Any]:
        return [each.value for each in self.symbols if each.kind == kind]

    def one(self, kind: str) -> Any:
        """The value of the only symbol of that kind; None when there is none or more than one."""
        values = self.all(kind)
        return values[0] if len(values) == 1 else None

    def count(self, *kinds: str) -> int:
        return sum(each.kind in kinds for each in self.symbols)

    def joins_only(self, kind: str) -> bool:
        """Whether each "and" stands between two symbols of that kind."""
        kinds = [each.kind for each in self.symbols]
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
        if symbols is None:
            return None
        return self.build(Clause(tuple(symbols)))


COMMON = frozenset({"filler", "whole", "entire"})


def segment(tokens: Sequence[Token], kinds: frozenset[str]) -> list[Symbol] | None:
    """Cover the tokens with the longest phrases of these kinds; None when one is left over."""
    symbols: list[Symbol] = []
    at = 0
    while at < len(tokens):
        if tokens[at].kind not in ("word", "mark"):
            if tokens[at].kind not in kinds:
                return None
            symbols.append(Symbol(tokens[at].kind, tokens[at].value, tokens[at].text))
            at += 1
            continue
        for length in range(min(LONGEST, len(tokens) - at), 0, -1):
            words = tuple(str(each.value) for each in tokens[at : at + length])
            found = next((each for each in LEXICON.get(words, ()) if each.kind in kinds), None)
            if found:
                break
        else:
            return None
        if found.kind != "filler":
            symbols.append(found)
        at += length
    return symbols
