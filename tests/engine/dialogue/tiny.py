"""A BlenderBot with random weights: small, quick, and sure to write nonsense where nothing holds it back."""

from __future__ import annotations

from functools import cache

import torch

from engine.dialogue.grammar.words import Words
from engine.dialogue.model import DialogueModel
from engine.dialogue.stream import grammar_chunk
from engine.dialogue.tokenizer import train_tokenizer
from engine.dialogue.training.export import explicit_generation
from engine.dialogue.training.new_model import new_model
from engine.jobs import DialogueJob, Turn

SHAPE = {
    "d_model": 32,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "dropout": 0.1,
}


@cache
def words() -> Words:
    return Words({}, ["a dog on a red sofa", "two boats near the old bridge"], "train")


@cache
def tokenizer():
    torch.set_num_threads(1)
    texts = [turn.text for example in grammar_chunk(words(), 0, 0)[:400] for turn in example.turns]
    forms = ["ask: edit: undo: reset: chat: | user: bot: done: \n"] * 50 + ['the "word" and'] * 50
    return train_tokenizer([*texts, *forms], 700)


@cache
def random_model(seed: int = 0) -> DialogueModel:
    model = new_model(SHAPE, tokenizer(), seed)
    explicit_generation(model)
    return DialogueModel(model, tokenizer())


def job(*texts: str, applied: tuple[str, ...] = (), may_ask: bool = True) -> DialogueJob:
    """Turns in order, the person's first."""
    turns = tuple(Turn("bot" if at % 2 else "user", text) for at, text in enumerate(texts))
    return DialogueJob("1", "ann", turns, applied, may_ask)
