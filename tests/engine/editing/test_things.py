"""A thing goes, grows or moves, what was behind it is made up, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw
from skimage import data

from engine.editing.exact import CannotApply
from engine.editing.knowledge import Knowledge, Looks
from engine.editing.series import CannotDo, read, summary
from engine.editing.sight import by_face
from engine.editing.things import Move, Only, Resize, TakeAway, on_things
from tests.engine.editing.test_recolour import nothing

WIDTH, HEIGHT = 320, 240
GROUND, BALL = (90, 160, 90), (230, 60, 40)


def scene(*lefts: int) -> Image.Image:
    """Red balls of 50 pixels, standing at row 160, on a green ground with some grain."""
    grain = np.random.default_rng(0).integers(-6, 6, (HEIGHT, WIDTH, 1))
    picture = Image.fromarray((grain + GROUND).astype(np.uint8))
    for left in lefts:
        ImageDraw.Draw(picture).ellipse((left, 110, left + 50, 160), fill=BALL)
    return picture


def reddish(picture: Image.Image) -> np.ndarray:
    pixels = np.asarray(picture).astype(int)
    return (pixels[..., 0] > pixels[..., 1] + 40).astype(np.float32)


def knowing(looks: Looks | None) -> Knowledge:
    return Knowledge(frozenset(), looks=lambda wish: looks, things=frozenset(["ball", "police car"]))


def done(wish: str, picture: Image.Image, looks: Looks = reddish) -> Image.Image:
    (operation,) = on_things(wish, knowing(looks))
    return operation.apply(picture)


def columns(picture: Image.Image) -> tuple[int, int]:
    """The first and last with something red."""
    found = np.flatnonzero(reddish(picture).any(0))
    return int(found[0]), int(found[-1])


def test_what_is_taken_away_is_gone_and_the_ground_goes_on() -> None:
    picture = scene(130)
    result = done("remove the ball", picture)
    assert not reddish(result).any()
    before, after = np.asarray(picture).astype(int), np.asarray(result).astype(int)
    assert np.abs(after - GROUND).max() < 25
    assert np.array_equal(after[:, :100], before[:, :100])
    assert np.array_equal(after[:90], before[:90])


def test_of_two_the_one_that_was_named_goes() -> None:
    left = done("remove the ball on the left", scene(40, 220))
    right = done("remove the right ball", scene(40, 220))
    assert columns(left)[0] > 200
    assert columns(right)[1] < 110
    assert not reddish(done("remove the balls", scene(40, 220))).any()


def test_what_is_in_the_background_is_smaller_than_the_rest() -> None:
    far = scene()
    ImageDraw.Draw(far).ellipse((20, 140, 38, 158), fill=BALL)
    near = scene()
    ImageDraw.Draw(near).ellipse((180, 60, 280, 160), fill=BALL)
    both = Image.composite(near, far, Image.fromarray(reddish(near) > 0))
    assert columns(done("remove the ball in the background", both))[0] > 170
    assert not reddish(done("get rid of the ball in the distance", far)).any()
    assert not reddish(done("remove the ball behind me", near)).any()  # I stand before it
    with pytest.raises(CannotApply, match="can't tell where the other ball is"):
        done("remove the other ball", near)
    assert columns(done("remove the other ball", both))[0] > 170
    ImageDraw.Draw(both).ellipse((60, 140, 78, 158), fill=BALL)
    assert columns(done("remove the balls in the background", both))[0] > 170
    with pytest.raises(CannotApply, match="more than one"):
        done("remove the ball in the background", both)


def test_a_thing_is_cut_out_and_the_rest_is_transparent() -> None:
    cut = done("isolate the ball", scene(130))
    assert (cut.mode, cut.size) == ("RGBA", (WIDTH, HEIGHT))
    shown = np.asarray(cut.getchannel("A"))
    assert shown[135, 155] == 255
    assert shown[:100].max() == 0
    assert np.asarray(cut)[135, 155, :3].tolist() == list(BALL)
    opaque = done("isolate the ball", scene(130).convert("RGBA"))
    assert opaque.tobytes() == cut.tobytes()
    assert done("remove everything around the ball", scene(130)).tobytes() == cut.tobytes()
    with pytest.raises(CannotApply, match="transparent"):
        done("isolate the ball", cut)


def test_people_who_touch_are_parted_between_their_faces() -> None:
    patches = np.zeros((60, 100), int)
    patches[10:, 20:80] = 1
    patches[:5, :5] = 2
    faces = np.array([[0.3, 0.4, 0.1, 0.2], [0.7, 0.4, 0.1, 0.2], [0.02, 0.02, 0.05, 0.1]], np.float32)
    parted = by_face(patches, faces)
    assert len(set(parted[30, 20:50]) | set(parted[2, :5])) == 2
    assert parted[30, 25] != parted[30, 75]
    assert (parted == 0).sum() == (patches == 0).sum()
    assert np.array_equal(by_face(patches, faces[:1]), patches)
    everywhere = by_face(np.ones((60, 100), int), faces[:2])
    assert set(everywhere.ravel()) == {1, 2}
    assert by_face(patches, np.array([[-1.2, 0.5, 0.1, 0.1]], np.float32)).shape == patches.shape


def test_a_side_is_looked_at_also_where_the_other_thing_is_much_larger_or_missing() -> None:
    picture = scene(220)
    ImageDraw.Draw(picture).ellipse((30, 140, 48, 158), fill=BALL)
    assert columns(done("remove the ball on the left", picture))[0] > 200
    assert columns(done("remove the ball on the right", picture))[1] < 60
    with pytest.raises(CannotApply, match="can't tell where the ball on the left is"):
        done("remove the ball on the left", scene(220))


def test_of_one_thing_there_is_one_and_which_is_asked() -> None:
    for wish in ("remove the old ball", "remove the ball", "make everything but the ball darker"):
        with pytest.raises(CannotApply, match="on the left, or on the right"):
            done(wish, scene(40, 220))
    for wish in ("remove the old ball", "remove the balls"):
        assert not reddish(done(wish, scene(40))).any()
    assert not reddish(done("remove the old balls", scene(40, 220))).any()


def test_what_is_made_bigger_or_smaller_stands_where_it_stood() -> None:
    for wish, wide in (("make the ball twice as big", 100), ("make the ball half the size", 25)):
        result = done(wish, scene(130))
        first, last = columns(result)
        assert last - first == pytest.approx(wide, abs=6)
        assert (first + last) / 2 == pytest.approx(155, abs=4)
        assert np.flatnonzero(reddish(result).any(1))[-1] == pytest.approx(160, abs=4)


def test_what_touches_the_edge_goes_on_touching_it() -> None:
    result = done("make the ball smaller", scene(-20))
    assert columns(result)[0] == 0


def test_what_is_moved_is_there_and_no_longer_here() -> None:
    result = done("move the ball to the right", scene(130))
    first, last = columns(result)
    assert first == pytest.approx(130 + 0.18 * HEIGHT, abs=4)
    assert last - first == pytest.approx(50, abs=4)
    up = done("move the ball up", scene(130))
    assert np.flatnonzero(reddish(up).any(1))[0] == pytest.approx(110 - 0.18 * HEIGHT, abs=4)


def test_nothing_is_pushed_out_of_the_picture() -> None:
    with pytest.raises(CannotApply, match="push the ball out"):
        done("move the ball far left", scene(5))


def test_of_several_one_more_is_one_more() -> None:
    result = done("add another ball", scene(20, 220))
    one, other = (reddish(each).sum() for each in (result, scene(20, 220)))
    assert one == pytest.approx(1.5 * other, rel=0.1)
    assert columns(done("add another ball on the left", scene(120)))[0] == pytest.approx(120 - 55, abs=4)


def test_there_can_be_one_more_where_there_is_room() -> None:
    assert columns(done("add another ball", scene(40)))[1] == pytest.approx(40 + 55 + 50, abs=4)
    assert columns(done("duplicate the ball", scene(240)))[0] == pytest.approx(240 - 55, abs=4)
    with pytest.raises(CannotApply, match="no room for another ball"):
        wide = scene(20).crop((10, 100, 82, 170))
        done("add one more ball", wide)


def test_alpha_stays_and_what_has_some_is_not_moved() -> None:
    alpha = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    clear, opaque = scene(130), scene(130)
    clear.putalpha(alpha)
    opaque.putalpha(255)
    assert done("make the ball darker", clear).getchannel("A").tobytes() == alpha.tobytes()
    result = done("remove the ball", opaque)
    assert result.mode == "RGBA"
    assert not reddish(result.convert("RGB")).any()
    with pytest.raises(CannotApply, match="transparent"):
        done("remove the ball", clear)


def test_where_nothing_or_nearly_everything_is_it_nothing_is_done() -> None:
    with pytest.raises(CannotApply, match="can't tell where the ball is"):
        done("remove the ball", scene(), nothing)
    with pytest.raises(CannotApply, match="too much of the picture"):
        done("remove the ball", scene(), lambda seen: nothing(seen) + 1)
    with pytest.raises(CannotApply, match="can't find a person"):
        done("remove the man", scene(130))


def test_a_person_can_go_but_is_never_taken_for_a_thing() -> None:
    wide = Image.new("RGB", (440, 300), (150, 150, 150))
    wide.paste(Image.fromarray(data.astronaut()).crop((60, 0, 360, 300)).resize((240, 240)), (70, 60))
    empty = np.asarray(done("remove the person", wide)).astype(int)
    changed = np.abs(empty - np.asarray(wide).astype(int)).max(-1) > 12
    assert 0.01 < changed.mean() < 0.5
    with pytest.raises(CannotApply, match="can't tell where the ball is"):
        done("remove the ball", wide, lambda seen: np.asarray(changed_like(seen, changed), np.float32))


def changed_like(seen: Image.Image, changed: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(changed).resize(seen.size))


def test_only_what_is_known_by_name_is_looked_for() -> None:
    known = knowing(reddish)
    for wish, kind in (
        ("remove the old police cars", TakeAway),
        ("make the ball bigger", Resize),
        ("move the ball down", Move),
        ("blur the police car a bit", Only),
    ):
        (operation,) = on_things(wish, known)
        assert type(operation) is kind
    assert len(on_things("remove the ball and the police car", known)) == 2
    for wish in (
        "remove the ball and the doubt",
        "remove the ball and make it night",
        "remove it",
        "make the day longer",
        "remove the castle",
    ):
        assert not on_things(wish, known)
    assert not on_things("remove the ball", knowing(None))


@pytest.mark.parametrize(
    "wish",
    [
        "make it brighter and blur the ball",
        "make the picture black and white and the ball brighter",
        "brighten the picture, the ball is too dark",
        "make the photo of the ball brighter",
        "make the ball darker but not the camera",
        "darken the rest of the ball",
        "cut out the ball",
        "cut the ball out",
        "no, the ball",
        "no, the ball on the left",
        "move the camera up",
        "make the frame bigger",
    ],
)
def test_what_is_meant_for_more_than_the_thing_is_not_held_to_it(wish: str) -> None:
    known = Knowledge(frozenset(), looks=lambda wish: reddish, things=frozenset(["ball", "camera", "frame"]))
    assert not on_things(wish, known)


@pytest.mark.parametrize(
    "wish", ["remove the red ball", "no red balls", "erase the green ball", "take the red ball out"]
)
def test_a_thing_of_some_colour_is_not_coloured_when_it_is_to_go(wish: str) -> None:
    (part,) = read(wish, knowing(reddish))
    assert part.plan is not None
    assert isinstance(part.plan.operations[0], TakeAway)


def test_a_photo_tool_can_be_held_to_one_thing() -> None:
    picture = scene(130)
    before, after = (
        np.asarray(picture).astype(int),
        np.asarray(done("make the ball much darker", picture)).astype(int),
    )
    thing = reddish(picture) > 0
    assert after[thing].mean() < 0.8 * before[thing].mean()
    assert np.array_equal(after[:, :100], before[:, :100])
    grey = np.asarray(done("make the ball black and white", picture)).astype(int)
    assert np.ptp(grey[125:145, 145:165], axis=-1).max() < 12
    (part,) = read("more contrast on the ball", knowing(reddish))
    assert summary([part]) == "I raised the contrast (+30 %) of the ball."


def test_what_was_done_is_told_in_the_wish_s_own_words() -> None:
    (part,) = read("remove the ball", knowing(reddish))
    assert part.plan is not None
    assert summary([part]) is None
    with pytest.raises(CannotDo):
        read("remove the castle", knowing(reddish))
    both = read("remove the ball and crop it square", knowing(reddish))
    assert summary(both) == "I removed the ball and cropped it to a square."


@pytest.mark.parametrize(
    "wish",
    [
        "make everything but the ball much darker",
        "make it much darker except for the ball",
        "make what's behind the ball much darker",
        "make everything much darker but for the ball",
        "make everything but the ball on the left much darker",
        "make it much darker but keep the ball in colour",
        "make the picture much darker, leave the ball as it is",
        "keep the ball untouched and make the rest much darker",
        "leave the ball alone, make everything else much darker",
    ],
)
def test_what_is_for_all_but_a_thing_leaves_it_alone(wish: str) -> None:
    picture = scene(130)
    (operation,) = on_things(wish, knowing(reddish))
    where = " on the left" if "left" in wish else ""
    assert operation.phrase.startswith(f"made all but the ball{where} much darker")
    before, after = (np.asarray(each).astype(int) for each in (picture, operation.apply(picture)))
    assert np.array_equal(after[120:150, 140:170], before[120:150, 140:170])
    assert (after[:100] < before[:100] - 10).all()
