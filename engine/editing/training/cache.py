"""Pairs on disk -> latents, and wordings as tokens or, with a frozen text encoder, as embeddings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from transformers import CLIPTokenizer

from engine.editing.loading import Components
from engine.editing.training.stored import Stored, fill

Row = dict[str, Any]
_PASS = 16
"""Pictures or wordings in one pass of an encoder."""


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


def wordings(row: Row) -> list[str]:
    """All the ways in which the row's wish is said."""
    return list(row.get("phrasings") or [row["instruction"]])


def read_picture(path: str, resolution: int, square: bool) -> Tensor:
    """(3, R, R) in [-1, 1]: squeezed where the editor does so (`square`), else the middle of the picture."""
    size = (resolution, resolution)
    with Image.open(path) as picture:
        colours = picture.convert("RGB")
    if square:
        colours = colours.resize(size, Image.Resampling.LANCZOS)
    else:
        colours = ImageOps.fit(colours, size, Image.Resampling.LANCZOS)
    return torch.from_numpy(np.array(colours)).permute(2, 0, 1).float() / 127.5 - 1


def tokenize(tokenizer: CLIPTokenizer, texts: list[str]) -> Tensor:
    """(N, L) token ids."""
    return tokenizer(texts, padding="max_length", truncation=True, return_tensors="pt").input_ids


@dataclass(frozen=True, slots=True)
class Cache:
    """`source` and `target` latents of N pairs, and for each pair the numbers of its wordings in `texts`.

    `texts` are tokens (T, L), or embeddings of rows (L, D); `empty` is the number of the empty text.
    """

    source: Stored
    target: Stored
    wordings: list[list[int]]
    texts: Tensor | Stored
    empty: int

    def __len__(self) -> int:
        return len(self.wordings)

    def words(self, numbers: list[int]) -> Tensor:
        """What the network gets of these texts."""
        if isinstance(self.texts, Tensor):
            return self.texts[numbers]
        return torch.from_numpy(self.texts[numbers]).float()


@dataclass(frozen=True, slots=True)
class Encoder:
    """Fills the cache of a run; several processes share the work."""

    parts: Components
    resolution: int
    square: bool
    frozen_text: bool
    folder: Path

    def fill(self, rows: list[Row], told_to_stop: Callable[[], bool], share: tuple[int, int]) -> bool:
        """Encode what is not there yet. False if told to stop on the way."""
        texts, _ = _numbered(rows)
        jobs = [(name, len(rows), partial(self._latents, rows, name)) for name in ("source", "target")]
        if self.frozen_text:
            jobs.append(("text", len(texts), partial(self._embeddings, texts)))
        return all(fill(self.folder, *job, told_to_stop, share) for job in jobs)

    def open(self, rows: list[Row]) -> Cache:
        """What `fill` made."""
        texts, numbers = _numbered(rows)
        source, target = (Stored(self.folder, name, len(rows)) for name in ("source", "target"))
        if self.frozen_text:
            return Cache(source, target, numbers, Stored(self.folder, "text", len(texts)), len(texts) - 1)
        return Cache(source, target, numbers, tokenize(self.parts.tokenizer, texts), len(texts) - 1)

    @torch.no_grad()
    def _latents(self, rows: list[Row], name: str, chunk: range) -> np.ndarray:
        vae = self.parts.vae
        # As in the stock pipeline: what is denoised is scaled, the picture beside it is not.
        scale = vae.config.scaling_factor if name == "target" else 1
        found = []
        for some in _passes(chunk):
            pixels = torch.stack([read_picture(rows[i][name], self.resolution, self.square) for i in some])
            found.append(vae.encode(pixels.to(vae.device)).latent_dist.mode().cpu() * scale)
        return torch.cat(found).numpy()

    @torch.no_grad()
    def _embeddings(self, texts: list[str], chunk: range) -> np.ndarray:
        encoder = self.parts.text_encoder
        found = []
        for some in _passes(chunk):
            tokens = tokenize(self.parts.tokenizer, texts[some.start : some.stop])
            found.append(encoder(tokens.to(encoder.device))[0].cpu())
        return torch.cat(found).numpy()


def _passes(chunk: range) -> Iterator[range]:
    return (chunk[at : at + _PASS] for at in range(0, len(chunk), _PASS))


def _numbered(rows: list[Row]) -> tuple[list[str], list[list[int]]]:
    """Every wording once, then the empty text; and the numbers of each row's wordings."""
    known: dict[str, int] = {}
    numbers = [[known.setdefault(text, len(known)) for text in wordings(row)] for row in rows]
    return [*known, ""], numbers
