"""A preview without the decoder has the right colours in the right places, and keeps what doesn't change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional

from engine.editing import pictures, sampler
from engine.editing.linear_preview import LinearPreview, colours
from engine.editing.loading import load_components
from tests.engine.editing.tiny import photo, standard_parts

WEIGHTS = Path(__file__).parents[3] / "engine/weights/editor"


class Pooled:
    """An autoencoder whose latents are a mix of mean colours, with a little noise: as linear as they come."""

    config = type("Config", (), {"scaling_factor": 0.18215})()
    device, dtype = torch.device("cpu"), torch.float32

    def __init__(self, noise: float) -> None:
        generator = torch.Generator().manual_seed(3)
        self._mix = torch.randn(4, 3, generator=generator)
        self._noise = noise

    def encode(self, pixels: torch.Tensor) -> object:
        means = functional.avg_pool2d(pixels, 8)
        latents = torch.einsum("cr,brhw->bchw", self._mix, means) * 5 + 1
        latents += self._noise * torch.randn(latents.shape, generator=torch.Generator().manual_seed(1))
        mode = type("Mode", (), {"mode": lambda _: latents})()
        return type("Encoded", (), {"latent_dist": mode})()


def means(picture: Image.Image) -> torch.Tensor:
    return functional.avg_pool2d(pictures.to_tensor(picture), 8)


@pytest.mark.parametrize(("noise", "error"), [(0.0, 1e-4), (0.3, 0.1)])
def test_a_linear_autoencoder_is_seen_through(noise: float, error: float) -> None:
    preview = LinearPreview.fit(Pooled(noise))
    unseen = photo(128, 64, seed=9)
    latents = sampler.encode_image(Pooled(0.0), pictures.to_tensor(unseen))
    found = preview.colours(latents)
    assert found.shape == (1, 3, 8, 16)
    assert (found - means(unseen)).abs().mean() < error


def test_the_starters_autoencoder_is_seen_through() -> None:
    vae = load_components(WEIGHTS, torch.device("cpu"), torch.float32).vae
    preview = LinearPreview.fit(vae)
    unseen = photo(128, 128, seed=5)
    found = preview.colours(sampler.encode_image(vae, pictures.to_tensor(unseen)))
    assert (found - means(unseen)).abs().mean() < 0.02


def test_the_fit_beats_one_colour_for_all_whatever_the_network() -> None:
    """Even a random autoencoder of Stable Diffusion's kind says something about colours."""
    vae = standard_parts().vae
    preview = LinearPreview.fit(vae)
    drawn = colours()
    seen = functional.avg_pool2d(drawn, 8)
    error = (preview.colours(sampler.encode_image(vae, drawn)[:1]) - seen[:1]).square().mean()
    assert error < 0.9 * (seen[:1] - seen.mean((0, 2, 3), keepdim=True)).square().mean()


def test_the_same_autoencoder_gives_the_same_preview() -> None:
    vae = standard_parts().vae
    latents = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    one, two = (LinearPreview.fit(vae).colours(latents) for _ in range(2))
    assert torch.allclose(one, two, atol=1e-3)  # sums may be made in another order


def test_what_does_not_change_is_shown_in_all_its_detail() -> None:
    preview = LinearPreview.fit(Pooled(0.0))
    thumb = np.random.default_rng(0).integers(0, 256, (60, 90, 3), dtype=np.uint8)
    latents = torch.randn(1, 4, 8, 12, generator=torch.Generator().manual_seed(1))
    assert np.array_equal(pictures.laid_over(thumb, preview.change(latents, latents)), thumb)


def test_what_changes_is_shown_in_its_place_and_colour() -> None:
    vae = Pooled(0.0)
    before, after = Image.new("RGB", (128, 64), (100, 100, 100)), Image.new("RGB", (128, 64), (100, 100, 100))
    after.paste((200, 60, 100), (64, 0, 128, 64))
    before_latents, after_latents = (
        sampler.encode_image(vae, pictures.to_tensor(each)) for each in (before, after)
    )
    change = LinearPreview.fit(vae).change(before_latents, after_latents)
    shown = pictures.laid_over(np.asarray(before), change)
    assert np.abs(shown[:, :56].astype(int) - 100).max() <= 1
    assert np.abs(shown[:, 76:].astype(int) - [200, 60, 100]).max() <= 1


def test_the_views_of_one_picture_are_averaged() -> None:
    preview = LinearPreview.fit(Pooled(0.0))
    latents = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    each = [preview.colours(latents[number : number + 1]) for number in range(2)]
    assert torch.allclose(preview.colours(latents), (each[0] + each[1]) / 2, atol=1e-5)
