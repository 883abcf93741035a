"""The network of MediaPipe's selfie segmentation: a MobileNetV3-like encoder, and a decoder with gates.

Howard et al., "Searching for MobileNetV3" (2019), section 5; the layers follow MediaPipe's "general" model,
whose weights (Apache-2.0) lie in `engine/weights/people`.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

SIDE = 256
"""Pixels of the square that the network sees."""

DEEP = 128
"""Channels of the deepest features."""

Activation = Callable[[Tensor], Tensor]


class Conv(nn.Conv2d):
    """A convolution padded as TensorFlow does: with stride 2 the spare sample goes to the right and below."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> None:
        super().__init__(inputs, outputs, kernel, stride, groups=groups)
        spare = kernel - stride
        self.around = (spare // 2, spare - spare // 2) * 2 if kernel > 1 else (0, 0, 0, 0)

    def forward(self, values: Tensor) -> Tensor:
        return super().forward(functional.pad(values, self.around))


class Gate(nn.Module):
    """Squeeze and excite: a factor per channel, from the channels' means."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.squeeze, self.excite = Conv(channels, squeezed), Conv(squeezed, channels)

    def forward(self, values: Tensor) -> Tensor:
        return self.excite(self.squeeze(mean(values)).relu()).sigmoid()


class Block(nn.Module):
    """Widen, look around, weigh the channels, narrow; the input is added where the shapes agree."""

    def __init__(
        self,
        inputs: int,
        wide: int,
        outputs: int,
        kernel: int,
        stride: int,
        squeezed: int,
        activation: Activation,
    ) -> None:
        super().__init__()
        self.expand = Conv(inputs, wide)
        self.around = Conv(wide, wide, kernel, stride, groups=wide)
        self.gate = Gate(wide, squeezed) if squeezed else None
        self.project = Conv(wide, outputs)
        self.activation = activation
        self.adds = stride == 1 and inputs == outputs

    def forward(self, values: Tensor) -> Tensor:
        inner = self.activation(self.around(self.activation(self.expand(values))))
        if self.gate is not None:
            inner = inner * self.gate(inner)
        inner = self.project(inner)
        return inner + values if self.adds else inner


class Up(nn.Module):
    """Double the size and join what the encoder knew at that size."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.narrow = Conv(inputs, outputs)
        self.gate = Gate(outputs, outputs)
        self.mix = Conv(outputs, outputs)
        self.around = Conv(outputs, outputs, 3, groups=outputs)

    def forward(self, values: Tensor, skipped: Tensor) -> Tensor:
        large = functional.interpolate(values, scale_factor=2, mode="bilinear", align_corners=False)
        large = self.narrow(large)
        mixed = self.mix(skipped * self.gate(skipped + large) + large).relu()
        return mixed + self.around(mixed).relu()


class PeopleNet(nn.Module):
    """(N, 3, 256, 256) sRGB samples from 0 to 1 → (N, 1, 256, 256), how likely each belongs to a person."""

    def __init__(self) -> None:
        super().__init__()
        relu, swish = functional.relu, functional.hardswish
        self.stem = Conv(3, 16, 3, 2)
        self.quarter = Block(16, 16, 16, 3, 2, 8, relu)
        self.eighth = nn.Sequential(Block(16, 72, 24, 3, 2, 0, relu), Block(24, 88, 24, 3, 1, 0, relu))
        self.sixteenth = nn.Sequential(
            Block(24, 96, 32, 5, 2, 24, swish),
            Block(32, 128, 32, 5, 1, 32, swish),
            Block(32, 128, 32, 5, 1, 32, swish),
            Block(32, 96, 32, 5, 1, 24, swish),
            Block(32, 96, 32, 5, 1, 24, swish),
        )
        self.widen, self.weigh = Conv(32, DEEP), Conv(32, DEEP)
        self.up_eighth, self.up_quarter, self.up_half = Up(DEEP, 24), Up(24, 16), Up(16, 16)
        self.last = nn.ConvTranspose2d(16, 1, 2, 2)

    def forward(self, picture: Tensor) -> Tensor:
        return self.drawn(*self.seen(picture)).sigmoid()

    def seen(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Features of the picture: DEEP at a sixteenth of its size, then at an eighth, a quarter, half."""
        half = functional.hardswish(self.stem(picture))
        quarter = self.quarter(half)
        eighth = self.eighth(quarter)
        deep = self.sixteenth(eighth)
        return self.widen(deep).relu() * self.weigh(mean(deep)).sigmoid(), eighth, quarter, half

    def drawn(self, deep: Tensor, eighth: Tensor, quarter: Tensor, half: Tensor) -> Tensor:
        """The mask's logits."""
        return self.last(self.up_half(self.up_quarter(self.up_eighth(deep, eighth), quarter), half))


def mean(values: Tensor) -> Tensor:
    """Over each channel; (N, C, 1, 1)."""
    return torch.mean(values, (2, 3), keepdim=True)
