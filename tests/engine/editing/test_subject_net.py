"""What the starter takes for the subject, and weights that are not there or are damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.editing.subject_net import SIDE, SubjectNet, load, save, subject
from engine.errors import WeightsError
from tests.engine.editing.tiny import photo


def random_net() -> SubjectNet:
    torch.manual_seed(0)
    return SubjectNet(12).eval()


def test_untrained_it_does_not_listen(tmp_path: Path) -> None:
    net = random_net()
    one, other = torch.randn(2, 1, 5, 12)
    assert np.array_equal(subject(net, photo(50, 40), one), subject(net, photo(50, 40), other))


@pytest.mark.parametrize("size", [(1, 1), (300, 7), (SIDE, SIDE), (40, 900)])
def test_any_size_has_a_mask_of_its_size(size: tuple[int, int]) -> None:
    found = subject(random_net(), photo(*size), torch.randn(1, 5, 12))
    assert found.shape == size[::-1]
    assert 0 <= found.min() <= found.max() <= 1


def test_saved_and_loaded_it_finds_the_same(tmp_path: Path) -> None:
    net = random_net()
    save(net, tmp_path / "subject")
    again = load(tmp_path)
    assert again is not None
    text = torch.randn(1, 5, 12)
    assert np.allclose(subject(net, photo(64, 48), text), subject(again, photo(64, 48), text), atol=0.02)


def test_an_editor_may_have_none(tmp_path: Path) -> None:
    assert load(tmp_path) is None


@pytest.mark.parametrize("content", [b"", b"no weights", b"\x08\0\0\0\0\0\0\0{}      "])
def test_damaged_weights_are_a_sentence(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "subject" / "model.safetensors"
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(WeightsError, match=r"model\.safetensors can't be used"):
        load(tmp_path)
