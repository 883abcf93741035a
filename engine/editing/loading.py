"""An editor's parts from a folder in diffusers' standard layout, and back to one."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from engine.editing.autoencoder import ConvolutionalAutoencoder, PatchAutoencoder, ResidualAutoencoder
from engine.errors import WeightsError, one_line
from engine.finite import check_finite

_OWN = {kind.__name__: kind for kind in (PatchAutoencoder, ResidualAutoencoder, ConvolutionalAutoencoder)}


@dataclass(frozen=True, slots=True)
class Components:
    """What InstructPix2Pix is made of. `vae` is one of this project's or diffusers' `AutoencoderKL`."""

    unet: UNet2DConditionModel
    vae: Any
    text_encoder: CLIPTextModel
    tokenizer: CLIPTokenizer
    scheduler: Any


def load_components(folder: Path, device: torch.device, dtype: torch.dtype) -> Components:
    """Load a folder in the standard layout. Raises `WeightsError` with one sentence for the admin."""
    try:
        index = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))
        scheduler_class = getattr(import_module("diffusers"), index["scheduler"][1])
        unet = UNet2DConditionModel.from_pretrained(folder / "unet", torch_dtype=dtype)
        vae = load_autoencoder(folder / "vae", dtype)
        text_encoder = CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=dtype)
        tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer")
        scheduler = scheduler_class.from_pretrained(folder / "scheduler")
    except (OSError, KeyError, ValueError, AttributeError, TypeError, RuntimeError) as error:
        raise WeightsError(
            f"{folder} is not a complete editor in diffusers' layout ({one_line(error)})."
        ) from error
    for name, part in (("unet", unet), ("vae", vae), ("text_encoder", text_encoder)):
        part.to(device).eval().requires_grad_(False)
        check_finite(part, folder / name)
    return Components(unet, vae, text_encoder, tokenizer, scheduler)


def load_autoencoder(folder: Path, dtype: torch.dtype) -> Any:
    """The autoencoder alone, of the class that its own config names. Raises `OSError` or `ValueError`."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    kind = _OWN.get(config.get("_class_name"), AutoencoderKL)
    return kind.from_pretrained(folder, torch_dtype=dtype).eval().requires_grad_(False)


def save_components(parts: Components, folder: Path, dtype: torch.dtype, max_file: int = 10 * 2**30) -> None:
    """Write the standard layout with weights in `dtype`; the parts themselves stay as they are.

    Weights of more than `max_file` bytes are cut into files of about that size; a tensor is never cut.
    """
    folder.mkdir(parents=True, exist_ok=True)
    index: dict[str, Any] = {"_class_name": "StableDiffusionInstructPix2PixPipeline"}
    for name in ("unet", "vae", "text_encoder"):
        part = deepcopy(getattr(parts, name))
        for parameter in part.parameters():
            parameter.data = parameter.data.to(dtype).contiguous()
        part.save_pretrained(folder / name, max_shard_size=max_file)
        _forget_where_from(folder / name / "config.json")
        index[name] = [_library(part), type(part).__name__]
    parts.tokenizer.save_pretrained(folder / "tokenizer")
    parts.scheduler.save_pretrained(folder / "scheduler")
    index["tokenizer"] = ["transformers", type(parts.tokenizer).__name__]
    index["scheduler"] = ["diffusers", type(parts.scheduler).__name__]
    index |= {
        "safety_checker": [None, None],
        "feature_extractor": [None, None],
        "image_encoder": [None, None],
    }
    index["requires_safety_checker"] = False
    (folder / "model_index.json").write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


def _forget_where_from(file: Path) -> None:
    """diffusers notes the folder that a part was loaded from, which is nobody else's business."""
    config = json.loads(file.read_text(encoding="utf-8"))
    config.pop("_name_or_path", None)
    file.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _library(part: Any) -> str:
    module = type(part).__module__
    return "engine.editing.autoencoder" if module.startswith("engine.") else module.split(".")[0]
