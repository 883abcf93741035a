"""Tiny random safety checkers in the standard layout, with chosen thresholds."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from PIL import Image
from transformers import CLIPConfig, CLIPImageProcessorPil

from engine.safety.checker import SafetyChecker

SIDE = 30
FLAGS_NONE, FLAGS_ALL = 2.0, -2.0  # a cosine is never above the one, always above the other


def model(threshold: float) -> StableDiffusionSafetyChecker:
    torch.manual_seed(0)
    size = {"num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    vision = {"hidden_size": 32, "image_size": SIDE, "patch_size": 10, "projection_dim": 16, **size}
    text = {"hidden_size": 16, **size}
    config = CLIPConfig(vision_config=vision, text_config=text, projection_dim=16)
    checker = StableDiffusionSafetyChecker(config).eval()
    checker.concept_embeds_weights.data.fill_(threshold)
    checker.special_care_embeds_weights.data.fill_(FLAGS_NONE)
    return checker


def processor() -> CLIPImageProcessorPil:
    return CLIPImageProcessorPil(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE})


def checker(flags: Literal["all", "none"]) -> SafetyChecker:
    return SafetyChecker(model(FLAGS_ALL if flags == "all" else FLAGS_NONE), processor())


def checker_against(picture: Image.Image) -> SafetyChecker:
    """Flags pictures that look to its network as this square one does, and no others."""
    network = model(0.999)
    pixels = processor()([picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC)], return_tensors="pt")
    with torch.no_grad():
        concept = network.visual_projection(network.vision_model(pixels.pixel_values)[1])
    network.concept_embeds.data.copy_(concept.expand_as(network.concept_embeds))
    return SafetyChecker(network, processor())


def save(network: StableDiffusionSafetyChecker, folder: Path) -> Path:
    """As in a pipeline's folder."""
    network.save_pretrained(folder / "safety_checker")
    processor().save_pretrained(folder / "feature_extractor")
    return folder
