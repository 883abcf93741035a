"""Which part of a picture a wish speaks of: MediaPipe's network for people, taught to see other things, too.

Each channel of its deepest features is scaled and shifted by what the text encoder made of the wish (FiLM;
E. Perez et al., "FiLM: Visual Reasoning with a General Conditioning Layer", AAAI 2018).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.editing.exact.people import samples
from engine.editing.exact.people_net import DEEP, PeopleNet
from engine.editing.knowledge import SUBJECT
from engine.errors import WeightsError, one_line

SIDE = 192
"""Pixels of the square that the network sees."""
_FILE = "model.safetensors"


class SubjectNet(PeopleNet):
    """(N, 3, 192, 192) sRGB samples from 0 to 1 and wishes (N, `words`) -> logits (N, 1, 192, 192).

    Of a wish about the background: what stands before it.
    """

    def __init__(self, words: int) -> None:
        super().__init__()
        last = nn.Linear(DEEP, 2 * DEEP)
        nn.init.zeros_(last.weight)  # at first it doesn't listen
        nn.init.zeros_(last.bias)
        self.listen = nn.Sequential(nn.Linear(words, DEEP), nn.ReLU(), last)

    def forward(self, picture: Tensor, wish: Tensor) -> Tensor:
        deep, *finer = self.seen(picture)
        scale, shift = self.listen(wish)[..., None, None].chunk(2, 1)
        return self.drawn(deep * (1 + scale) + shift, *finer)


def told(text: Tensor) -> Tensor:
    """A wish (N, words) from what the text encoder made of its tokens (N, L, words)."""
    return text.float().mean(1)


@torch.inference_mode()
def subject(net: SubjectNet, picture: Image.Image, text: Tensor) -> NDArray[np.float32]:
    """How likely (H, W) each pixel of an RGB picture belongs to what the wish is about; `text` as encoded."""
    small = picture.resize((SIDE, SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    likely = net(samples(small), told(text).cpu()).sigmoid()[0, 0].numpy()
    return np.asarray(Image.fromarray(likely).resize(picture.size, Image.Resampling.BILINEAR))


def save(net: SubjectNet, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{_FILE}.part"
    save_file({name: each.detach().cpu().half() for name, each in net.state_dict().items()}, part)
    part.replace(folder / _FILE)


def load(editor: Path) -> SubjectNet | None:
    """The network of an editor's folder, if it has one. Raises WeightsError with one sentence."""
    file = editor / SUBJECT / _FILE
    if not file.is_file():
        return None
    try:
        weights = {name: each.float() for name, each in load_file(file).items()}
        net = SubjectNet(weights["listen.0.weight"].shape[1])
        net.load_state_dict(weights)
    except (OSError, SafetensorError, KeyError, RuntimeError) as error:
        raise WeightsError(f"{file} can't be used ({one_line(error)}).") from error
    return net.eval().requires_grad_(False)
