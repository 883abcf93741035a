"""Two captions, two pictures of the same scene: Prompt-to-Prompt (Hertz et al. 2022) on Stable Diffusion.

Both pictures begin as the same noise. For the first part of the denoising steps the second picture is made
with the attention maps of the first: its self-attention maps as they are, which keep the layout, and of its
cross-attention maps those of the words that both captions share, or that stand where another stood.
As in InstructPix2Pix (Brooks et al. 2023, section 3.1.2), one number says for which part of the steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import numpy as np
import torch
from diffusers import DDIMScheduler
from diffusers.models.attention_processor import Attention, AttnProcessor2_0
from PIL import Image
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from engine.editing.loading import Components
from engine.errors import WeightsError

GUIDANCE = 7.5
STEPS = 50


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which tokens of two captions correspond.

    `moved` (L, L): how much of a first caption's token goes to a second caption's; `own` (L,): 1 for tokens
    that only the second has.
    """

    moved: Tensor
    own: Tensor

    def to(self, device: torch.device) -> Alignment:
        return Alignment(self.moved.to(device), self.own.to(device))

    def injected(self, first: Tensor, second: Tensor) -> Tensor:
        """The second caption's maps (..., L), each token's taken from the first caption if it has one."""
        maps = first @ self.moved + second * self.own
        return maps / maps.sum(-1, keepdim=True).clamp_min(1e-6)  # what a dropped word had goes to the others


def align(before: list[int], after: list[int]) -> Alignment:
    """Of two captions' token ids, padded to one length L."""
    moved, own = torch.zeros(len(before), len(after)), torch.zeros(len(after))
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            moved[range(i1, i2), range(j1, j2)] = 1.0
        elif kind == "replace":
            moved[i1:i2, j1:j2] = 1.0 / (j2 - j1)
        elif kind == "insert":
            own[j1:j2] = 1.0
    return Alignment(moved, own)


class SharedAttention:
    """An attention processor for batches (empty 1, empty 2, caption 1, caption 2).

    While `alignment` is set, the second picture gets the first one's maps; else it is diffusers' own.
    """

    def __init__(self) -> None:
        self.alignment: Alignment | None = None
        self._alone = AttnProcessor2_0()

    def __call__(
        self, attn: Attention, hidden_states: Tensor, encoder_hidden_states: Tensor | None = None, **rest: Any
    ) -> Tensor:
        """(4, N, D) in and out."""
        if self.alignment is None:
            return self._alone(attn, hidden_states, encoder_hidden_states, **rest)
        context = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        query, key, value = (
            states.unflatten(-1, (attn.heads, -1)).transpose(1, 2)
            for states in (attn.to_q(hidden_states), attn.to_k(context), attn.to_v(context))
        )
        if encoder_hidden_states is None:
            # The same queries and keys are the same maps: so no (N, N) map has to be held.
            first = [0, 0, 2, 2]
            mixed = scaled_dot_product_attention(query[first], key[first], value)
        else:
            maps = (query @ key.transpose(-1, -2) * attn.scale).float().softmax(-1)
            second = self.alignment.injected(maps[2], maps[3])
            mixed = torch.stack([maps[0], maps[1], maps[2], second]).to(value.dtype) @ value
        mixed = mixed.transpose(1, 2).flatten(2)
        return attn.to_out[1](attn.to_out[0](mixed)) / attn.rescale_output_factor


class PromptToPrompt:
    """A Stable Diffusion checkpoint (1.x or 2.x) whose attention can be shared. It changes `parts.unet`."""

    def __init__(self, parts: Components, steps: int = STEPS) -> None:
        config = parts.unet.config
        if config.in_channels != config.out_channels or config.addition_embed_type is not None:
            raise WeightsError(
                "Pairs from captions need a text-to-image Stable Diffusion checkpoint, 1.x or 2.x."
            )
        self._parts = parts
        self._steps = steps
        self._shared = SharedAttention()
        parts.unet.set_attn_processor(self._shared)

    def pair(self, captions: tuple[str, str], share: float, seed: int) -> tuple[Image.Image, Image.Image]:
        """The pictures of both captions, which share attention maps for `share` (0 to 1) of the steps."""
        tokenizer = self._parts.tokenizer
        ids = tokenizer(
            ["", *captions],
            padding="max_length",
            truncation=True,
            max_length=tokenizer.model_max_length,
            return_tensors="pt",
        ).input_ids
        latents = self._sampled(ids, align(ids[1].tolist(), ids[2].tolist()), share, seed)
        before, after = self._decoded(latents)
        return before, after

    @torch.no_grad()
    def _sampled(self, ids: Tensor, alignment: Alignment, share: float, seed: int) -> Tensor:
        """Latents (2, C, h, w) from token ids (empty, before, after)."""
        unet, device = self._parts.unet, self._parts.unet.device
        empty, before, after = self._parts.text_encoder(ids.to(device))[0]
        texts = torch.stack([empty, empty, before, after])
        # DDIM is deterministic, as both pictures need the same noise in every step.
        scheduler = DDIMScheduler.from_config(self._parts.scheduler.config, clip_sample=False)
        scheduler.set_timesteps(self._steps, device=device)
        side = unet.config.sample_size
        noise = torch.randn(
            (1, unet.config.in_channels, side, side), generator=torch.Generator().manual_seed(seed)
        )  # drawn on the CPU: the same on every device
        latents = noise.to(device, unet.dtype).repeat(2, 1, 1, 1) * scheduler.init_noise_sigma
        alignment = alignment.to(device)
        for number, step in enumerate(scheduler.timesteps):
            self._shared.alignment = alignment if number < share * self._steps else None
            scaled = scheduler.scale_model_input(torch.cat([latents, latents]), step)
            nothing, text = unet(scaled, step, encoder_hidden_states=texts, return_dict=False)[0].chunk(2)
            guided = nothing + GUIDANCE * (text - nothing)
            latents = scheduler.step(guided, step, latents, return_dict=False)[0]
        return latents

    @torch.no_grad()
    def _decoded(self, latents: Tensor) -> list[Image.Image]:
        vae = self._parts.vae
        pixels = vae.decode(latents / vae.config.scaling_factor, return_dict=False)[0]
        scaled = (pixels.float() / 2 + 0.5).clamp(0, 1).mul(255).round().byte()
        return [Image.fromarray(np.asarray(each)) for each in scaled.permute(0, 2, 3, 1).cpu()]
