"""What CLIP thinks of a pair: do the pictures fit each other, their captions, and the change of the captions?

InstructPix2Pix (Brooks et al. 2023), section 3.1.2, after the directional similarity of Gal et al. 2021.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import cosine_similarity, normalize
from transformers import CLIPImageProcessorPil, CLIPModel, CLIPTokenizer

from engine.errors import WeightsError, one_line

IMAGE, TEXT, DIRECTION = 0.75, 0.2, 0.2
"""The least similarity of the pictures, of a picture and its caption, and of both changes."""


@dataclass(frozen=True, slots=True)
class Similarities:
    """Cosines of CLIP's features: source and target, each with its caption, change with change."""

    image: float
    before: float
    after: float
    direction: float

    def too_low(self) -> str | None:
        """The first of the paper's thresholds that is missed, or None."""
        if self.image < IMAGE:
            return f"pictures too unlike (CLIP below {IMAGE})"
        if min(self.before, self.after) < TEXT:
            return f"a picture does not show its caption (CLIP below {TEXT})"
        if self.direction < DIRECTION:
            return f"another change than the captions' (CLIP below {DIRECTION})"
        return None


class Clip:
    """`CLIPModel` with its tokenizer and its image processor, from a folder in transformers' layout."""

    def __init__(
        self, name: str, model: CLIPModel, tokenizer: CLIPTokenizer, processor: CLIPImageProcessorPil
    ) -> None:
        self.about = (
            f"Pairs with captions passed CLIP ({name}): similarity of the pictures at least {IMAGE}, of each "
            f"picture and its caption {TEXT}, of the change of the pictures and of the captions {DIRECTION}."
        )
        self._model = model.eval().requires_grad_(False)
        self._tokenizer = tokenizer
        self._processor = processor

    @classmethod
    def load(cls, folder: Path, device: torch.device) -> Clip:
        """Raises `WeightsError` with one sentence."""
        try:
            model = CLIPModel.from_pretrained(folder, dtype=torch.float32)
            parts = CLIPTokenizer.from_pretrained(folder), CLIPImageProcessorPil.from_pretrained(folder)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise WeightsError(f"{folder} holds no complete CLIP model ({one_line(error)}).") from error
        return cls(folder.name, model.to(device), *parts)

    def similarities(
        self, pictures: tuple[Image.Image, Image.Image], captions: tuple[str, str]
    ) -> Similarities:
        """Of (source, target) and (before, after)."""
        source, target = self._pictures(pictures)
        before, after = self._texts(captions)
        cosines = (
            cosine_similarity(one, other, dim=0).item()
            for one, other in (
                (source, target),
                (source, before),
                (target, after),
                (target - source, after - before),
            )
        )
        return Similarities(*cosines)

    @torch.no_grad()
    def _pictures(self, pictures: tuple[Image.Image, ...]) -> Tensor:
        """(N, D), of length 1."""
        pixels = self._processor(list(pictures), return_tensors="pt").pixel_values.to(self._model.device)
        return normalize(self._model.get_image_features(pixels).pooler_output, dim=1)

    @torch.no_grad()
    def _texts(self, texts: tuple[str, ...]) -> Tensor:
        tokens = self._tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt")
        tokens = tokens.to(self._model.device)
        found = self._model.get_text_features(tokens.input_ids, tokens.attention_mask)
        return normalize(found.pooler_output, dim=1)
