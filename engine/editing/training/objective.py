"""The InstructPix2Pix objective (Brooks et al. 2023, section 3.2): what a step sees, and its loss.

The target's latents are noised, the source's latents stand beside them in the input, the instruction comes in
through the text encoder. 5 % of the pairs lose the text, 5 % the picture, 5 % both, so that guidance has its
three branches.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import torch
from diffusers import DDPMScheduler, UNet2DConditionModel
from torch import Tensor, nn
from torch.nn import functional
from transformers import CLIPTextModel

from engine.editing.training.cache import Cache
from engine.editing.training.config import TrainConfig


class Network(nn.Module):
    """All that is trained, as one module: the processes exchange its gradients in one go."""

    def __init__(self, unet: UNet2DConditionModel, text_encoder: CLIPTextModel | None) -> None:
        super().__init__()
        self.unet = unet
        self.text_encoder = text_encoder

    def forward(self, noisy: Tensor, source: Tensor, times: Tensor, words: Tensor) -> Tensor:
        """The prediction for latents (B, C, h, w); `words` are tokens (B, L) if the text encoder is trained,
        else embeddings (B, L, D)."""
        if self.text_encoder is not None:
            words = self.text_encoder(words)[0]
        stacked = torch.cat([noisy, source], 1).contiguous(memory_format=torch.channels_last)
        return self.unet(stacked, times, encoder_hidden_states=words).sample


class Batch(NamedTuple):
    """`source`, `target` and `noise` (B, C, h, w), `words` (see `Network`), `times` (B); conditions that are
    dropped are gone already."""

    source: Tensor
    target: Tensor
    words: Tensor
    noise: Tensor
    times: Tensor

    def rows(self, some: slice) -> Batch:
        return Batch(*(tensor[some] for tensor in self))

    def to(self, device: torch.device) -> Batch:
        return Batch(*(tensor.to(device) for tensor in self))


def noise_scheduler(scheduler: Any) -> DDPMScheduler:
    """How training noises latents, from whatever scheduler samples with the weights: that of
    InstructPix2Pix, Euler-ancestral, adds noise on another scale."""
    return DDPMScheduler.from_config(scheduler.config)


@lru_cache(2)
def _order(pairs: int, seed: int, epoch: int) -> Tensor:
    return torch.randperm(pairs, generator=torch.Generator().manual_seed(seed * 1_000_003 + epoch))


def pairs_of_step(step: int, pairs: int, config: TrainConfig) -> list[int]:
    """Which pairs a step sees: each one once in an epoch, in another order in every epoch."""
    places = range(step * config.batch, (step + 1) * config.batch)
    return [int(_order(pairs, config.seed, place // pairs)[place % pairs]) for place in places]


def draw_batch(
    cache: Cache, rows: list[int], timesteps: int, config: TrainConfig, generator: torch.Generator
) -> Batch:
    """The pairs `rows` with one wording each, after conditioning dropout.

    Drawn whole by every process from the same generator, so that it does not matter how many there are.
    """
    source = torch.from_numpy(cache.source[rows]).float()
    target = torch.from_numpy(cache.target[rows]).float()
    picks = torch.rand(len(rows), generator=generator).tolist()
    draw = torch.rand(len(rows), generator=generator)
    no_text = (draw < config.drop) | ((draw >= 2 * config.drop) & (draw < 3 * config.drop))
    no_image = (draw >= config.drop) & (draw < 3 * config.drop)
    said = [
        cache.wordings[row][int(p * len(cache.wordings[row]))] for row, p in zip(rows, picks, strict=True)
    ]
    words = cache.words([cache.empty if gone else text for text, gone in zip(said, no_text, strict=True)])
    noise = torch.randn(target.shape, generator=generator)
    times = draw_timesteps(len(rows), timesteps, config.late, generator)
    return Batch(source * ~no_image[:, None, None, None], target, words, noise, times)


def draw_timesteps(count: int, timesteps: int, late: float, generator: torch.Generator) -> Tensor:
    """Uniform, but `late` of them in the noisiest fifth: there an edit is decided, the rest only polishes."""
    uniform = torch.rand(count, generator=generator)
    of_late = torch.rand(count, generator=generator) < late
    drawn = torch.where(of_late, 0.8 + 0.2 * uniform, uniform) * timesteps
    return drawn.long().clamp(0, timesteps - 1)


def own_share(batch: Batch, micro_batch: int | None, process: int, processes: int) -> list[Batch]:
    """This process's rows of `batch`, in passes of at most `micro_batch` rows."""
    mine = batch.rows(slice(process, None, processes))
    count = len(mine.times)
    size = micro_batch or count
    return [mine.rows(slice(at, at + size)) for at in range(0, count, size)]


def summed_loss(network: nn.Module, scheduler: DDPMScheduler, batch: Batch) -> Tensor:
    """The mean squared error of what the scheduler wants predicted (noise, velocity or the clean latents),
    summed over the pairs: sums of parts add up exactly, means do not."""
    noisy = scheduler.add_noise(batch.target, batch.noise, batch.times)
    match scheduler.config.prediction_type:
        case "v_prediction":
            wanted = scheduler.get_velocity(batch.target, batch.noise, batch.times)
        case "sample":
            wanted = batch.target
        case _:
            wanted = batch.noise
    found = network(noisy, batch.source, batch.times, batch.words)
    return functional.mse_loss(found.float(), wanted, reduction="none").mean((1, 2, 3)).sum()
