"""Features never come from weights that are made up, and never depend on a picture's mode or size alone."""

from __future__ import annotations

import builtins
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from skimage import data

from engine.editing.clip import Clip
from engine.editing.measures import features
from engine.errors import WeightsError
from tests.engine.editing.tiny import photo
from tests.engine.editing.tiny_clip import save_clip

CPU = torch.device("cpu")
TABBY, ESPRESSO = {281, 282, 285}, {967}


def test_the_network_sees_what_is_in_a_photo() -> None:
    """ImageNet's classes of two photos that ship with scikit-image: weights, scale and padding are right."""
    network = features.efficientnet(CPU)
    assert network is not None
    for picture, classes in ((data.chelsea(), TABBY), (data.coffee(), ESPRESSO)):
        found = network(Image.fromarray(picture))
        assert found.shape == (1280,) and found.dtype == np.float32
        logits = network._model._fc(torch.from_numpy(found))
        assert int(logits.argmax()) in classes


def test_a_picture_is_nearest_to_itself_in_another_size() -> None:
    network = features.efficientnet(CPU)
    assert network is not None
    cat, coffee = (Image.fromarray(picture) for picture in (data.chelsea(), data.coffee()))
    smaller = cat.resize((300, 200), Image.Resampling.BICUBIC)
    apart = np.linalg.norm(network(cat) - network(smaller))
    assert apart < 0.5 * np.linalg.norm(network(cat) - network(coffee))


def test_without_the_packages_there_is_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("efficientnet"):
            raise ModuleNotFoundError(name=name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    assert features.efficientnet(CPU) is None


def test_clip_puts_pictures_and_captions_into_one_space(tmp_path: Path) -> None:
    clip = Clip.load(save_clip(tmp_path / "clip"), CPU)
    picture, caption = clip(photo(50, 40)), clip.caption("make it night")
    assert picture.shape == caption.shape == (16,)
    assert clip.name == "clip (clip)"
    assert not np.allclose(picture, clip(photo(50, 40, seed=1)))
    assert not np.allclose(caption, clip.caption("add a cat on the left"))
    assert clip.caption("a cat " * 200).shape == (16,)


def test_a_folder_that_is_no_clip_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="not a CLIP"):
        Clip.load(tmp_path, CPU)


def test_a_clip_that_lacks_weights_is_refused(tmp_path: Path) -> None:
    folder = save_clip(tmp_path / "clip")
    weights = load_file(folder / "model.safetensors")
    del weights["text_projection.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(WeightsError, match="1 of its weights"):
        Clip.load(folder, CPU)


def test_another_model_s_folder_is_refused(tmp_path: Path) -> None:
    folder = save_clip(tmp_path / "clip")
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["hidden_size"] = 64
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(WeightsError):
        Clip.load(folder, CPU)
