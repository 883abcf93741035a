"""A second set of the same weights in fp32, for the edit whose numbers overflowed in half precision."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace

import torch

from engine.editing.loading import Components


class NotFinite(ArithmeticError):
    """Numbers overflowed: some are NaN or infinite."""


class Precise:
    """There only as long as somebody uses it: it takes twice the memory of the first."""

    def __init__(self, parts: Components) -> None:
        self._parts = parts
        self._precise: Components | None = None
        self._users = 0

    @contextmanager
    def use(self) -> Generator[Components]:
        self._users += 1
        try:
            yield self.parts
        finally:
            self._users -= 1
            if not self._users:
                self._precise = None

    @property
    def parts(self) -> Components:
        if self._precise is None:
            unet, vae, text_encoder = (
                deepcopy(part).float()
                for part in (self._parts.unet, self._parts.vae, self._parts.text_encoder)
            )
            self._precise = replace(self._parts, unet=unet, vae=vae, text_encoder=text_encoder)
        return self._precise


def check_finite(values: torch.Tensor, what: str) -> None:
    """Raise `NotFinite`, saying `what` they are, for values that are of no use."""
    if not bool(torch.isfinite(values).all()):
        raise NotFinite(f"{what} holds values that are no numbers")
