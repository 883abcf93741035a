"""No pair changes anything outside its mask, and no photo is ever in two splits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from engine.editing.data import effects, styles
from engine.editing.data.build import build
from engine.editing.data.material import Cutouts, Material, Photos, Split, group_of, split_of
from engine.editing.data.recipes import RECIPES
from engine.editing.data.scenes import COLOURS, SCENES
from tests.engine.editing.material import material
from tests.engine.editing.tiny import photo


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory):
    return material(tmp_path_factory.mktemp("material"))


@pytest.mark.parametrize("name", list(RECIPES))
def test_outside_the_mask_source_and_target_are_equal(maker, name: str) -> None:
    drawn = Material(Photos(maker.photos, "train"), Cutouts(maker.cutouts, maker.labels))
    for seed in range(3):
        pair = RECIPES[name][0](drawn, (64, 80), np.random.default_rng(seed))
        assert pair.source.shape == pair.target.shape == (64, 80, 3)
        outside = pair.mask == 0
        assert np.array_equal(pair.source[outside], pair.target[outside])
        assert pair.target.min() >= 0 and pair.target.max() <= 1
        assert pair.phrasings and all(said == said.strip() for said in pair.phrasings)


@pytest.mark.parametrize("name", [*effects.EFFECTS, *styles.STYLES])
def test_every_effect_gives_a_picture_of_the_same_size(name: str) -> None:
    pixels = np.asarray(photo(50, 40), np.float32) / 255
    result = (effects.EFFECTS | styles.STYLES)[name](pixels, np.random.default_rng(0))
    assert result.shape == pixels.shape
    assert result.min() >= 0 and result.max() <= 1
    assert np.abs(result - pixels).mean() > 0.01


def test_night_is_darker_and_bluer() -> None:
    pixels = np.asarray(photo(50, 40), np.float32) / 255
    result = effects.night(pixels, np.random.default_rng(0))
    assert result.mean() < 0.5 * pixels.mean()
    assert result[..., 2].mean() > result[..., 0].mean()


@pytest.mark.parametrize("name", list(SCENES))
def test_every_scene_fills_any_size(name: str) -> None:
    for shape in ((64, 80), (33, 17)):
        assert SCENES[name](shape, np.random.default_rng(0)).shape == (*shape, 3)


def test_thirteen_background_colours_are_apart() -> None:
    colours = np.array(list(COLOURS.values()))
    apart = np.abs(colours[:, None] - colours[None]).sum(-1) + np.eye(len(colours))
    assert len(colours) == 13
    assert apart.min() > 0.25


def test_no_photo_is_in_two_splits(maker) -> None:
    files = [{f.name for f in Photos(maker.photos, split).files} for split in get_args(Split)]
    assert sum(map(len, files)) == len(set().union(*files)) == 60


def test_views_of_one_picture_share_a_split() -> None:
    assert group_of("scene-budgie-serene-left.jpg") == group_of("scene-budgie-serene.jpg")
    assert split_of(group_of("scene-hdri-lebombo-2.jpg")) == split_of(group_of("scene-hdri-lebombo-4.jpg"))


def test_a_set_on_disk_is_complete_and_the_same_for_any_number_of_workers(maker, tmp_path: Path) -> None:
    one = build([maker], tmp_path / "one", workers=1)
    two = build([maker], tmp_path / "two", workers=2)
    assert one == two
    rows = [json.loads(line) for line in (tmp_path / "one/train.jsonl").read_text().splitlines()]
    assert len(rows) == 24
    for row in rows:
        sizes = {Image.open(tmp_path / "one" / row[part]).size for part in ("source", "target", "mask")}
        assert len(sizes) == 1
        assert row["instruction"] in row["phrasings"]
        again = [(tmp_path / side / row["target"]).read_bytes() for side in ("one", "two")]
        assert again[0] == again[1]
    assert (tmp_path / "one/README.md").is_file() and (tmp_path / "one/sheet.png").is_file()
