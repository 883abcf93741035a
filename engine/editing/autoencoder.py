"""A linear autoencoder: principal components of 8 x 8 colour patches, with AutoencoderKL's interface.

It needs no training, is sharp for its size and works on any photo. Since it is linear, an edit can be taken
over as a difference: `decode(edited) - decode(source)` added to the source leaves unchanged pixels unchanged.

Two others are trained: one has the same latents, and a small network that adds what those leave out; one is
convolutional in and out.
"""

from __future__ import annotations

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.autoencoders.vae import DecoderOutput
from diffusers.models.modeling_outputs import AutoencoderKLOutput
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn
from torch.nn import functional


class Exact:
    """The distribution of a deterministic encoder: all of it in one point."""

    def __init__(self, latents: Tensor) -> None:
        self._latents = latents

    def mode(self) -> Tensor:
        return self._latents

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        return self._latents


class PatchAutoencoder(ModelMixin, ConfigMixin):
    """Pictures (B, 3, H, W) in [-1, 1] to latents (B, `latent_channels`, H / 8, W / 8) and back.

    `whitening` w scales component c by its standard deviation to the power -w: 1 makes all channels equally
    strong, 0 keeps the components' own strength. Over all channels the mean variance is 1.
    """

    @register_to_config
    def __init__(
        self,
        latent_channels: int = 32,
        patch_size: int = 8,
        whitening: float = 0.5,
        scaling_factor: float = 1.0,
        block_out_channels: tuple[int, ...] = (1, 1, 1, 1),
    ) -> None:
        super().__init__()
        size = 3 * patch_size**2
        self.mean = nn.Parameter(torch.zeros(size), requires_grad=False)
        self.components = nn.Parameter(torch.zeros(latent_channels, size), requires_grad=False)
        self.scale = nn.Parameter(torch.ones(latent_channels), requires_grad=False)

    @torch.no_grad()
    def fit(self, patches: Tensor) -> PatchAutoencoder:
        """Fit in closed form on patches (N, 3 · p · p) of pictures in [-1, 1]."""
        centred = patches.double() - patches.double().mean(0)
        values, vectors = torch.linalg.eigh(centred.T @ centred / len(centred))
        keep = self.config.latent_channels
        deviations = values.flip(0)[:keep].clamp_min(1e-9).sqrt()
        scale = deviations ** (-self.config.whitening)
        scale /= (deviations * scale).square().mean().sqrt()
        self.mean.copy_(patches.double().mean(0))
        self.components.copy_(vectors.flip(1)[:, :keep].T)
        self.scale.copy_(scale)
        return self

    def patches(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, 3 · p · p, H / p, W / p)."""
        return functional.pixel_unshuffle(pixels, self.config.patch_size)

    def encode(self, x: Tensor, return_dict: bool = True) -> AutoencoderKLOutput | tuple[Exact]:
        """`.latent_dist.mode()` holds the latents, as with AutoencoderKL."""
        centred = self.patches(x) - self.mean[None, :, None, None]
        weight = self.components * self.scale[:, None]
        found = Exact(functional.conv2d(centred, weight[..., None, None]))
        return AutoencoderKLOutput(latent_dist=found) if return_dict else (found,)  # type: ignore[arg-type]

    def decode(self, z: Tensor, return_dict: bool = True, **_: object) -> DecoderOutput | tuple[Tensor]:
        """`.sample` holds the pictures, not clamped."""
        weight = (self.components / self.scale[:, None]).T
        patches = functional.conv2d(z, weight[..., None, None]) + self.mean[None, :, None, None]
        pixels = functional.pixel_shuffle(patches, self.config.patch_size)
        return DecoderOutput(sample=pixels) if return_dict else (pixels,)


class _Block(nn.Module):
    """Adds to its input, at first nothing; without normalisation, as in EDSR (B. Lim et al., CVPR workshops
    2017): there, too, a way without any activation leads from end to end, which can't die off."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = _silent(nn.Conv2d(width, width, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(functional.silu(self.first(x)))


def _silent(layer: nn.Conv2d) -> nn.Conv2d:
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def _network(inward: int, width: int, blocks: int, outward: int) -> nn.Sequential:
    ends = nn.Conv2d(inward, width, 3, padding=1), nn.Conv2d(width, outward, 3, padding=1)
    return nn.Sequential(ends[0], *(_Block(width) for _ in range(blocks)), ends[1])


class ResidualAutoencoder(PatchAutoencoder):
    """The linear autoencoder, and a convolutional network that adds to the decoded picture.

    The latents are the linear one's, so a UNet trained on those works with it as it is. The network sees the
    decoded picture in cells of a patch, and from a patch's neighbours tells what the components leave out:
    edges that go on, seams. Untrained it adds nothing.
    """

    @register_to_config
    def __init__(
        self,
        latent_channels: int = 32,
        patch_size: int = 8,
        whitening: float = 0.5,
        scaling_factor: float = 1.0,
        block_out_channels: tuple[int, ...] = (1, 1, 1, 1),
        width: int = 112,
        blocks: int = 2,
    ) -> None:
        super().__init__(latent_channels, patch_size, whitening, scaling_factor, block_out_channels)
        size = 3 * patch_size**2
        self.residual = _network(size, width, blocks, size)
        _silent(self.residual[-1])

    @classmethod
    def on(cls, linear: PatchAutoencoder) -> ResidualAutoencoder:
        """An untrained one with the latents of `linear`."""
        made = cls(**{name: value for name, value in linear.config.items() if not name.startswith("_")})
        made.load_state_dict(linear.state_dict(), strict=False)
        return made

    def decode(self, z: Tensor, return_dict: bool = True, **_: object) -> DecoderOutput | tuple[Tensor]:
        """`.sample` holds the pictures, not clamped."""
        (pixels,) = super().decode(z, return_dict=False)
        added = self.residual(self.patches(pixels))
        pixels = pixels + functional.pixel_shuffle(added, self.config.patch_size)
        return DecoderOutput(sample=pixels) if return_dict else (pixels,)


class ConvolutionalAutoencoder(ModelMixin, ConfigMixin):
    """A small network in, another out, both in cells of a patch: no cheaper place to compute. Deterministic.

    Pictures (B, 3, H, W) in [-1, 1] to latents (B, `latent_channels`, H / 8, W / 8) and back.
    """

    @register_to_config
    def __init__(
        self,
        latent_channels: int = 32,
        patch_size: int = 8,
        scaling_factor: float = 1.0,
        block_out_channels: tuple[int, ...] = (1, 1, 1, 1),
        width: int = 88,
        blocks: int = 2,
    ) -> None:
        super().__init__()
        size = 3 * patch_size**2
        self.encoder = _network(size, width, blocks, latent_channels)
        self.decoder = _network(latent_channels, width, blocks, size)

    def encode(self, x: Tensor, return_dict: bool = True) -> AutoencoderKLOutput | tuple[Exact]:
        """`.latent_dist.mode()` holds the latents, as with AutoencoderKL."""
        found = Exact(self.encoder(functional.pixel_unshuffle(x, self.config.patch_size)))
        return AutoencoderKLOutput(latent_dist=found) if return_dict else (found,)  # type: ignore[arg-type]

    def decode(self, z: Tensor, return_dict: bool = True, **_: object) -> DecoderOutput | tuple[Tensor]:
        """`.sample` holds the pictures, not clamped."""
        pixels = functional.pixel_shuffle(self.decoder(z), self.config.patch_size)
        return DecoderOutput(sample=pixels) if return_dict else (pixels,)
