"""The trained model as a folder in the standard transformers layout."""

from __future__ import annotations

from pathlib import Path

import torch
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


def state_of(model: BlenderBot) -> dict[str, torch.Tensor]:
    """A copy of the weights as they are now."""
    return {name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()}


def blend_with(model: BlenderBot, before: dict[str, torch.Tensor], share: float) -> None:
    """Put the weights between those before the training (0) and after it (1).

    Keeps what the base knew beyond the new data (weight-space ensembles, arXiv 2109.01903).
    """
    with torch.no_grad():
        for name, tensor in model.named_parameters():  # tied weights stand here once
            tensor.copy_(torch.lerp(before[name].to(tensor), tensor, share))


def export(model: BlenderBot, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Write the standard folder: fp16 safetensors, config, generation config, tokenizer.json."""
    explicit_generation(model)
    model.eval().half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    model.float()
