"""Where the people of a picture are, to the pixel; or that there are none to be sure of."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file
from scipy.ndimage import label

from engine.editing import local_linear
from engine.editing.exact import face_net, people_net
from engine.editing.exact.strips import assemble, picture
from engine.editing.pictures import scaled, thumbnail

WEIGHTS = Path(__file__).parents[2] / "weights" / "people" / "model.safetensors"
FACE = 0.75
"""Score from which a face counts; those of toys and fruit stay below, or are not where a person is."""
SURE_FACE = 0.85
"""The same in a square of the picture, of which there are many."""
FACES_SIDE = 1200
"""Longer side, in pixels, of the picture in which all faces are looked for: they must have 20."""
MOST_WINDOWS, BATCH = 500, 8
OVERLAP = 0.3
"""Of two faces that share more of their area, one is the other's double."""
COVERED = 0.8
"""Share of a face that must be taken for a person."""
GUIDE_SIDE = 384
EDGE_SIDE = 2048
"""Longer sides, about, at which the mask's edge is fitted to the picture, and drawn, then enlarged."""

Mask = NDArray[np.float32]


def find_people(image: Image.Image) -> Image.Image | None:
    """An L mask of the picture's size, 255 on people; None when nobody's face is seen.

    The segmentation always finds something to call a person; so a face must vouch for it.
    """
    rgb = reduced(image)
    small = rgb.resize((people_net.SIDE,) * 2, Image.Resampling.BILINEAR, reducing_gap=2.0)
    faces, people = load()
    with torch.inference_mode():
        likely = people(samples(small))[0, 0].numpy()
        found = faces(samples(squared(rgb)))[0].numpy()
    mask = vouched(likely, upright(found[found[:, 0] > FACE, 1:], rgb.size))
    return None if mask is None else to_the_pixel(mask, image, rgb)


def reduced(image: Image.Image) -> Image.Image:
    return image.reduce(max(1, round(max(image.size) / EDGE_SIDE))).convert("RGB")


def to_the_pixel(mask: Mask, image: Image.Image, rgb: Image.Image | None = None) -> Image.Image:
    """A rough mask (h, w) of [0, 1] as an L picture of the image's size, with the image's edges; `rgb`: the
    image `reduced`, if that is at hand."""
    edged = refine(mask, rgb or reduced(image))
    return edged if edged.size == image.size else enlarged(edged, image.size)


def find_faces(image: Image.Image) -> Mask:
    """Centres and sizes (N, 4) of the faces, in shares of the picture's width and height.

    Looked for in the whole and in squares of it, as the network sees 128 pixels, of which a face must have
    about 20. In the squares, of which there are many, it must be surer.
    """
    rgb = image.convert("RGB")
    reduced = cache(rgb.reduce)
    seen = windows(rgb.size)
    found: list[Mask] = []
    for first in range(0, len(seen), BATCH):
        pieces: list[Image.Image] = []
        for left, top, width, height in seen[first : first + BATCH]:
            times = max(1, max(width, height) // (2 * face_net.SIDE))
            box = (left // times, top // times, -(-(left + width) // times), -(-(top + height) // times))
            pieces.append(reduced(times).crop(box))
        with torch.inference_mode():
            together = torch.cat([samples(squared(piece)) for piece in pieces])
            batch = load()[0](together.contiguous(memory_format=torch.channels_last)).numpy()
        for (left, top, width, height), faces in zip(seen[first : first + BATCH], batch, strict=True):
            sure = faces[faces[:, 0] > (FACE if (width, height) == rgb.size else SURE_FACE)]
            boxes = upright(sure[:, 1:], (width, height)) * np.tile([width, height], 2) + [left, top, 0, 0]
            found.append(np.concatenate([sure[:, :1], boxes / np.tile(rgb.size, 2)], 1))
    scores, boxes = np.split(np.concatenate(found).astype(np.float32), [1], 1)
    corners = np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, 2:]], 1)
    kept = cv2.dnn.NMSBoxes(corners.tolist(), scores.ravel().tolist(), FACE, OVERLAP) if len(boxes) else []
    return boxes[np.asarray(kept, int).ravel()]


