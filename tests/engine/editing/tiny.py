"""Tiny random editors: every part real, only small."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from PIL import Image
from transformers import CLIPTokenizer

from engine.editing.loading import Components, save_components
from engine.editing.training import components
from engine.editing.training.config import TrainConfig

TINY = TrainConfig(
    resolution=32,
    latent_channels=8,
    vocabulary=400,
    text_length=12,
    text_width=32,
    text_layers=1,
    text_steps=2,
    channels=(32, 32),
    time_width=32,
    heads=2,
    batch=4,
    steps=3,
    log_every=1,
)
SAID = ("make it night", "make the background blue", "add a cat on the left", "leave it as it is")


def tokenizer() -> CLIPTokenizer:
    return components.new_tokenizer(SAID * 4, TINY)


def starter_parts(seed: int = 0) -> Components:
    """The starter's classes: patch autoencoder, small CLIP text encoder, small UNet."""
    torch.manual_seed(seed)
    words = tokenizer()
    vae = components.new_autoencoder([torch.rand(1, 3, 32, 32) * 2 - 1 for _ in range(20)], TINY)
    unet = components.new_unet(TINY).eval()
    for parameter in unet.parameters():  # or it would be the identity, whatever the noise and the text
        parameter.data += 0.03 * torch.randn_like(parameter)
    return Components(
        unet,
        vae.eval(),
        components.new_text_encoder(words, TINY).eval(),
        words,
        components.new_scheduler(),
    )


def text_to_image_parts(seed: int = 0) -> Components:
    """The classes of a real Stable Diffusion folder, with a text that matters to the pictures."""
    parts = standard_parts(seed, in_channels=4)
    for name, parameter in parts.unet.named_parameters():
        if "attn" in name:
            parameter.data *= 3
    return parts


def standard_parts(seed: int = 0, in_channels: int = 8) -> Components:
    """The classes of a real InstructPix2Pix folder: AutoencoderKL and an epsilon UNet of 8 input channels."""
    torch.manual_seed(seed)
    words = tokenizer()
    vae = AutoencoderKL(
        block_out_channels=(8, 8, 8, 8),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=64,
    )
    unet = UNet2DConditionModel(
        sample_size=8,
        in_channels=in_channels,
        out_channels=4,
        block_out_channels=(16, 32),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=TINY.text_width,
        attention_head_dim=2,
        norm_num_groups=8,
    )
    text_encoder = components.new_text_encoder(words, TINY)
    scheduler = DDIMScheduler(beta_schedule="scaled_linear", clip_sample=False, steps_offset=1)
    return Components(unet.eval(), vae.eval(), text_encoder.eval(), words, scheduler)


def save(parts: Components, folder: Path) -> Path:
    save_components(parts, folder, torch.float32)
    return folder


def photo(width: int = 90, height: int = 60, seed: int = 0) -> Image.Image:
    """Smooth random colours, as in a photo out of focus."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8))
    return coarse.resize((width, height), Image.Resampling.BICUBIC)


def encoded(picture: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()
