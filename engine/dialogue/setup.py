"""What a training run starts from: where its dialogues come from, its model and its tokenizer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from transformers import BlenderbotForConditionalGeneration, PreTrainedTokenizerBase

from engine.dialogue.context import context, target
from engine.dialogue.grammar.examples import Example
from engine.dialogue.grammar.words import Words
from engine.dialogue.stream import file_chunk, grammar_chunk, read_examples
from engine.dialogue.tokenizer import load_tokenizer, train_tokenizer
from engine.dialogue.train import explicit_generation, new_model

STARTER_SHAPE = {
    "d_model": 256,
    "encoder_layers": 3,
    "decoder_layers": 2,
    "encoder_ffn_dim": 1024,
    "decoder_ffn_dim": 1024,
    "encoder_attention_heads": 8,
    "decoder_attention_heads": 8,
    "dropout": 0.05,
}
_TOKENIZER_CHUNKS = 10
_HELD_OUT = 300


@dataclass(frozen=True)
class Source:
    """`chunk(number)` gives training examples; `held_out` are for the perplexity."""

    chunk: Callable[[int], list[Example]]
    held_out: list[Example]


def source(lists: dict[str, list[str]], captions: Sequence[str], folder: Path | None, seed: int) -> Source:
    """Examples from a data set folder, else made by the grammar as they are needed."""
    if folder is not None:
        examples = read_examples(folder / "train.jsonl")
        if not examples:
            raise ValueError(f"The data set {folder} holds no dialogues to train on.")
        return Source(partial(file_chunk, examples, seed), read_examples(folder / "valid.jsonl"))
    held_out = grammar_chunk(Words(lists, captions, "valid"), seed + 1, 0)[:_HELD_OUT]
    return Source(partial(grammar_chunk, Words(lists, captions, "train"), seed), held_out)


def model(
    base: str | None,
    config: Path | None,
    folder: Path,
    vocabulary: int,
    lists: dict[str, list[str]],
    captions: Sequence[str],
    seed: int,
) -> tuple[BlenderbotForConditionalGeneration, PreTrainedTokenizerBase]:
    """A BlenderBot to fine-tune, or a new one with a tokenizer learnt from grammar, captions and word lists.

    A new tokenizer is kept in `folder`/tokenizer, so that a resumed run has the same.
    """
    if base is not None:
        loaded = BlenderbotForConditionalGeneration.from_pretrained(base, dtype="float32")
        explicit_generation(loaded)
        return loaded, load_tokenizer(base)
    shape = STARTER_SHAPE if config is None else json.loads(config.read_text(encoding="utf-8"))
    kept = folder / "tokenizer"
    if not (kept / "tokenizer.json").is_file():
        train_tokenizer(_texts(lists, captions, seed), vocabulary).save_pretrained(kept)
    tokenizer = load_tokenizer(kept)
    return new_model(shape, tokenizer, seed), tokenizer


def _texts(lists: dict[str, list[str]], captions: Sequence[str], seed: int) -> Iterator[str]:
    words = Words(lists, captions, "train")
    for number in range(_TOKENIZER_CHUNKS):
        for example in grammar_chunk(words, seed + 99, number):
            yield context(example.turns, example.applied, example.may_ask, len, 10**6)
            yield target(example.act, example.reply, example.instruction)
    for entries in lists.values():
        yield from map(str.lower, entries)
    yield from map(str.lower, captions)
