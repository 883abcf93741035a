"""No part of a picture escapes the checker, and weights that it lacks never become random verdicts."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from safetensors.torch import load_file, save_file

from engine.errors import WeightsError
from engine.safety.checker import MOST_LOOKS, SafetyChecker, looks
from tests.engine.editing.tiny import photo
from tests.engine.safety import tiny

CPU = torch.device("cpu")
BAD, GOOD = photo(90, 90, seed=1), photo(90, 90, seed=2)


@pytest.mark.parametrize("size", [(90, 60), (1, 1), (700, 3), (3, 700), (2000, 1500)])
def test_thresholds_decide(size: tuple[int, int]) -> None:
    assert tiny.checker("all").flags(photo(*size))
    assert not tiny.checker("none").flags(photo(*size))


def test_the_network_decides() -> None:
    checker = tiny.checker_against(BAD)
    assert checker.flags(BAD)
    assert not checker.flags(GOOD)


@pytest.mark.parametrize("place", [(0, 0), (180, 0), (90, 0)])
@pytest.mark.parametrize("upright", [False, True])
def test_what_stands_beside_the_middle_is_seen(place: tuple[int, int], upright: bool) -> None:
    wide = Image.new("RGB", (270, 90))
    for left in (0, 90, 180):
        wide.paste(GOOD, (left, 0))
    checker = tiny.checker_against(BAD)
    assert not checker.flags(wide)
    wide.paste(BAD, place)
    if upright:
        tall = Image.new("RGB", (90, 270))
        for left in (0, 90, 180):
            tall.paste(wide.crop((left, 0, left + 90, 90)), (0, left))
        wide = tall
    assert checker.flags(wide)


@settings(deadline=None)
@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_looks_cover_the_picture_without_gaps(width: int, height: int) -> None:
    boxes = looks(width, height)
    assert len(boxes) <= MOST_LOOKS + 1
    assert (boxes[0][0], boxes[0][1]) == (0, 0)
    assert boxes[-1][2:] == (width, height)
    for (left, top, right, bottom), after in itertools.pairwise(boxes):
        assert after[0] <= right + 1e-6 and after[1] <= bottom + 1e-6
        assert 0 <= left < right <= width and 0 <= top < bottom <= height


def test_a_pipeline_s_folder_and_the_checker_s_own_load_alike(tmp_path: Path) -> None:
    pipeline = tiny.save(tiny.checker_against(BAD)._model, tmp_path / "pipeline")
    own = shutil.copytree(pipeline / "safety_checker", tmp_path / "own")
    shutil.copy(pipeline / "feature_extractor" / "preprocessor_config.json", own)
    for folder in (pipeline, own):
        checker = SafetyChecker.load(folder, CPU)
        assert checker.flags(BAD)
        assert not checker.flags(GOOD)


def test_weights_as_they_were_published_load(tmp_path: Path) -> None:
    """In 2022 the vision model's weights had one prefix more, and sizes were plain numbers."""
    folder = tiny.save(tiny.checker_against(BAD)._model, tmp_path)
    file = folder / "safety_checker" / "model.safetensors"
    weights = {
        f"vision_model.{name}" if name.startswith("vision_model.") else name: weight
        for name, weight in load_file(file).items()
    }
    weights["vision_model.vision_model.embeddings.position_ids"] = torch.arange(10)[None]
    save_file(weights, file, metadata={"format": "pt"})
    settings = {
        "crop_size": tiny.SIDE,
        "size": tiny.SIDE,
        "resample": 3,
        "do_center_crop": True,
        "do_normalize": True,
        "do_resize": True,
        "feature_extractor_type": "CLIPFeatureExtractor",
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711],
    }
    (folder / "feature_extractor" / "preprocessor_config.json").write_text(json.dumps(settings))
    checker = SafetyChecker.load(folder, CPU)
    assert checker.flags(BAD)
    assert not checker.flags(GOOD)


def test_a_missing_weight_is_an_error_and_not_a_random_number(tmp_path: Path) -> None:
    folder = tiny.save(tiny.model(tiny.FLAGS_ALL), tmp_path)
    file = folder / "safety_checker" / "model.safetensors"
    weights = load_file(file)
    del weights["concept_embeds"]
    save_file(weights, file, metadata={"format": "pt"})
    with pytest.raises(WeightsError, match="concept_embeds"):
        SafetyChecker.load(folder, CPU)
