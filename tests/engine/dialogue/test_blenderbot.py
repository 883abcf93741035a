"""Both kinds of BlenderBot load; anything else is named."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    BlenderbotConfig,
    BlenderbotForConditionalGeneration,
    BlenderbotSmallConfig,
    BlenderbotSmallForConditionalGeneration,
)

from engine.dialogue.blenderbot import load_blenderbot

_SHAPE = {
    "vocab_size": 30,
    "d_model": 8,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_ffn_dim": 8,
    "decoder_ffn_dim": 8,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "max_position_embeddings": 16,
}


def test_blenderbot_and_blenderbot_small_load_alike(tmp_path: Path) -> None:
    for kind, made in (
        ("large", BlenderbotForConditionalGeneration(BlenderbotConfig(**_SHAPE))),
        ("small", BlenderbotSmallForConditionalGeneration(BlenderbotSmallConfig(**_SHAPE))),
    ):
        made.save_pretrained(tmp_path / kind)
        loaded = load_blenderbot(tmp_path / kind, torch.float32)
        assert type(loaded) is type(made)
        assert torch.equal(loaded.model.shared.weight, made.model.shared.weight)


def test_another_model_is_named(tmp_path: Path) -> None:
    BartForConditionalGeneration(BartConfig(**_SHAPE)).save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="holds a BartForConditionalGeneration, not a BlenderBot"):
        load_blenderbot(tmp_path, torch.float32)
