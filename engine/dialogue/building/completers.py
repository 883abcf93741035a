"""The two completers: the embedded grammar, and a language model behind an endpoint."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.dialogue.building.drafts import Draft, Order, said_in, text_of
from engine.dialogue.building.noise import typed
from engine.dialogue.building.prompt import (
    dialogue_prompt,
    instruction_prompt,
    read_dialogue,
    read_instruction,
)
from engine.dialogue.grammar.dialogues import Grammar
from engine.dialogue.grammar.patterns import Split
from engine.dialogue.grammar.words import Words
from engine.dialogue.written.instructions import Instruction
from engine.dialogue.written.reader import Dialogue, Written

if TYPE_CHECKING:  # its client takes seconds to import, and the grammar needs none
    from engine.dialogue.building.endpoint import Endpoint


class GrammarCompleter:
    """Composes patterns and words: quick, free, endless; one decision with what went before it."""

    source = "grammar"
    orders_per_text = 50

    def __init__(self, words: dict[Split, Words], seed: int) -> None:
        self._words = words
        self._seed = seed

    async def complete(self, order: Order, attempt: int) -> Draft:
        rng = order.rng(self._seed, attempt)
        example = next(iter(Grammar(self._words[order.split], rng, order.caption)))
        return Draft(order.caption, self.source, (example,), said_in(example), text_of(example))

    def describe(self) -> dict[str, Any]:
        return {"name": self.source}

    def spent(self) -> str:
        return ""

    async def close(self) -> None:
        pass


class _Asking:
    """What both kinds of questions to an endpoint share."""

    orders_per_text = 3

    def __init__(self, endpoint: Endpoint, examples: int, seed: int) -> None:
        self.source = endpoint.model
        self._endpoint = endpoint
        self._examples = examples
        self._seed = seed

    def describe(self) -> dict[str, Any]:
        return {**self._endpoint.describe(), "examples": self._examples}

    def spent(self) -> str:
        return self._endpoint.spent()

    async def close(self) -> None:
        await self._endpoint.close()


class EndpointCompleter(_Asking):
    """The paper's way: a head, examples of the library's training share, and the caption."""

    def __init__(self, endpoint: Endpoint, library: Sequence[Written], examples: int, seed: int) -> None:
        super().__init__(endpoint, examples, seed)
        self._library = library

    async def complete(self, order: Order, attempt: int) -> Draft:
        rng = order.rng(self._seed, attempt)
        answer = await self._endpoint.ask(dialogue_prompt(order.caption, self._library, self._examples, rng))
        written = read_dialogue(answer.text, order.caption, self.source, answer.cut_off)
        return draft(written.filled(), "completed", rng)


class InstructionCompleter(_Asking):
    """Instructions with captions before and after, for the editing data set (paper section 3.1.2)."""

    def __init__(self, endpoint: Endpoint, library: Sequence[Instruction], examples: int, seed: int) -> None:
        super().__init__(endpoint, examples, seed)
        self._library = library

    async def complete(self, order: Order, attempt: int) -> Instruction:
        rng = order.rng(self._seed, attempt)
        prompt = instruction_prompt(order.caption, self._library, self._examples, rng)
        answer = await self._endpoint.ask(prompt)
        return read_instruction(answer.text, order.caption, answer.cut_off)


def draft(dialogue: Dialogue, tag: str, rng: random.Random) -> Draft:
    """A dialogue as a person would have typed it, one example for each decision."""
    last = dialogue.examples()[-1]
    examples = (replace(example, tags=(tag, example.act)) for example in typed(dialogue, rng).examples())
    return Draft(dialogue.caption, dialogue.source, tuple(examples), said_in(last), text_of(last))
