"""The trained model as a folder in the standard transformers layout."""

from __future__ import annotations

from pathlib import Path

from transformers import GenerationConfig, PreTrainedTokenizerBase

from engine.dialogue.blenderbot import BlenderBot
from engine.dialogue.context import REPLY_TOKENS


def explicit_generation(model: BlenderBot) -> None:
    """Greedy, nothing banned, nothing forced: stock BlenderBot's settings forbid copying."""
    model.generation_config = GenerationConfig(
        max_new_tokens=REPLY_TOKENS,
        num_beams=1,
        do_sample=False,
        min_length=0,
        no_repeat_ngram_size=0,
        encoder_no_repeat_ngram_size=0,
        decoder_start_token_id=model.config.decoder_start_token_id,
        bos_token_id=model.config.bos_token_id,
        eos_token_id=model.config.eos_token_id,
        pad_token_id=model.config.pad_token_id,
    )
    if hasattr(model.config, "encoder_no_repeat_ngram_size"):  # BlenderBot-small's has no such default
        model.config.encoder_no_repeat_ngram_size = 0


def export(model: BlenderBot, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Write the standard folder: fp16 safetensors, config, generation config, tokenizer.json."""
    explicit_generation(model)
    model.eval().half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    model.float()
