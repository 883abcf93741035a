"""The two kinds of BlenderBot in transformers; both are trained, loaded and used alike."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import (
    AutoModelForSeq2SeqLM,
    BlenderbotForConditionalGeneration,
    BlenderbotSmallForConditionalGeneration,
)

BlenderBot = BlenderbotForConditionalGeneration | BlenderbotSmallForConditionalGeneration
"""BlenderBot normalises before each part of a layer (400M to 9B), BlenderBot-small after it, as BERT does."""


def load_blenderbot(folder: Path | str, dtype: torch.dtype, revision: str | None = None) -> BlenderBot:
    """Load a local folder or Hub id. Raises OSError if it isn't there, ValueError if it is no BlenderBot."""
    model = AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=dtype, revision=revision)
    if not isinstance(model, BlenderBot):
        raise ValueError(f"{folder} holds a {type(model).__name__}, not a BlenderBot.")
    return model
