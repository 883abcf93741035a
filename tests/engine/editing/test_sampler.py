"""Never another picture than the stock pipeline's for the same weights, seed and scheduler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionInstructPix2PixPipeline

from engine.config import Scheduler
from engine.editing import pictures, sampler, schedulers
from engine.editing.loading import Components
from tests.engine.editing.tiny import photo, standard_parts, starter_parts

TOLERANCE = 2e-4
"""Largest difference of decoded values in [0, 1]: the order of sums may differ, nothing else."""


def stock(parts: Components) -> StableDiffusionInstructPix2PixPipeline:
    pipe = StableDiffusionInstructPix2PixPipeline(
        vae=parts.vae,
        text_encoder=parts.text_encoder,
        tokenizer=parts.tokenizer,
        unet=parts.unet,
        scheduler=parts.scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def conditions(parts: Components, picture: torch.Tensor, instruction: str) -> sampler.Conditions:
    return sampler.Conditions(
        sampler.encode_text(parts.tokenizer, parts.text_encoder, instruction),
        sampler.encode_text(parts.tokenizer, parts.text_encoder, ""),
        sampler.encode_image(parts.vae, picture),
    )


@pytest.mark.parametrize("make", [standard_parts, starter_parts])
@pytest.mark.parametrize("name", get_args(Scheduler))
def test_same_picture_as_the_stock_pipeline(make: Callable[[], Components], name: Scheduler) -> None:
    parts = make()
    parts = replace(parts, scheduler=schedulers.choose(name, parts.scheduler))
    picture = photo(64, 64)
    theirs = stock(parts)(
        "make it night",
        image=picture,
        num_inference_steps=4,
        guidance_scale=3.0,
        image_guidance_scale=1.4,
        generator=torch.Generator().manual_seed(7),
        output_type="np",
    ).images[0]
    known = conditions(parts, pictures.to_tensor(picture), "make it night")
    generator = torch.Generator().manual_seed(7)
    *_, last = sampler.sample(parts.unet, parts.scheduler, known, sampler.Guidance(3.0, 1.4), 4, generator)
    ours = pictures.to_unit(sampler.decode(parts.vae, last.latents))
    assert np.abs(ours - theirs).max() < TOLERANCE


def test_image_guidance_below_one_still_follows_the_text() -> None:
    parts = starter_parts()
    found = []
    for instruction in ("make it night", "add a cat on the left"):
        known = conditions(parts, pictures.to_tensor(photo(32, 32)), instruction)
        *_, last = sampler.sample(
            parts.unet,
            parts.scheduler,
            known,
            sampler.Guidance(5.0, 0.7),
            3,
            torch.Generator().manual_seed(0),
        )
        found.append(last.latents)
    assert not torch.allclose(found[0], found[1], atol=1e-4)


def test_interleaved_edits_give_what_they_give_alone() -> None:
    parts = starter_parts()
    known = conditions(parts, pictures.to_tensor(photo(32, 32)), "make it night")

    def begin(seed: int):
        generator = torch.Generator().manual_seed(seed)
        return sampler.sample(parts.unet, parts.scheduler, known, sampler.Guidance(3.0, 1.2), 4, generator)

    alone = [list(begin(seed))[-1].latents for seed in (1, 2)]
    both = list(zip(begin(1), begin(2), strict=True))[-1]
    for one, other in zip(alone, both, strict=True):
        assert torch.equal(one, other.latents)


def test_equation_three() -> None:
    text, image, nothing = torch.tensor(5.0), torch.tensor(3.0), torch.tensor(2.0)
    assert sampler.guide(text, image, nothing, sampler.Guidance(1.0, 1.0)) == text
    assert sampler.guide(text, image, nothing, sampler.Guidance(2.0, 0.5)) == 2 + 2 * 2 + 0.5
