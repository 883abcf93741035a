"""Which pixels of a photo belong to which kind of thing, for the twenty kinds that a small DeepLab knows.

L.-C. Chen et al., "Rethinking Atrous Convolution for Semantic Image Segmentation" (2017), on a MobileNetV2,
as TensorFlow's authors trained it on PASCAL VOC; fetched by `dialogpaint data segmenter`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn
from transformers import MobileNetV2Config, MobileNetV2ForSemanticSegmentation

from engine.editing.knowledge import Looks
from engine.editing.pictures import scaled
from engine.errors import WeightsError, one_line

SEGMENTER = "segmenter"
"""Folder, beside diffusers' own."""
SIDE = 513
"""Longer side, in pixels, of the pictures that it learned from; larger and smaller ones are brought to it."""
NOTHING = "background"
"""The label of what is of no kind."""
TABLE = "table"
"""The label of tables and all that stands on them, so that it finds no table."""
BEHIND = (TABLE, "sofa")
"""What is rather behind than before something: the background's."""
BETWEEN = ", "
"""Separates a label's names; one name may stand with several labels, as "bike" does."""


class Segmenter:
    def __init__(self, net: MobileNetV2ForSemanticSegmentation) -> None:
        self._net = net
        labels: Mapping[int, str] = net.config.id2label
        self._labels = {
            name: [at for at, label in labels.items() if name in label.split(BETWEEN)]
            for label in labels.values()
            for name in label.split(BETWEEN)
        }

    def kinds(self) -> Mapping[str, Looks]:
        """For each name what tells where such things are."""
        return {
            name: partial(self.likely, labels)
            for name, labels in self._labels.items()
            if name not in (NOTHING, TABLE)
        }

    def in_front(self, picture: Image.Image) -> NDArray[np.float32]:
        """How likely (H, W) each pixel is of a kind that stands before a background."""
        behind = {at for name in (NOTHING, *BEHIND) for at in self._labels[name]}
        every = {at for labels in self._labels.values() for at in labels}
        return self.likely(every - behind, picture)

    @torch.inference_mode()
    def likely(self, labels: Collection[int], picture: Image.Image) -> NDArray[np.float32]:
        """How likely (H, W) each pixel of an RGB picture has one of the labels."""
        small = picture.resize(scaled(picture.size, SIDE / max(picture.size)), Image.Resampling.BILINEAR)
        samples = torch.from_numpy(np.array(small)).permute(2, 0, 1)[None] / 127.5 - 1
        likely = self._net(samples.contiguous(memory_format=torch.channels_last)).logits
        size = picture.height, picture.width
        fine = nn.functional.interpolate(likely, size, mode="bilinear", align_corners=False)
        return fine[0].softmax(0)[list(labels)].sum(0).numpy()


def empty(config: MobileNetV2Config) -> MobileNetV2ForSemanticSegmentation:
    """Without the last layer of its first half, which only a classifier would read."""
    net = MobileNetV2ForSemanticSegmentation(config)
    net.mobilenet_v2.conv_1x1 = nn.Identity()
    return net


def load_segmenter(editor: Path) -> Segmenter | None:
    """The network of an editor's folder, if it has one. Raises WeightsError with one sentence."""
    folder = editor / SEGMENTER
    if not folder.is_dir():
        return None
    try:
        net = empty(MobileNetV2Config.from_pretrained(folder))
        net.load_state_dict(load_file(folder / "model.safetensors"))
    except (OSError, SafetensorError, KeyError, RuntimeError, ValueError) as error:
        raise WeightsError(f"{folder} can't be used ({one_line(error)}).") from error
    net.to(memory_format=torch.channels_last)
    return Segmenter(net.float().eval().requires_grad_(False))
