"""Sampling an edit: three-branch guidance over any of diffusers' schedulers, one pure step at a time.

Paper, equation 3 (InstructPix2Pix, section 3.2.1), for the network's prediction e(z, image, text):

    e = e(z, 0, 0) + s_I · (e(z, c_I, 0) - e(z, 0, 0)) + s_T · (e(z, c_I, c_T) - e(z, c_I, 0))

The stock pipeline can't be cancelled between steps and drops all guidance for s_I < 1; this one does neither.

Edits at different steps, of different scales and numbers of steps, share the network's passes (`predict`). In
fp32 an edit's latents are the same alone and batched within 1e-4 of their range, and its picture within one
level of 255: a kernel may add up in another order for another number of rows. In half precision they are as
close as that precision allows.
"""

from __future__ import annotations

import inspect
from collections.abc import Generator, Hashable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine.batch import Request, alone
from engine.device import onto
from engine.editing.network import Network, Run
from engine.editing.presets import PRESETS, Preset


@dataclass(frozen=True, slots=True)
class Conditions:
    """What an edit depends on: `text` and `empty` (1, L, D) from the text encoder, `image` (V, C, h, w).

    V views of one picture are denoised together, all from the same noise; usually there is one.
    """

    text: Tensor
    empty: Tensor
    image: Tensor


@dataclass(frozen=True, slots=True)
class Guidance:
    """s_T and s_I of equation 3."""

    text: float
    image: float


@dataclass(slots=True)
class Deep:
    """The features that the network's last whole pass for an edit found, one row for each of its own."""

    features: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Predict(Request):
    """Asks for the prediction for scaled `latents` (V, C, h, w) at one timestep.

    `guidance`: None where the branch with text and image is to speak alone. `deep`: where the features found
    are left for later steps; `shallow`: go on from those.
    """

    latents: Tensor
    timestep: Tensor
    conditions: Conditions
    guidance: Guidance | None
    deep: Deep | None = None
    shallow: bool = False

    @property
    def kind(self) -> Hashable:
        """What must be equal to be stacked; the number of views need not be."""
        return self.latents.dtype, self.latents.shape[1:], self.conditions.text.shape[1:], self.shallow


@dataclass(frozen=True, slots=True)
class Denoised:
    """After step `step` (from 1): noisy `latents` and the clean ones they are thought to come from."""

    step: int
    latents: Tensor
    clean: Tensor


def guide(text: Tensor, image: Tensor, nothing: Tensor, guidance: Guidance) -> Tensor:
    """Equation 3 on the three predictions."""
    return nothing + guidance.text * (text - image) + guidance.image * (image - nothing)


def predict(network: Run, requests: Sequence[Predict]) -> list[Tensor]:
    """The prediction (V, C, h, w) for each; one pass, with a batch of 3 V rows for each that is guided."""
    stacked, times, texts = zip(*map(_rows, requests), strict=True)
    counts = [len(rows) for rows in stacked]
    given = [torch.cat(stacked), torch.cat(times), torch.cat(texts)]
    if requests[0].shallow:
        given.append(torch.cat([_features(*each) for each in zip(requests, counts, strict=True)]))
    with torch.inference_mode():
        found = network(*given)
        for request, deep in zip(requests, found.deep.split(counts), strict=True):
            if request.deep is not None and not request.shallow:
                request.deep.features = deep
        each = found.prediction.split(counts)
        return [_guided(rows, request.guidance) for rows, request in zip(each, requests, strict=True)]


def _guided(rows: Tensor, guidance: Guidance | None) -> Tensor:
    return rows if guidance is None else guide(*rows.chunk(3), guidance)


def _features(request: Predict, rows: int) -> Tensor:
    """What a shallow pass goes on from; the rows of a guided pass begin with those with text and image."""
    assert request.deep is not None and request.deep.features is not None, "a whole pass comes first"
    return request.deep.features[:rows]


def _rows(request: Predict) -> tuple[Tensor, Tensor, Tensor]:
    """The network's input, its timesteps and its texts: with text and image, with the image, with nothing."""
    known, image = request.conditions, request.conditions.image
    if request.guidance is None:
        images, latents, texts = image, request.latents, known.text
    else:
        images = torch.cat([image, image, torch.zeros_like(image)])
        latents = torch.cat([request.latents] * 3)
        texts = torch.cat([known.text, known.empty, known.empty])
    times = request.timestep.to(image.device).expand(len(images))
    return torch.cat([latents, images], 1), times, texts.repeat_interleave(len(image), 0)


