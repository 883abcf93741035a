"""A model from scratch: its shape, its first weights, and the tokenizer that it learns with."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import (
    BlenderbotConfig,
    BlenderbotForConditionalGeneration,
    PreTrainedConfig,
    PreTrainedTokenizerBase,
)

from engine.dialogue.blenderbot import BlenderBot
from engine.dialogue.context import POSITIONS, context, target
from engine.dialogue.grammar.words import Words
from engine.dialogue.stream import grammar_chunk
from engine.dialogue.tokenizer import load_tokenizer, train_tokenizer

_TOKENIZER_CHUNKS = 10


def read_shape(file: Path) -> dict[str, Any]:
    """Keys of transformers' BlenderbotConfig. Raises ValueError with one sentence."""
    try:
        shape = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"The model's shape {file} can't be read: {error}.") from error
    if not isinstance(shape, dict):
        raise ValueError(f"The model's shape {file} is no JSON object.")
    return shape


def checked_shape(shape: dict[str, Any], known: PreTrainedConfig) -> dict[str, Any]:
    """`shape` itself. Raises ValueError for a key that `known` has not; transformers would take it."""
    if unknown := sorted(set(shape) - set(vars(known))):
        raise ValueError(f"The model's shape has keys that BlenderBot does not know: {', '.join(unknown)}.")
    return shape


def new_model(
    shape: dict[str, Any], tokenizer: PreTrainedTokenizerBase, seed: int
) -> BlenderbotForConditionalGeneration:
    """An untrained model whose first weights already lean towards copying (see `_lean_towards_copying`).

    Raises ValueError when a key of `shape` means nothing.
    """
    shape = checked_shape(shape, BlenderbotConfig())
    torch.manual_seed(seed)
    fixed = {
        "vocab_size": len(tokenizer),
        "max_position_embeddings": POSITIONS,
        "scale_embedding": True,
        "init_std": 0.04,
        "encoder_no_repeat_ngram_size": 0,  # stock BlenderBot's 3 forbids to repeat the user's words
    }
    model = BlenderbotForConditionalGeneration(BlenderbotConfig(**(fixed | shape)))
    _lean_towards_copying(model)
    return model


def _lean_towards_copying(model: BlenderbotForConditionalGeneration) -> None:
    """Start where copying is a short way to go: a small model has little time to find out.

    Positions start as sines; one head of each stack's first layer looks at the word before; see also
    `learn_to_copy` (in the spirit of mimetic initialisation, arXiv 2305.09828).
    """
    width, heads = model.config.d_model, model.config.encoder_attention_heads
    size = width // heads
    shift = torch.zeros(size, size)  # turns the sines of place p into those of p - 1
    for pair, angle in enumerate(_rates(width)[: size // 2].tolist()):
        at = 2 * pair
        shift[at : at + 2, at : at + 2] = torch.tensor(
            [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
        )
    with torch.no_grad():
        for stack in (model.model.encoder, model.model.decoder):
            stack.embed_positions.weight.copy_(0.3 * sines(model.config.max_position_embeddings, width))
            first = stack.layers[0].self_attn
            first.q_proj.weight[:size, :size] += 2.0 * shift
            first.k_proj.weight[:size, :size] += 2.0 * torch.eye(size)
    learn_to_copy(model)


def learn_to_copy(model: BlenderBot) -> None:
    """Cross-attention starts by comparing like with like and passing on what it finds."""
    width = model.config.d_model
    with torch.no_grad():
        for layer in model.model.decoder.layers:
            cross = layer.encoder_attn
            turn = torch.linalg.qr(torch.randn(width, width)).Q
            cross.k_proj.weight.copy_(turn)
            cross.q_proj.weight.copy_(turn)
            turn = torch.linalg.qr(torch.randn(width, width)).Q
            cross.v_proj.weight.copy_(turn)
            cross.out_proj.weight.copy_(0.7 * turn.T)


def _rates(width: int) -> torch.Tensor:
    return torch.exp(torch.arange(0, width, 2) * (-math.log(10_000.0) / width))


def sines(places: int, width: int) -> torch.Tensor:
    """Sinusoidal positions (places, width), as in arXiv 1706.03762."""
    place = torch.arange(places)[:, None]
    table = torch.zeros(places, width)
    table[:, 0::2], table[:, 1::2] = torch.sin(place * _rates(width)), torch.cos(place * _rates(width))
    return table


def new_tokenizer(
    folder: Path, vocabulary: int, lists: dict[str, list[str]], captions: Sequence[str], seed: int
) -> PreTrainedTokenizerBase:
    """Learnt from grammar, captions and word lists; kept in `folder`, so that a resumed run has the same."""
    if not (folder / "tokenizer.json").is_file():
        train_tokenizer(_texts(lists, captions, seed), vocabulary).save_pretrained(folder)
    return load_tokenizer(folder)


def _texts(lists: dict[str, list[str]], captions: Sequence[str], seed: int) -> Iterator[str]:
    words = Words(lists, captions, "train")
    for number in range(_TOKENIZER_CHUNKS):
        for example in grammar_chunk(words, seed + 99, number):
            yield context(example.turns, example.applied, example.may_ask, len, 10**6)
            yield target(example.act, example.reply, example.instruction)
    for entries in lists.values():
        yield from map(str.lower, entries)
    yield from map(str.lower, captions)
