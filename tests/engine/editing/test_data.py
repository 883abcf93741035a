"""No pair changes anything outside its mask, and no photo, drawing or place is ever in two splits."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from engine.editing.data import effects, looks, styles
from engine.editing.data.avatars import BEARDS, CLOTHES, GLASSES, HAIR, HATS, Face
from engine.editing.data.build import build
from engine.editing.data.cutouts import Cutout, Cutouts, catalogue
from engine.editing.data.drawings import drawing
from engine.editing.data.material import Material, Photos
from engine.editing.data.recipes import RECIPES, lit_twice
from engine.editing.data.scenes import COLOURS, SCENES
from engine.editing.data.splits import Split, group_of, split_of
from engine.editing.data.staging import Actor, Stage, staged
from tests.engine.editing.material import material
from tests.engine.editing.tiny import photo


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory):
    return material(tmp_path_factory.mktemp("material"))


@pytest.mark.parametrize("name", list(RECIPES))
def test_outside_the_mask_source_and_target_are_equal(maker, name: str) -> None:
    drawn = Material.read(maker.photos, maker.cutouts, maker.labels, "train")
    for seed in range(3):
        pair = RECIPES[name][0](drawn, (64, 80), np.random.default_rng(seed))
        assert pair.source.shape == pair.target.shape == (64, 80, 3)
        outside = pair.mask == 0
        assert np.array_equal(pair.source[outside], pair.target[outside])
        assert pair.target.min() >= 0 and pair.target.max() <= 1
        assert pair.phrasings and all(said == said.strip() for said in pair.phrasings)


@pytest.mark.parametrize("name", list(RECIPES))
def test_only_masks_that_were_looked_for_in_a_photo_are_called_traced(maker, name: str) -> None:
    drawn = Material.read(maker.photos, maker.cutouts, maker.labels, "train")
    traced = {RECIPES[name][0](drawn, (48, 48), np.random.default_rng(seed)).traced for seed in range(12)}
    of_photos = {"background colour", "background scene", "background light", "recolour"}
    assert traced == ({True, False} if name in of_photos else {False})


@pytest.mark.parametrize("name", [*effects.EFFECTS, *styles.STYLES, *looks.LOOKS])
def test_every_effect_gives_a_picture_of_the_same_size(name: str) -> None:
    pixels = np.asarray(photo(50, 40), np.float32) / 255
    result = (effects.EFFECTS | styles.STYLES | looks.LOOKS)[name](pixels, np.random.default_rng(0))
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
        assert SCENES[name].paint(shape, np.random.default_rng(0)).shape == (*shape, 3)


@pytest.mark.parametrize("seed", range(8))
def test_a_drawing_is_flat_and_its_ground_begins_at_the_horizon(seed: int) -> None:
    pixels, horizon = drawing((90, 70), np.random.default_rng(seed))
    assert pixels.shape == (90, 70, 3)
    _, counts = np.unique((pixels * 255).astype(int).reshape(-1, 3), axis=0, return_counts=True)
    assert np.sort(counts)[-16:].sum() > 0.75 * counts.sum()
    line = round(horizon * 90)
    same = (np.abs(pixels[line - 4] - pixels[line + 3]).max(-1) < 0.02).mean()
    assert same < 0.6


def test_a_season_and_a_time_of_day_come_in_one_wish(maker) -> None:
    rng = np.random.default_rng(0)
    pixels = np.asarray(photo(50, 40), np.float32) / 255
    both = lit_twice(pixels, "winter", "night", rng)
    winter = effects.winter(pixels, rng)
    assert "make it a snowy winter night" in both.phrasings
    assert both.target.mean() < winter.mean() - 0.2
    assert np.abs(both.target - effects.night(pixels, rng)).mean() > 0.01


def test_a_photographed_thing_is_cut_out_along_its_own_edge(maker) -> None:
    drawn = Material.read(maker.photos, maker.cutouts, maker.labels, "train")
    thing = drawn.photographed(np.random.default_rng(0))
    rows, columns = thing.rgba.shape[:2]
    assert thing.name == "shirt"
    assert thing.rgba[rows // 2, columns // 2, 3] > 0.9 and thing.rgba[0, 0, 3] < 0.5


def test_thirteen_background_colours_are_apart() -> None:
    colours = np.array(list(COLOURS.values()))
    apart = np.abs(colours[:, None] - colours[None]).sum(-1) + np.eye(len(colours))
    assert len(colours) == 13
    assert apart.min() > 0.25


def test_no_photo_is_in_two_splits(maker) -> None:
    files = [{f.name for f in Photos(maker.photos, split).files} for split in get_args(Split)]
    assert sum(map(len, files)) == len(set().union(*files)) == 60


def test_no_drawing_is_in_two_splits_and_none_is_lost(maker) -> None:
    drawings = [
        {file for files in Cutouts(maker.cutouts, maker.labels, split)._files.values() for file in files}
        for split in get_args(Split)
    ]
    assert sum(map(len, drawings)) == len(set().union(*drawings))
    assert len(set().union(*drawings)) == sum(len(labels) for _, labels in catalogue().values())


def test_no_painted_place_is_in_two_splits(maker) -> None:
    paintings = []
    for split in get_args(Split):
        drawn, rng = Material.read(maker.photos, maker.cutouts, maker.labels, split), np.random.default_rng(0)
        paintings.append({drawn.place("forest", (16, 16), rng).tobytes() for _ in range(60)})
    assert all(paintings) and sum(map(len, paintings)) == len(set().union(*paintings))


def test_fog_hides_what_is_far_and_leaves_what_is_near() -> None:
    """A blue sky over a dark, flat meadow."""
    pixels = np.full((64, 64, 3), (0.2, 0.3, 0.15), np.float32)
    pixels[:24] = (0.4, 0.6, 0.95)
    changed = np.abs(effects.fog(pixels, np.random.default_rng(0)) - pixels).mean((1, 2))
    assert changed[26:34].mean() > 1.5 * changed[-8:].mean()


def _disc(name: str, colour: tuple[float, float, float]) -> Cutout:
    y, x = np.mgrid[-1:1:32j, -1:1:32j]
    rgba = np.dstack([np.broadcast_to(np.float32(colour), (32, 32, 3)), (x**2 + y**2 < 1)])
    return Cutout(name, "medium", rgba.astype(np.float32))


def test_what_is_nearer_is_larger_and_hides_what_is_behind_it() -> None:
    stage = Stage(np.full((80, 80, 3), 0.5, np.float32), horizon=0.4)
    front, back = _disc("ball", (1, 0, 0)), _disc("ball", (0, 0, 1))
    far, near = (staged(stage, [Actor(back, row, 0.5)]) for row in (0.5, 0.9))
    blue = [(picture[..., 2] - picture[..., 0] > 0.3).sum() for picture in (far, near)]
    assert blue[0] < 0.6 * blue[1]
    both = staged(stage, [Actor(front, 0.9, 0.5), Actor(back, 0.86, 0.55)])
    alone = staged(stage, [Actor(front, 0.9, 0.5)])
    red = alone[..., 0] - alone[..., 2] > 0.97
    assert np.allclose(both[red], alone[red], atol=0.04) and np.abs(both - alone).max() > 0.4


def test_a_thing_throws_a_shadow_at_its_feet_and_takes_on_the_light_around_it() -> None:
    thing = Actor(_disc("ball", (0.9, 0.9, 0.9)), 0.8, 0.5)
    bright, dark = (
        staged(Stage(np.full((80, 80, 3), level, np.float32), 0.4), [thing]) for level in (0.7, 0.1)
    )
    assert bright[64, 37:43].max() < 0.6 and bright[70:].min() > 0.69
    assert dark.max() < 0.75 * bright.max()


_FACE = Face(top="caesar", hair="brown", skin="#d08b5b", clothes="hoodie", shirt="green")
_CHANGED = [
    *(replace(_FACE, top=part) for parts in HAIR.values() for part in parts if part != "caesar"),
    *(replace(_FACE, top=part, headwear=True) for parts in HATS.values() for part in parts),
    *(replace(_FACE, accessory=part) for parts in GLASSES.values() for part in parts),
    *(replace(_FACE, beard=part) for parts in BEARDS.values() for part in parts),
    *(replace(_FACE, clothes=part) for parts in CLOTHES.values() for part in parts if part != "hoodie"),
]


def test_every_named_attribute_of_a_face_shows() -> None:
    plain = _FACE.pixels(64)
    assert all(np.abs(face.pixels(64) - plain).max() > 0.2 for face in _CHANGED)


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