def windows(size: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Left, top, width, height: the whole, then overlapping squares of the shorter side, half, a quarter …"""
    found = [(0, 0, *size)]
    side = min(size)
    while side >= face_net.SIDE:
        lefts, tops = (
            np.linspace(0, length - side, 1 + math.ceil(2 * (length - side) / side)).astype(int).tolist()
            for length in size
        )
        if len(found) + len(lefts) * len(tops) > MOST_WINDOWS:
            break
        found += [(left, top, side, side) for left in lefts for top in tops]
        side //= 2
    return found


def enlarged(mask: Image.Image, size: tuple[int, int]) -> Image.Image:
    return picture(cv2.resize(np.asarray(mask), size, interpolation=cv2.INTER_LINEAR), "L")


@cache
def load() -> tuple[face_net.FaceNet, people_net.PeopleNet]:
    weights = {name: each.float() for name, each in load_file(WEIGHTS).items()}
    faces, people = face_net.FaceNet().eval(), people_net.PeopleNet().eval()
    for name, net in (("faces.", faces), ("people.", people)):
        net.load_state_dict(
            {key.removeprefix(name): each for key, each in weights.items() if key.startswith(name)}
        )
    faces.to(memory_format=torch.channels_last)  # twice as quick
    return faces, people


def samples(image: Image.Image) -> torch.Tensor:
    """(1, 3, H, W), 0 to 1."""
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)[None] / 255


def squared(image: Image.Image) -> Image.Image:
    """The whole picture in the middle of the face network's square; faces must keep their shape."""
    square = Image.new("RGB", (face_net.SIDE,) * 2)
    scale = face_net.SIDE / max(image.size)
    width, height = scaled(image.size, scale)
    small = image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
    square.paste(small, ((face_net.SIDE - width) // 2, (face_net.SIDE - height) // 2))
    return square


def upright(boxes: Mask, size: tuple[int, int]) -> Mask:
    """Centres and sizes (N, 4) from shares of the square to shares of the picture."""
    scale = np.array([max(size) / size[0], max(size) / size[1]], np.float32)
    return np.concatenate([(boxes[:, :2] - 0.5) * scale + 0.5, boxes[:, 2:] * scale], 1)


def vouched(likely: Mask, faces: Mask) -> Mask | None:
    """`likely` (H, W), without the patches that no face (x, y, width, height in shares) belongs to."""
    patches, _ = label(likely > 0.1)
    kept: set[int] = set()
    height, width = likely.shape
    for x, y, wide, high in faces:
        # The middle half of a box is skin; its corners need not be.
        left, right = round((x - wide / 4) * width), round((x + wide / 4) * width)
        top, bottom = round((y - high / 4) * height), round((y + high / 4) * height)
        inside = np.s_[max(top, 0) : max(bottom, top + 1, 1), max(left, 0) : max(right, left + 1, 1)]
        if likely[inside].size and likely[inside].mean() > COVERED:
            kept |= set(np.unique(patches[inside][likely[inside] > 0.5]))
    return np.where(np.isin(patches, list(kept)), likely, 0).astype(np.float32) if kept else None


def refine(mask: Mask, image: Image.Image) -> Image.Image:
    """The mask at the picture's size, its edge along the picture's: a guided filter (see `local_linear`)."""
    small = thumbnail(image, GUIDE_SIDE)
    coarse = np.asarray(Image.fromarray(mask).resize(small.size, Image.Resampling.BICUBIC))
    guide = np.asarray(small, np.float32) / 255
    model = local_linear.fit(guide, coarse[..., None], max(2, max(small.size) // 85), 1e-4)
    # Steeper, so that what is nearly certain becomes certain: no veil over people, no ghost beside them.
    slope, offset = (
        cv2.resize(each, image.size, interpolation=cv2.INTER_LINEAR)
        for each in (model.slope[..., 0, :] / 0.7, (model.offset[..., 0] - 0.15) * 255 / 0.7)
    )
    total = np.ones((1, 3))

    def strip(top: int, bottom: int) -> Image.Image:
        colours = np.asarray(image.crop((0, top, image.width, bottom)))
        found = cv2.transform(cv2.multiply(slope[top:bottom], colours, dtype=cv2.CV_32F), total)
        return Image.fromarray(cv2.add(found, offset[top:bottom], dtype=cv2.CV_8U))

    return assemble("L", image.size, strip)
