"""Blended weights never lie anywhere but between the two models."""

from __future__ import annotations

import torch

from engine.dialogue.training.export import blend_with, state_of
from tests.engine.dialogue.tiny import random_model


def test_a_blend_lies_between() -> None:
    model = random_model(seed=5).model
    before = state_of(model)
    with torch.no_grad():
        for tensor in model.parameters():
            tensor.add_(1.0)
    blend_with(model, before, 0.25)
    for name, tensor in model.state_dict().items():
        if tensor.is_floating_point() and "final_logits_bias" not in name:
            torch.testing.assert_close(tensor, before[name] + 0.25)
    blend_with(model, before, 0.0)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
