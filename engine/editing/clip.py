"""CLIP from a folder in transformers' layout, where there is one: pictures and captions in one space."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from transformers import AutoTokenizer, CLIPImageProcessorPil, CLIPModel

from engine.errors import WeightsError, one_line


class Clip:
    """`Features` for pictures, and the same for captions; neither is scaled to length 1."""

    def __init__(self, model: CLIPModel, processor: Any, tokenizer: Any, name: str) -> None:
        self.name = name
        self._model = model
        self._processor = processor
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, folder: Path, device: torch.device) -> Clip:
        """Raises `WeightsError` unless the folder holds a whole CLIP."""
        try:
            model, found = CLIPModel.from_pretrained(
                folder, dtype=torch.float32, local_files_only=True, output_loading_info=True
            )
            processor = CLIPImageProcessorPil.from_pretrained(folder, local_files_only=True)
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
            raise WeightsError(
                f"{folder} is not a CLIP in transformers' layout ({one_line(error)})."
            ) from error
        if missing := found["missing_keys"]:  # transformers would make them up
            raise WeightsError(f"{folder} is not a whole CLIP: {len(missing)} of its weights are missing.")
        return cls(model.to(device).eval(), processor, tokenizer, f"clip ({folder.resolve().name})")

    def __call__(self, picture: Image.Image) -> NDArray[np.float32]:
        """(D,); the middle square of the picture, as CLIP's own processor cuts it."""
        pixels = self._processor(images=picture.convert("RGB"), return_tensors="pt").pixel_values
        with torch.inference_mode():
            found = self._model.get_image_features(pixel_values=pixels.to(self._model.device))
        return found.pooler_output[0].cpu().numpy()

    def caption(self, text: str) -> NDArray[np.float32]:
        """(D,); what CLIP can't read, past its 77 tokens, is cut."""
        length = self._model.config.text_config.max_position_embeddings
        tokens = self._tokenizer(text, truncation=True, max_length=length, return_tensors="pt")
        with torch.inference_mode():
            found = self._model.get_text_features(
                input_ids=tokens.input_ids.to(self._model.device),
                attention_mask=tokens.attention_mask.to(self._model.device),
            )
        return found.pooler_output[0].cpu().numpy()
