"""The linear autoencoder never loses a picture it was fitted on, nor changes when saved and loaded."""

from __future__ import annotations

from pathlib import Path

import torch

from engine.editing.autoencoder import PatchAutoencoder


def fitted(channels: int = 6) -> tuple[PatchAutoencoder, torch.Tensor]:
    """Pictures that live in six dimensions per patch, so six channels hold all of them."""
    torch.manual_seed(0)
    basis = torch.randn(channels, 192)
    codes = torch.randn(40, channels, 4, 5)
    pixels = torch.nn.functional.pixel_shuffle(torch.einsum("bchw,cp->bphw", codes, basis), 8)
    vae = PatchAutoencoder(latent_channels=channels, whitening=0.5)
    return vae.fit(vae.patches(pixels).permute(0, 2, 3, 1).reshape(-1, 192)), pixels


def test_decoding_gives_back_what_was_encoded() -> None:
    vae, pixels = fitted()
    latents = vae.encode(pixels).latent_dist.mode()
    assert latents.shape == (40, 6, 4, 5)
    assert torch.allclose(vae.decode(latents).sample, pixels, atol=1e-3)


def test_latents_have_unit_variance_on_the_whole() -> None:
    vae, pixels = fitted()
    latents = vae.encode(pixels).latent_dist.mode()
    assert abs(latents.square().mean() - 1) < 0.05


def test_the_difference_of_equal_latents_is_nothing() -> None:
    vae, pixels = fitted(4)
    latents = vae.encode(pixels).latent_dist.mode()
    assert torch.equal(vae.decode(latents).sample, vae.decode(latents.clone()).sample)


def test_saved_and_loaded_it_is_the_same(tmp_path: Path) -> None:
    vae, pixels = fitted()
    vae.save_pretrained(tmp_path)
    again = PatchAutoencoder.from_pretrained(tmp_path)
    assert torch.equal(vae.encode(pixels).latent_dist.mode(), again.encode(pixels).latent_dist.mode())
