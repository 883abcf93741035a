"""Which kinds of things the starter sees in photos, and networks that are damaged, or other ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image
from skimage import data
from torch.nn import functional
from transformers import MobileNetV2Config

from bot.cli import main
from engine.editing.knowledge import Knowledge, Looks
from engine.editing.segmenter.network import SEGMENTER, Segmenter, empty, load_segmenter
from engine.editing.segmenter.package import fill, read
from engine.errors import WeightsError
from tests.engine.editing.tiny import photo

STARTER = Path(__file__).parents[3] / "engine/weights/editor"
LABELS = ("background", "bicycle, bike", "motorbike, bike", "table", "sofa")


def tiny() -> Segmenter:
    torch.manual_seed(0)
    names = dict(enumerate(LABELS))
    config = MobileNetV2Config(
        depth_multiplier=0.1, id2label=names, label2id={v: k for k, v in names.items()}
    )
    return Segmenter(empty(config).eval())


@pytest.fixture(scope="module")
def starter() -> Segmenter:
    found = load_segmenter(STARTER)
    assert found is not None
    return found


@pytest.mark.parametrize("size", [(1, 1), (700, 3), (64, 48), (20, 300)])
def test_any_size_has_a_mask_of_its_size(size: tuple[int, int]) -> None:
    found = tiny().kinds()["sofa"](photo(*size))
    assert found.shape == size[::-1]
    assert 0 <= found.min() <= found.max() <= 1


def test_a_name_of_two_kinds_means_both() -> None:
    kinds, picture = tiny().kinds(), photo(64, 48)  # a table is no name: what stands on it counts as table
    assert set(kinds) == {"bicycle", "motorbike", "bike", "sofa"}
    assert np.allclose(kinds["bike"](picture), kinds["bicycle"](picture) + kinds["motorbike"](picture))
    assert np.allclose(tiny().in_front(picture), kinds["bike"](picture))


@pytest.mark.parametrize("name", ["motorcycle", "bike", "vehicle"])
def test_the_starter_sees_a_motorcycle(starter: Segmenter, name: str) -> None:
    picture = Image.fromarray(data.stereo_motorcycle()[0])
    likely = starter.kinds()[name](picture)
    height, width = likely.shape
    assert likely[height // 2, width // 2] > 0.9
    assert likely[: height // 10].mean() < 0.1
    assert starter.kinds()["cat"](picture).max() < 0.5


def test_the_starter_sees_whom_no_face_vouches_for(starter: Segmenter) -> None:
    faceless = Image.fromarray(data.astronaut()[230:])
    assert starter.kinds()["person"](faceless)[100:, 100:250].mean() > 0.7


def test_what_is_clear_is_taken_for_what_stands_in_front_and_else_another_is_asked() -> None:
    def seeing(level: float) -> Looks:
        return lambda picture: np.full(picture.size[::-1], level, np.float32)

    def front(level: float) -> float:
        known = Knowledge(frozenset(), looks=lambda wish: seeing(0.3), before=seeing(level))
        assert known.in_front is not None
        return float(known.in_front(photo(20, 10)).mean())

    assert front(0.95) == pytest.approx(0.95)
    assert front(0.85) == pytest.approx(0.3)


@pytest.mark.parametrize("content", [b"", b"no weights", b"\x08\0\0\0\0\0\0\0{}      "])
def test_damaged_weights_are_a_sentence(content: bytes, tmp_path: Path) -> None:
    folder = tmp_path / SEGMENTER
    folder.mkdir()
    (folder / "config.json").write_bytes((STARTER / SEGMENTER / "config.json").read_bytes())
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(WeightsError, match=r"segmenter can't be used"):
        load_segmenter(tmp_path)


def test_an_editor_may_have_none(tmp_path: Path) -> None:
    assert load_segmenter(tmp_path) is None


def test_arrays_are_read_in_order(tmp_path: Path) -> None:
    first, second = np.arange(6, dtype=np.float32).reshape(2, 3), np.array([7, 8], np.int32)
    content = first.tobytes() + second.tobytes()
    (tmp_path / "one").write_bytes(content[:10])
    (tmp_path / "two").write_bytes(content[10:])
    weights = [
        {"name": "a", "shape": [2, 3], "dtype": "float32"},
        {"name": "b", "shape": [2], "dtype": "int32"},
    ]
    manifest = {"weightsManifest": [{"paths": ["one", "two"], "weights": weights}]}
    (tmp_path / "model.json").write_text(json.dumps(manifest))
    found = read(tmp_path)
    assert np.array_equal(found["a"], first)
    assert np.array_equal(found["b"], second)


@pytest.mark.parametrize("alone", [False, True])
def test_a_layer_does_what_tensorflow_did(alone: bool, random_array: Callable[..., np.ndarray]) -> None:
    net = empty(MobileNetV2Config(num_labels=3))
    stem = net.mobilenet_v2.conv_stem
    layer = (stem.conv_3x3 if alone else stem.reduce_1x1).eval()
    shift = random_array(32 if alone else 16)
    arrays = {"it/BatchNorm/FusedBatchNorm/Offset": shift}
    seen = torch.from_numpy(random_array(1, 32, 8, 8))
    if alone:
        kernel, scale = random_array(3, 3, 32, 1), random_array(32)
        arrays |= {"it/depthwise_weights": kernel, "it/BatchNorm/FusedBatchNorm/Scaled": scale}
        whole = torch.from_numpy(kernel * scale[None, None, :, None]).permute(2, 3, 0, 1)
        expected = functional.conv2d(seen, whole, torch.from_numpy(shift), padding=1, groups=32).clamp(0, 6)
    else:
        kernel = random_array(1, 1, 32, 16)
        arrays |= {"it/Conv2D/merged_input": kernel}
        weight = torch.from_numpy(kernel).permute(3, 2, 0, 1)
        expected = functional.conv2d(seen, weight, torch.from_numpy(shift))
    fill(arrays, layer, "it")
    with torch.no_grad():
        assert torch.allclose(layer(seen), expected, atol=1e-4)


@pytest.fixture
def random_array() -> Callable[..., np.ndarray]:
    rng = np.random.default_rng(0)
    return lambda *shape: rng.normal(size=shape).astype(np.float32)


def test_another_package_is_a_sentence(tmp_path: Path) -> None:
    outcome = CliRunner().invoke(main, ["data", "segmenter", str(tmp_path), "--editor", str(tmp_path)])
    assert outcome.exit_code
    assert "is not the package that I know" in outcome.output
