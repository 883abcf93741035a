"""`dialogpaint evaluate autoencoder`: what an autoencoder loses of a picture, and of an edit.

reconstruction   a photo at the network's size, encoded and decoded, against itself
merge            of a pair: decode(target's latents) - decode(source's latents) through the editor's own
                 merge, at the source's own resolution, against the target. It is what an editor reaches that
                 finds the target's latents; `Region`, which needs a wish, has no say in it.

The same again with no autoencoder at all, the pixels being the latents, is what the merge itself loses.
"""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from engine.editing import merge, pictures, sampler, views
from engine.editing.autoencoder import Exact
from engine.editing.data.sheet import grid
from engine.editing.loading import load_autoencoder
from engine.editing.measures.evaluate import read, small
from engine.editing.measures.features import Features
from engine.editing.measures.scores import Scores
from engine.editing.training.cache import Row, read_picture
from engine.editing.training.sheets import to_picture
from engine.errors import WeightsError, one_line
from engine.sources import resolve

NO_AUTOENCODER = "no autoencoder"
SHEET_PHOTOS, SHEET_EDITS, SHEET_COLUMNS = 6, 10, 2


class Pixels:
    """The pixels as latents, with an autoencoder's interface."""

    def __init__(self) -> None:
        self.config = SimpleNamespace(scaling_factor=1.0)
        self.device, self.dtype = torch.device("cpu"), torch.float32

    def encode(self, pixels: Tensor) -> Any:
        return SimpleNamespace(latent_dist=Exact(pixels))

    def decode(self, latents: Tensor, return_dict: bool = True) -> tuple[Tensor]:
        return (latents,)


def load(source: str, device: torch.device, dtype: torch.dtype) -> tuple[Any, dict[str, Any]]:
    """The autoencoder of an editor (a folder, an id on the Hub, or starter), of a training run, or in a
    folder of its own; and what it is. Raises `WeightsError` with one sentence."""
    own = (folder for folder in (Path(source), Path(source) / "vae") if (folder / "config.json").is_file())
    folder = next(own, None) or resolve("editor", source) / "vae"
    try:
        vae = load_autoencoder(folder, dtype).to(device)
    except (OSError, ValueError, AttributeError, RuntimeError) as error:
        raise WeightsError(f"The autoencoder in {folder} can't be read ({one_line(error)}).") from error
    return vae, {
        "class": type(vae).__name__,
        "parameters": sum(parameter.numel() for parameter in vae.parameters()),
        "bytes": sum(file.stat().st_size for file in folder.glob("*.safetensors")),
    }


def measure(
    vaes: dict[str, Any],
    photos: list[Path],
    rows: list[Row],
    resolution: int,
    count: int,
    features: Features | None = None,
    sheet: Path | None = None,
) -> dict[str, dict[str, Any]]:
    """For each autoencoder, in turns, `reconstruction` of the photos and `merge` of the pairs.

    `resolution`: the network's side; `count`: views at a picture that is edited.
    """
    cells: list[tuple[list[Image.Image], str]] = []
    results: dict[str, dict[str, Any]] = {name: {} for name in (*vaes, NO_AUTOENCODER)}
    found = _reconstruct(vaes, photos, resolution, features, cells)
    for name, (scores, timed) in found.items():
        results[name]["reconstruction"] = _named(scores) | {
            kind: round(median(seconds), 5) if seconds else None for kind, seconds in timed.items()
        }
    for name, scores in _merge(
        vaes | {NO_AUTOENCODER: Pixels()}, rows, resolution, count, features, cells
    ).items():
        results[name]["merge"] = _named(scores) | {"outside_l1": scores.result()["outside_l1"]}
    if sheet is not None:
        grid(cells, sheet, SHEET_COLUMNS)
    return results


def _reconstruct(
    vaes: dict[str, Any], photos: list[Path], resolution: int, features: Features | None, cells: list[Any]
) -> dict[str, tuple[Scores, dict[str, list[float]]]]:
    found = {name: (Scores(), {"s_per_encode": [], "s_per_decode": []}) for name in vaes}
    for path in tqdm(photos, desc="photos", mininterval=5):
        pixels = read_picture(str(path), resolution, True)[None]
        photo = to_picture(pixels)
        wanted = features(photo) if features is not None else None
        shown = [photo]
        for name, (scores, timed) in found.items():
            vae = vaes[name]
            started = time.perf_counter()
            latents = sampler.encode_image(vae, pixels) * vae.config.scaling_factor
            latents.cpu()  # a GPU answers before it is done
            timed["s_per_encode"].append(time.perf_counter() - started)
            started = time.perf_counter()
            decoded = sampler.decode(vae, latents).float().cpu()
            timed["s_per_decode"].append(time.perf_counter() - started)
            shown.append(to_picture(decoded))
            _count(scores, photo, shown[-1], photo, {}, features, wanted)
        if len(cells) < SHEET_PHOTOS:
            cells.append((shown, "a photo | " + " | ".join(vaes)))
    return found


def _merge(
    vaes: dict[str, Any],
    rows: list[Row],
    resolution: int,
    count: int,
    features: Features | None,
    cells: list[Any],
) -> dict[str, Scores]:
    found = {name: Scores() for name in vaes}
    size, begun = (resolution, resolution), len(cells)
    for row in tqdm(rows, desc="pairs", mininterval=5):
        source, target = read(row["source"]), read(row["target"])
        wanted = features(target) if features is not None else None
        shown = [target]
        seen = [pictures.to_tensor(views.shrunk(each, size, count)) for each in (source, target)]
        before = pictures.to_unit(seen[0])
        for name, scores in found.items():
            vae = vaes[name]
            planes = merge.coefficients(before, merge.laid_over(before, _change(vae, *seen, count)))
            output = Image.fromarray(merge.apply(planes, np.asarray(source)))
            _count(scores, source, output, target, row, features, wanted)
            if name != NO_AUTOENCODER:
                shown.append(output)
        if len(cells) < begun + SHEET_EDITS:
            cells.append(([small(picture) for picture in shown], row["instruction"]))
    return found


def _change(vae: Any, source: Tensor, target: Tensor, count: int) -> Tensor:
    """What the decoded target has over the decoded source, (3, H, W), both (1, 3, H, W), as in `Editor`."""
    decoded = []
    for pixels in (target, source):
        latents = sampler.encode_image(vae, views.split(pixels, count)) * vae.config.scaling_factor
        decoded.append(sampler.decode(vae, latents))
    return views.join(decoded[0] - decoded[1])[0].float().cpu()


def _count(
    scores: Scores,
    source: Image.Image,
    output: Image.Image,
    target: Image.Image,
    row: Row,
    features: Features | None,
    wanted: Any,
) -> None:
    scores.add(source, output, target, row)
    if features is not None:
        scores.outputs.append(features(output))
        scores.targets.append(wanted)


def _named(scores: Scores) -> dict[str, Any]:
    result = scores.result()
    return {
        "l1": result["l1_to_target"],
        "psnr": result["psnr"],
        "ssim": result["ssim"],
        "fid": result["fid"],
    }