def clean_latents(scheduler: Any, prediction: Tensor, timestep: Tensor, latents: Tensor) -> Tensor:
    """The clean latents a prediction stands for; `latents` unscaled, in the variance-preserving form."""
    alpha = scheduler.alphas_cumprod.to(latents.device)[timestep.long()].to(latents.dtype)
    keep, noise = alpha.sqrt(), (1 - alpha).sqrt()
    kind = scheduler.config.prediction_type
    if kind == "v_prediction":
        return keep * latents - noise * prediction
    if kind == "sample":
        return prediction
    return (latents - noise * prediction) / keep.clamp_min(1e-4)


Denoising = Generator[Predict | Denoised, Tensor | None, Tensor]


def denoise(
    scheduler: Any,
    conditions: Conditions,
    guidance: Guidance,
    steps: int,
    generator: torch.Generator,
    preset: Preset = PRESETS["quality"],
) -> Denoising:
    """Denoise from noise drawn by `generator` (on the CPU, so that a seed means the same on every device).

    `preset` may leave things out in some of the `steps`.

    Yields what it asks of the network, and is sent the prediction; and each step when it is done; returns the
    last latents. Close it to cancel. The scheduler is copied: it holds state, and edits may be interleaved.
    """
    scheduler = deepcopy(scheduler)
    image = conditions.image
    scheduler.set_timesteps(steps, device=image.device)
    noise = torch.randn((1, *image.shape[1:]), generator=generator, dtype=torch.float32)
    latents = onto(image.device, noise.to(image.dtype)).expand(image.shape) * scheduler.init_noise_sigma
    extra: dict[str, Any] = {}
    if "generator" in inspect.signature(scheduler.step).parameters:
        extra["generator"] = generator
    deep = Deep() if preset.every > 1 else None
    turns = preset.turns(len(scheduler.timesteps))
    for number, (timestep, turn) in enumerate(zip(scheduler.timesteps, turns, strict=True), 1):
        scaled = scheduler.scale_model_input(latents, timestep)
        wanted = guidance if turn.guided else None
        prediction = yield Predict(scaled, timestep, conditions, wanted, deep, not turn.fresh)
        assert prediction is not None, "a request is answered by its prediction"
        with torch.inference_mode():
            stepped = scheduler.step(prediction, timestep, latents, **extra)
        clean = getattr(stepped, "pred_original_sample", None)
        if clean is None:
            clean = clean_latents(scheduler, prediction, timestep, scaled)
        latents = stepped.prev_sample
        yield Denoised(number, latents, clean)
    return latents


def sample(
    unet: Any,
    scheduler: Any,
    conditions: Conditions,
    guidance: Guidance,
    steps: int,
    generator: torch.Generator,
) -> Iterator[Denoised]:
    """`denoise` by itself, on `unet`."""
    network = Network(unet)
    denoising = denoise(scheduler, conditions, guidance, steps, generator)
    return alone(denoising, lambda requests: predict(network, requests))


def encode_text(tokenizer: Any, text_encoder: Any, text: str) -> Tensor:
    """(1, L, D) hidden states of one instruction, cut at the tokenizer's own length."""
    tokens = tokenizer(text, padding="max_length", truncation=True, return_tensors="pt").input_ids
    with torch.inference_mode():
        return text_encoder(tokens.to(text_encoder.device))[0]


def encode_image(vae: Any, pixels: Tensor) -> Tensor:
    """Latents of pictures (B, 3, H, W) in [-1, 1] as the UNet's condition: the mode, not scaled."""
    with torch.inference_mode():
        return vae.encode(onto(vae.device, pixels.to(vae.dtype))).latent_dist.mode()


def decode(vae: Any, latents: Tensor) -> Tensor:
    """Pictures (B, 3, H, W) in [-1, 1] from scaled latents."""
    with torch.inference_mode():
        return vae.decode(latents / vae.config.scaling_factor, return_dict=False)[0]
