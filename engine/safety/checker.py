"""The Stable Diffusion safety checker: CLIP's view of a picture against seventeen unsafe concepts."""

from __future__ import annotations

import logging
import math
from pathlib import Path

import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from PIL import Image
from transformers import CLIPImageProcessorPil

from engine.errors import WeightsError, one_line
from engine.sources import checker_parts

MOST_LOOKS = 8

# It warns that a black picture will be returned; here a flagged picture is never shown at all.
logging.getLogger("diffusers.pipelines.stable_diffusion.safety_checker").setLevel(logging.ERROR)


class SafetyChecker:
    """diffusers' `StableDiffusionSafetyChecker` as an `engine.safety.guard.Check`."""

    name = "Stable Diffusion safety checker"

    def __init__(self, model: StableDiffusionSafetyChecker, processor: CLIPImageProcessorPil) -> None:
        self._model = model
        self._processor = processor

    @classmethod
    def load(cls, folder: Path, device: torch.device) -> SafetyChecker:
        """`folder`: a pipeline's, or the checker's own. Raises `WeightsError`."""
        weights, processor = checker_parts(folder)
        # Not bf16: the thresholds differ in their third digit.
        dtype = torch.float16 if device.type == "cuda" else torch.float32
        try:
            model, report = StableDiffusionSafetyChecker.from_pretrained(
                weights, dtype=dtype, use_safetensors=True, output_loading_info=True
            )
            preprocessing = CLIPImageProcessorPil.from_pretrained(processor)
        except (OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
            raise WeightsError(f"{folder} holds no safety checker ({one_line(error)}).") from error
        if report["missing_keys"]:  # they would be random numbers, and so would the verdicts
            missing = sorted(report["missing_keys"])[0]
            raise WeightsError(f"{weights} is no safety checker: {missing} is not among its weights.")
        return cls(model.to(device).eval().requires_grad_(False), preprocessing)

    def flags(self, picture: Image.Image) -> bool:
        """Whether any of the squares that make up the picture shows an unsafe concept."""
        side = self._processor.crop_size["height"]
        seen = [picture.resize((side, side), Image.Resampling.BICUBIC, box) for box in looks(*picture.size)]
        pixels = self._processor(seen, return_tensors="pt").pixel_values
        model = self._model
        # The second argument is what it would paint black: here something that nobody looks at.
        _, flagged = model(pixels.to(model.device, model.dtype), torch.zeros(len(seen)))
        return any(flagged)


def looks(width: int, height: int) -> list[tuple[float, float, float, float]]:
    """Boxes (left, top, right, bottom) that cover a picture: squares, as the network sees one.

    CLIP's own preprocessing would crop the middle and miss what is beside it. A picture of more than
    `MOST_LOOKS` squares in a row is looked at in as many oblongs.
    """
    long, short = max(width, height), min(width, height)
    length = max(short, long / MOST_LOOKS)
    count = math.ceil(long / length)
    starts = [(long - length) * number / max(1, count - 1) for number in range(count)]
    spans = [(start, min(start + length, long)) for start in starts]
    if width >= height:
        return [(start, 0, end, height) for start, end in spans]
    return [(0, start, width, end) for start, end in spans]
