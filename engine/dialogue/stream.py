"""Training batches: chunks of examples, each the same whenever it is asked for, so that a run can resume."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedTokenizerBase

from engine.dialogue.context import ACTS, context, target
from engine.dialogue.grammar.dialogues import Grammar
from engine.dialogue.grammar.examples import Example
from engine.dialogue.grammar.words import Words
from engine.dialogue.living import pertinent
from engine.jobs import Turn
from engine.json_lines import json_lines

CHUNK = 2048
Batch = dict[str, torch.Tensor]


def grammar_chunk(words: Words, seed: int, number: int) -> list[Example]:
    """Chunk `number` of the endless stream that the grammar makes from `seed`."""
    grammar = Grammar(words, random.Random(f"{seed}:{words.split}:{number}"))
    return list(islice(grammar, CHUNK))


def read_examples(path: Path) -> list[Example]:
    """Read what `dialogpaint data dialogue` wrote. Raises ValueError with one sentence."""
    examples: list[Example] = []
    for number, row in json_lines(path):
        try:
            examples.append(_example(row))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path}, line {number}: not a training dialogue ({error!r}).") from error
    return examples


def _example(row: Any) -> Example:
    expect = row["expect"]
    if expect["act"] not in ACTS or not isinstance(expect["text"], str) or not row["turns"]:
        raise ValueError("an act, a text and turns are needed")
    return Example(
        turns=tuple(Turn(turn["speaker"], str(turn["text"])) for turn in row["turns"]),
        act=expect["act"],
        reply=expect["text"],
        instruction=expect.get("instruction"),
        applied=tuple(row.get("applied", ())),
        may_ask=row.get("may_ask", True),
        tags=tuple(row.get("tags", ())),
    )


def file_chunk(examples: Sequence[Example], seed: int, number: int) -> list[Example]:
    """Chunk `number` of a data set that is shuffled anew for every pass."""
    per_pass = max(1, -(-len(examples) // CHUNK))
    epoch, at = divmod(number, per_pass)
    order = list(range(len(examples)))
    random.Random(f"{seed}:{epoch}").shuffle(order)
    return [examples[i] for i in order[at * CHUNK : (at + 1) * CHUNK]]


def batches(
    examples: Sequence[Example],
    tokenizer: PreTrainedTokenizerBase,
    size: int,
    positions: int,
    rng: random.Random | None,
) -> list[Batch]:
    """Padded batches of `size`, examples of like length together; in random order if `rng` is given.

    `input_ids` and `attention_mask` are (batch, source), `labels` (batch, target), -100 where nothing counts.
    """

    def length(text: str) -> int:
        return len(tokenizer(text, verbose=False).input_ids)

    sources = tokenizer(
        [context(*pertinent(e.turns, e.applied), e.may_ask, length, positions) for e in examples]
    ).input_ids
    targets = tokenizer([target(e.act, e.reply, e.instruction) for e in examples]).input_ids
    order = sorted(
        range(len(examples)), key=lambda i: (len(sources[i]) + 2 * len(targets[i]), len(targets[i]))
    )
    groups = [order[at : at + size] for at in range(0, len(order), size)]
    if rng is not None:
        rng.shuffle(groups)
    return [
        _padded(
            [sources[i] for i in g], [targets[i][:positions] for i in g], int(tokenizer.pad_token_id or 0)
        )
        for g in groups
    ]


def _padded(sources: list[list[int]], targets: list[list[int]], pad: int) -> Batch:
    def matrix(rows: list[list[int]], fill: int) -> torch.Tensor:
        width = max(map(len, rows))
        return torch.tensor([row + [fill] * (width - len(row)) for row in rows])

    ids = matrix(sources, pad)
    mask = matrix([[1] * len(row) for row in sources], 0)
    return {"input_ids": ids, "attention_mask": mask, "labels": matrix(targets, -100)}


def training_batches(
    chunk: Callable[[int], list[Example]],
    tokenizer: PreTrainedTokenizerBase,
    size: int,
    positions: int,
    seed: int,
    first: tuple[int, int] = (0, 0),
) -> Iterator[tuple[int, int, Batch]]:
    """Endless (chunk number, batch number, batch), from position `first` on."""
    number, skip = first
    while True:
        made = batches(chunk(number), tokenizer, size, positions, random.Random(f"{seed}:{number}"))
        for at in range(skip, len(made)):
            yield number, at, made[at]
        number, skip = number + 1, 0
