"""What an edit does without where the device has too little memory for it.

The first rung is the worker's: edits that shared a pass are computed alone before one of them gives anything
up. Then the autoencoder goes tile by tile, then the network sees a smaller picture, and then it is too much.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import torch

from engine.editing.series import Pieces
from engine.errors import is_out_of_memory, one_line

R = TypeVar("R")

SHARES = ((1.0, False), (1.0, True), (0.75, True), (0.5, True))
"""Of the working size's sides, and whether in tiles; each needs less memory than the one before."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rung:
    """(width, height) at which the network sees the picture; whether the autoencoder goes tile by tile."""

    size: tuple[int, int]
    tiled: bool


def descend(
    rungs: Sequence[Rung], attempt: Callable[[Rung], Pieces[R]], free: Callable[[], None]
) -> Pieces[R]:
    """`attempt` on the highest rung that the memory allows; raises the lowest one's error."""
    *higher, lowest = rungs
    for rung in higher:
        try:
            return (yield from attempt(rung))
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            log.warning("an edit at %d x %d was too much (%s); trying with less", *rung.size, one_line(error))
            error.__traceback__ = None  # whoever threw it here still holds it, and it the tensors
        free()
    return (yield from attempt(lowest))


@contextmanager
def tiles(vae: Any, rung: Rung) -> Generator[None]:
    """Inside, an `AutoencoderKL` works on quarters of the picture that overlap, if the rung says so."""
    if not rung.tiled:
        yield
        return
    before = vae.tile_sample_min_size, vae.tile_latent_min_size
    side = max(rung.size) // 2
    vae.tile_sample_min_size = side
    vae.tile_latent_min_size = side // 2 ** (len(vae.config.block_out_channels) - 1)
    vae.enable_tiling()
    try:
        yield
    finally:
        vae.disable_tiling()
        vae.tile_sample_min_size, vae.tile_latent_min_size = before


def free_memory(device: torch.device) -> None:
    """Give back what nobody uses any more."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
