"""Pairs on disk -> latents in memory-mapped arrays, wordings as tokens."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm
from transformers import CLIPTokenizer

Row = dict[str, Any]


def read_rows(file: Path) -> list[Row]:
    """The items of a set; paths become absolute. Raises `ValueError` with one sentence."""
    try:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise ValueError(f"The list of pairs {file} can't be read: {error}.") from error
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or "source" not in row or "instruction" not in row:
            raise ValueError(f"{file}, line {number}: source and instruction are needed.")
        row |= {k: str(file.parent / row[k]) for k in ("source", "target", "mask") if row.get(k)}
    return rows


def read_picture(path: str, resolution: int) -> Tensor:
    """(3, R, R) in [-1, 1]: squeezed to a square, as the editor does it."""
    with Image.open(path) as picture:
        square = picture.convert("RGB").resize((resolution, resolution), Image.Resampling.LANCZOS)
    return torch.from_numpy(np.array(square)).permute(2, 0, 1).float() / 127.5 - 1


@dataclass(frozen=True, slots=True)
class Cache:
    """`source` and `target` latents (N, C, h, w) as float16 on disk, and each pair's wordings (K, L)."""

    source: np.memmap
    target: np.memmap
    wordings: list[Tensor]

    def __len__(self) -> int:
        return len(self.wordings)


def tokenize(tokenizer: CLIPTokenizer, texts: list[str]) -> Tensor:
    """(N, L) token ids."""
    return tokenizer(texts, padding="max_length", truncation=True, return_tensors="pt").input_ids


def cache_pairs(rows: list[Row], vae: Any, tokenizer: CLIPTokenizer, resolution: int, folder: Path) -> Cache:
    """Encode every pair once. Arrays that a former run left complete in `folder` are used again."""
    folder.mkdir(parents=True, exist_ok=True)
    source, target = (
        _encoded(rows, name, vae, resolution, folder / f"{name}.npy") for name in ("source", "target")
    )
    found = [list(row.get("phrasings") or [row["instruction"]]) for row in rows]
    tokens = tokenize(tokenizer, [text for texts in found for text in texts])
    return Cache(source, target, list(tokens.split([len(texts) for texts in found])))


@torch.no_grad()
def _encoded(rows: list[Row], name: str, vae: Any, resolution: int, file: Path) -> np.memmap:
    if not file.is_file():
        part = file.with_suffix(".part")
        first = vae.encode(read_picture(rows[0][name], resolution)[None]).latent_dist.mode()
        array = np.lib.format.open_memmap(part, "w+", np.float16, (len(rows), *first.shape[1:]))
        for index, row in enumerate(tqdm(rows, desc=f"latents of the {name}s", mininterval=10)):
            latents = vae.encode(read_picture(row[name], resolution)[None]).latent_dist.mode()
            # As in the stock pipeline: what is denoised is scaled, the picture beside it is not.
            array[index] = (latents[0] * (vae.config.scaling_factor if name == "target" else 1)).numpy()
        array.flush()
        part.replace(file)
    return np.lib.format.open_memmap(file, "r")
