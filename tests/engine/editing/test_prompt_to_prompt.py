"""The first picture is what its caption alone gives, and sharing attention draws the second nearer to it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline
from diffusers.models.attention_processor import Attention, AttnProcessor2_0
from PIL import Image

from engine.editing.data.prompt_to_prompt import (
    GUIDANCE,
    Alignment,
    PromptToPrompt,
    SharedAttention,
    align,
)
from engine.editing.loading import Components
from engine.errors import WeightsError
from tests.engine.editing.tiny import standard_parts, text_to_image_parts

STEPS = 4
CAPTIONS = "add a cat on the left", "add a cat on the background"


def pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture, np.float32)


def stock(parts: Components, caption: str, seed: int) -> Image.Image:
    pipeline = StableDiffusionPipeline(
        parts.vae,
        parts.text_encoder,
        parts.tokenizer,
        parts.unet,
        DDIMScheduler.from_config(parts.scheduler.config),
        safety_checker=None,
        feature_extractor=None,  # pyright: ignore[reportArgumentType]
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    noise = torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(seed))
    drawn = pipeline(caption, num_inference_steps=STEPS, guidance_scale=GUIDANCE, latents=noise)
    return drawn.images[0]


def test_without_sharing_both_pictures_are_the_stock_pipelines() -> None:
    parts = text_to_image_parts()
    expected = [stock(parts, caption, 3) for caption in CAPTIONS]
    drawn = PromptToPrompt(parts, STEPS).pair(CAPTIONS, share=0.0, seed=3)
    for picture, wanted in zip(drawn, expected, strict=True):
        assert np.abs(pixels(picture) - pixels(wanted)).max() <= 1
    assert np.abs(pixels(drawn[0]) - pixels(drawn[1])).mean() > 1  # or nothing below could be told apart


def test_sharing_leaves_the_first_picture_and_brings_the_second_nearer() -> None:
    model = PromptToPrompt(text_to_image_parts(), STEPS)
    drawn = [model.pair(CAPTIONS, share, seed=3) for share in (0.0, 0.5, 1.0)]
    assert all(np.abs(pixels(before) - pixels(drawn[0][0])).max() <= 1 for before, _ in drawn)
    apart = [np.abs(pixels(before) - pixels(after)).mean() for before, after in drawn]
    assert 0 < max(apart[1:]) < 0.7 * apart[0]


def test_a_pair_depends_on_its_seed_alone() -> None:
    model = PromptToPrompt(text_to_image_parts(), STEPS)
    first, other, again = (model.pair(CAPTIONS, 0.5, seed) for seed in (1, 2, 1))
    assert [p.tobytes() for p in first] == [p.tobytes() for p in again]
    assert first[0].tobytes() != other[0].tobytes()


def test_an_editor_can_draw_no_pairs() -> None:
    with pytest.raises(WeightsError, match="text-to-image"):
        PromptToPrompt(standard_parts())


def injected(alignment: Alignment) -> list[list[float]]:
    """Where each token's map comes from: rows are tokens of the first caption, and last the second's own."""
    return [[round(value, 2) for value in row] for row in (*alignment.moved.tolist(), alignment.own.tolist())]


def test_words_that_stay_or_are_swapped_take_the_first_captions_maps() -> None:
    assert injected(align([1, 5, 2], [1, 6, 2])) == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]
    assert injected(align([1, 5, 2, 2], [1, 6, 7, 2])) == [
        [1, 0, 0, 0],
        [0, 0.5, 0.5, 0],
        [0, 0, 0, 1],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
    ]


def test_a_new_word_keeps_its_own_map_and_all_maps_sum_to_one() -> None:
    alignment = align([1, 5, 2, 2, 2], [1, 6, 5, 2, 2])
    assert alignment.own.tolist() == [0, 1, 0, 0, 0]
    first, second = torch.rand(2, 3, 7, 5, generator=torch.Generator().manual_seed(0)).softmax(-1)
    maps = alignment.injected(first, second)
    assert torch.allclose(maps.sum(-1), torch.ones(3, 7))
    ratio = maps[..., 1] / maps[..., 2]
    assert torch.allclose(ratio, second[..., 1] / first[..., 1])


@pytest.mark.parametrize("text", [None, 3])
def test_a_picture_shared_with_itself_is_stock_attention(text: int | None) -> None:
    torch.manual_seed(0)
    attention = Attention(16, cross_attention_dim=None if text is None else 12, heads=2, dim_head=8)
    states = torch.randn(1, 6, 16).repeat(4, 1, 1)
    words = None if text is None else torch.randn(2, text, 12).repeat_interleave(2, 0)
    shared = SharedAttention()
    shared.alignment = align([1, 2, 3], [1, 2, 3])
    with torch.no_grad():
        expected = AttnProcessor2_0()(attention, states, words)
        assert torch.allclose(shared(attention, states, words), expected, atol=1e-6)
