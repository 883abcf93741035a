"""Weights of the full size without a download: the real architectures, with random numbers in them.

They paint nothing that means anything, and cost what the real ones cost. They lie in the standard layout, so
that the worker loads them like any others.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderKL, EulerAncestralDiscreteScheduler, UNet2DConditionModel
from transformers import (
    BlenderbotConfig,
    BlenderbotForConditionalGeneration,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTokenizer,
)

from engine.dialogue.tokenizer import load_tokenizer
from engine.editing.loading import Components, save_components
from engine.errors import WeightsError
from engine.sources import Kind, check, resolve


@dataclass(frozen=True, slots=True)
class Folders:
    dialogue: Path
    editor: Path


def full_size(cache: Path, say: Callable[[str], None]) -> Folders:
    """The folders below `cache`, written (3 GB) unless they are there whole. Raises `OSError`."""
    folders = Folders(cache / "dialogue", cache / "editor")
    makers: dict[Kind, tuple[Path, Callable[[Path], None]]] = {
        "dialogue": (folders.dialogue, write_dialogue),
        "editor": (folders.editor, write_editor),
    }
    for kind, (folder, write) in makers.items():
        if not _whole(kind, folder):
            say(f"Writing random weights of the full size to {folder}, once.")
            shutil.rmtree(folder, ignore_errors=True)
            aside = folder.with_name(f"{folder.name}.part")
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir(parents=True)
            write(aside)
            aside.rename(folder)
    return folders


def _whole(kind: Kind, folder: Path) -> bool:
    try:
        check(kind, folder)
    except WeightsError:
        return False
    return True


def write_editor(folder: Path) -> None:
    """InstructPix2Pix as published: Stable Diffusion 1.5's UNet with eight channels in, its VAE, CLIP ViT-L's
    text encoder, Euler ancestral. The tokenizer is the starter's, cut at CLIP's 77 tokens."""
    torch.manual_seed(0)
    words = CLIPTokenizer.from_pretrained(resolve("editor", "starter") / "tokenizer", model_max_length=77)
    text = CLIPTextConfig(
        vocab_size=49408,
        hidden_size=768,
        intermediate_size=3072,
        projection_dim=768,
        num_hidden_layers=12,
        num_attention_heads=12,
        max_position_embeddings=77,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
    scheduler = EulerAncestralDiscreteScheduler(
        beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, steps_offset=1
    )
    with torch.device("cpu"):
        unet = UNet2DConditionModel(sample_size=64, in_channels=8, cross_attention_dim=768)
        vae = AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            block_out_channels=(128, 256, 512, 512),
            layers_per_block=2,
            sample_size=512,
        )
    save_components(Components(unet, vae, CLIPTextModel(text), words, scheduler), folder, torch.float16)


def write_dialogue(folder: Path) -> None:
    """BlenderBot 400M-distill's sizes, with the starter's tokenizer."""
    torch.manual_seed(0)
    words = load_tokenizer(resolve("dialogue", "starter"))
    config = BlenderbotConfig(
        vocab_size=8008,
        d_model=1280,
        encoder_layers=2,
        decoder_layers=12,
        encoder_ffn_dim=5120,
        decoder_ffn_dim=5120,
        encoder_attention_heads=32,
        decoder_attention_heads=32,
        max_position_embeddings=128,
        scale_embedding=True,
        encoder_no_repeat_ngram_size=0,
        pad_token_id=words.pad_token_id,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        forced_eos_token_id=words.eos_token_id,
        decoder_start_token_id=words.bos_token_id,
    )
    BlenderbotForConditionalGeneration(config).half().save_pretrained(folder)
    words.save_pretrained(folder)
