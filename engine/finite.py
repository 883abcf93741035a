"""Weights that can't be right, though their files are whole: values that are no numbers."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor, nn

from engine.errors import WeightsError


def check_finite(model: nn.Module, folder: Path) -> None:
    """Raise `WeightsError`, naming the file in `folder`, where a loaded model holds infinities or NaN."""
    if all(_finite(value) for value in model.state_dict().values()):
        return
    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, framework="pt") as tensors:
            for name in tensors.keys():  # noqa: SIM118 - not a dictionary
                if not _finite(tensors.get_tensor(name)):
                    raise WeightsError(
                        f"The weight file {file} is damaged ({name} holds values that are no numbers);"
                        " please get it again."
                    )
    raise WeightsError(f"The weights in {folder} overflow at {model.dtype}; please use another device.")


def _finite(value: Tensor) -> bool:
    return not value.is_floating_point() or bool(torch.isfinite(value).all())
