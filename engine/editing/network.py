"""The UNet as the sampler asks for it: it tells what it found deep inside, and can go on from that."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple, cast

from torch import Tensor, nn


class Found(NamedTuple):
    """The network's `prediction` (B, C, h, w), and the features `deep` in it that its last block got."""

    prediction: Tensor
    deep: Tensor


Run = Callable[..., Found]
"""A `Network`, or what runs one: (sample, times, texts) or (sample, times, texts, deep), all of B rows."""


class Network(nn.Module):
    """A `UNet2DConditionModel`, given the features of an earlier step if they are still good enough.

    With `deep` ones only the outermost blocks are computed (X. Ma, G. Fang, X. Wang, "DeepCache: Accelerating
    Diffusion Models for Free", CVPR 2024). Parameters and forward are the UNet's own.
    """

    def __init__(self, unet: Any) -> None:
        super().__init__()
        self.dtype = unet.dtype
        self._tap = _Tap(unet.up_blocks[-1])
        self._whole = _with(unet, up_blocks=nn.ModuleList([*unet.up_blocks[:-1], self._tap]))
        self._given = _Given()
        self._shallow = _with(
            unet,
            down_blocks=nn.ModuleList([_with(unet.down_blocks[0], downsamplers=None)]),
            mid_block=self._given,
            up_blocks=nn.ModuleList([unet.up_blocks[-1]]),
        )

    def forward(self, sample: Tensor, times: Tensor, texts: Tensor, deep: Tensor | None = None) -> Found:
        if deep is not None:
            self._given.features = deep
            return Found(self._shallow(sample, times, texts, return_dict=False)[0], deep)
        prediction = self._whole(sample, times, texts, return_dict=False)[0]
        return Found(prediction, cast(Tensor, self._tap.seen))


class _Tap(nn.Module):
    """The last block, remembering what it was given."""

    def __init__(self, block: Any) -> None:
        super().__init__()
        self.block, self.resnets = block, block.resnets
        self.has_cross_attention = getattr(block, "has_cross_attention", False)
        self.seen: Tensor | None = None

    def forward(self, hidden_states: Tensor, **known: Any) -> Tensor:
        self.seen = hidden_states
        return self.block(hidden_states=hidden_states, **known)


class _Given(nn.Module):
    """In the place of all the inner blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.features: Tensor | None = None

    def forward(self, sample: Tensor, emb: Tensor) -> Tensor:
        return cast(Tensor, self.features)


def _with(module: Any, **parts: nn.Module | None) -> Any:
    """A copy of the module, the same parameters in it, with other parts in the place of some."""
    twin = copy.copy(module)
    twin._modules = {**module._modules, **parts}
    return twin
