"""Taking a picture apart into shifted views and putting it together never changes it."""

from __future__ import annotations

import pytest
import torch

from engine.editing import views


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_joined_views_are_the_picture(count: int) -> None:
    wider = views.margin(count)
    pixels = torch.randn(1, 3, 16 + wider, 24 + wider)
    parts = views.split(pixels, count)
    assert parts.shape == (count, 3, 16, 24)
    joined = views.join(parts)
    covered = joined != 0  # with two or three views, corners of the margin are in none
    assert joined.shape == pixels.shape
    assert torch.allclose(joined[covered], pixels[covered], atol=1e-6)
    assert count in (2, 3) or covered.all()


def test_a_seam_of_one_view_is_halved_by_the_others() -> None:
    seam = torch.zeros(4, 1, 16, 16)
    seam[0, :, :, 8:] = 1.0
    steps = views.join(seam)[0, 0].diff(dim=1).abs()
    assert steps.max() <= 0.5
