"""DeepLab out of an npm package, in transformers' layout."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor
from transformers import MobileNetV2Config
from transformers.models.mobilenet_v2.modeling_mobilenet_v2 import MobileNetV2ConvLayer

from engine.editing.segmenter.network import BETWEEN, NOTHING, SEGMENTER, TABLE, empty

Arrays = dict[str, NDArray[np.float32]]

ANIMALS, VEHICLES = ("animal", "pet"), ("vehicle",)
NAMES = (
    (NOTHING,),
    ("airplane", "aeroplane", "plane", "aircraft"),
    ("bicycle", "bike", *VEHICLES),
    ("bird", "duck", "seagull", "pigeon", "eagle", "swan", "goose", "parrot", "owl", *ANIMALS),
    ("boat", "ship", "yacht", "sailboat", "ferry"),
    ("bottle",),
    ("bus", "truck", "lorry", *VEHICLES),
    ("car", "taxi", "cab", "van", "jeep", "truck", "lorry", *VEHICLES),
    ("cat", "kitten", "kitty", *ANIMALS),
    ("chair", "armchair"),
    ("cow", "bull", *ANIMALS),
    (TABLE,),
    ("dog", "puppy", "pup", "doggo", "doggy", *ANIMALS),
    ("horse", "pony", "foal", *ANIMALS),
    ("motorbike", "motorcycle", "bike", "moped", *VEHICLES),
    ("person",),
    ("potted plant", "plant", "houseplant"),
    ("sheep", "lamb", *ANIMALS),
    ("sofa", "couch"),
    ("train", "tram", *VEHICLES),
    ("tv", "television", "monitor"),
)
"""What people call the kinds of PASCAL VOC, in its order."""


def fetch(model: Path, editor: Path) -> int:
    """Write the network of TensorFlow.js's folder `model` beside an editor's weights; its parameters.

    Raises `OSError`, `KeyError`, `ValueError` or `RuntimeError` where that is another network.
    """
    arrays = read(model)
    names = {at: BETWEEN.join(each) for at, each in enumerate(NAMES)}
    config = MobileNetV2Config(
        output_stride=16,
        finegrained_output=True,
        tf_padding=True,
        id2label=names,
        label2id={label: at for at, label in names.items()},
    )
    net = empty(config)
    first, head = net.mobilenet_v2, net.segmentation_head
    fill(arrays, first.conv_stem.first_conv, "MobilenetV2/Conv")
    fill(arrays, first.conv_stem.conv_3x3, "MobilenetV2/expanded_conv/depthwise")
    fill(arrays, first.conv_stem.reduce_1x1, "MobilenetV2/expanded_conv/project")
    for at, block in enumerate(first.layer, 1):
        fill(arrays, block.expand_1x1, f"MobilenetV2/expanded_conv_{at}/expand")
        fill(arrays, block.conv_3x3, f"MobilenetV2/expanded_conv_{at}/depthwise")
        fill(arrays, block.reduce_1x1, f"MobilenetV2/expanded_conv_{at}/project")
    fill(arrays, head.conv_pool, "image_pooling")
    fill(arrays, head.conv_aspp, "aspp0")
    fill(arrays, head.conv_projection, "concat_projection")
    last = head.classifier.convolution
    last.load_state_dict(
        {
            "weight": turned(arrays["logits/semantic/weights"], (3, 2, 0, 1)),
            "bias": torch.tensor(arrays["logits/semantic/biases"]),
        }
    )
    folder = editor / SEGMENTER
    config.save_pretrained(folder)
    save_file(
        {name: each.half().contiguous() for name, each in net.state_dict().items()},
        folder / "model.safetensors",
        {"format": "pt"},
    )
    return sum(each.numel() for each in net.parameters())


def read(model: Path) -> Arrays:
    """The arrays of TensorFlow.js's model.json: one after the other in its files."""
    groups = json.loads((model / "model.json").read_text(encoding="utf-8"))["weightsManifest"]
    arrays: Arrays = {}
    for group in groups:
        content, at = b"".join((model / name).read_bytes() for name in group["paths"]), 0
        for one in group["weights"]:
            array = np.frombuffer(content, one["dtype"], int(np.prod(one["shape"], dtype=int)), at)
            arrays[one["name"]] = array.reshape(one["shape"])
            at += array.nbytes
    return arrays


@torch.no_grad()
def fill(arrays: Arrays, layer: MobileNetV2ConvLayer, name: str) -> None:
    """A convolution, whose normalisation TensorFlow has multiplied into it, but for each channel's shift; of
    those that take each channel alone the factor is left, too."""
    norm = layer.normalization
    alone = f"{name}/depthwise_weights" in arrays
    kernel = arrays[f"{name}/depthwise_weights" if alone else f"{name}/Conv2D/merged_input"]
    layer.convolution.weight.copy_(turned(kernel, (2, 3, 0, 1) if alone else (3, 2, 0, 1)))
    norm.running_mean.zero_()
    norm.running_var.fill_(1 - norm.eps)
    scale = torch.tensor(arrays[f"{name}/BatchNorm/FusedBatchNorm/Scaled"]) if alone else torch.ones(())
    norm.weight.copy_(scale.expand_as(norm.weight))
    norm.bias.copy_(torch.tensor(arrays[f"{name}/BatchNorm/FusedBatchNorm/Offset"]))


def turned(kernel: NDArray[np.float32], axes: tuple[int, ...]) -> Tensor:
    """TensorFlow's axes (H, W, in, out) in torch's order."""
    return torch.tensor(kernel).permute(axes)
