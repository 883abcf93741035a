"""A thing takes the colour that was asked for with its own light and shade, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from engine.editing.exact import CannotApply
from engine.editing.front import UNCLEAR, front
from engine.editing.knowledge import LOOK_SIDE, Knowledge, Looks, content
from engine.editing.pictures import thumbnail
from engine.editing.recolour import NOTHING_THERE, RGB, Finds, Recolour, colour_of, recolouring
from engine.editing.series import CannotDo, Paint, Part, read, run, summary
from engine.jobs import EditJob
from tests.engine.editing.tiny import photo

SIDE = 240
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE]
FROM_CENTRE = np.hypot(ROWS - SIDE / 2, COLUMNS - SIDE / 2)
RED = (0.8, 0.1, 0.1)


def ball() -> Image.Image:
    """A yellow ball of radius 70, darker to the right, on a dark photo."""
    picture = photo(SIDE, SIDE).point(lambda level: level // 4)
    shaded = np.clip(1.2 - COLUMNS / SIDE, 0.3, 1)[..., None] * (240, 200, 60)
    mask = Image.new("L", picture.size)
    ImageDraw.Draw(mask).ellipse((50, 50, 190, 190), fill=255)
    picture.paste(Image.fromarray(shaded.astype(np.uint8)), mask=mask)
    return picture


def round_thing(picture: Image.Image) -> np.ndarray:
    """Knows where the ball is in any picture that has it in the middle."""
    rows, columns = np.mgrid[: picture.height, : picture.width]
    apart = np.hypot(rows / picture.height - 0.5, columns / picture.width - 0.5)
    return np.clip((70 / SIDE - apart) * 40 + 0.5, 0, 1).astype(np.float32)


def nothing(picture: Image.Image) -> np.ndarray:
    return np.zeros((picture.height, picture.width), np.float32)


def finds(looks: Looks) -> Finds:
    return lambda picture: looks(thumbnail(picture, LOOK_SIDE))


def knowing(looks: Looks | None) -> Knowledge:
    wishes = ("make the ball pink", "make the background blue")
    return Knowledge(frozenset(map(content, wishes)), looks=lambda wish: looks, things=frozenset(["cube"]))


def no_paint(job: EditJob, picture: Image.Image) -> Paint:
    raise AssertionError("nothing here is to be painted")


def done(instruction: str, looks: Looks | None, picture: Image.Image) -> tuple[Image.Image, list[Part]]:
    job = EditJob("1", "c", b"", instruction, seed=1)
    work = [(job, part) for part in read(instruction, knowing(looks))]
    steps = run(work, picture, no_paint)  # type: ignore[arg-type]
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize(
    ("wish", "colour"),
    [
        ("make the ball red", (0.84, 0.12, 0.12)),
        ("please dye the sheep Blue!", (0.1, 0.33, 0.86)),
        ("paint the red door green", (0.16, 0.62, 0.24)),
        ("make the shirt red, not blue", (0.84, 0.12, 0.12)),
        ("make the shirt red instead of blue", (0.84, 0.12, 0.12)),
        ("make it gray", (0.55, 0.55, 0.56)),
        ("make the car teal", (0, 128 / 255, 128 / 255)),
        ("make the car black", (0.03, 0.03, 0.035)),
        ("make it red and blue", None),
        ("make it red, green and blue", None),
        ("make the ball bigger", None),
        ("make the reddish ball coloured", None),
    ],
)
def test_the_colour_of_a_wish(wish: str, colour: RGB | None) -> None:
    assert colour_of(wish) == (None if colour is None else pytest.approx(colour))


def test_shades_are_darker_or_lighter() -> None:
    plain, dark, light = (sum(colour_of(f"make it {shade}red") or ()) for shade in ("", "dark ", "light "))
    assert dark < plain < light


@pytest.mark.parametrize("wish", ["make the background red", "make the sky blue", "make it night"])
def test_only_things_are_recoloured(wish: str) -> None:
    assert recolouring(wish, knowing(round_thing)) is None


@pytest.mark.parametrize("scale", [1, 5])
def test_the_thing_is_red_in_its_own_light_and_all_else_stays(scale: int) -> None:
    picture = ball().resize((SIDE * scale, SIDE * scale), Image.Resampling.BICUBIC)
    before = np.asarray(picture)
    after = np.asarray(Recolour("make the ball red", RED, finds(round_thing)).apply(picture)).astype(int)
    apart = FROM_CENTRE.repeat(scale, 0).repeat(scale, 1)
    inside, outside = after[apart < 60], apart > 85
    assert (inside[:, 0] > 2 * inside[:, 1]).all()
    assert (inside[:, 0] > 2 * inside[:, 2]).all()
    left, right = (after[(apart < 60) & side, 0].mean() for side in (_left(apart), ~_left(apart)))
    assert left > right + 30
    assert np.array_equal(after[outside], before[outside])


def _left(apart: np.ndarray) -> np.ndarray:
    return np.broadcast_to(np.arange(apart.shape[1]) < apart.shape[1] / 2, apart.shape)


def test_alpha_stays_and_grey_pictures_get_colour() -> None:
    alpha = Image.linear_gradient("L").resize((SIDE, SIDE))
    clear = ball()
    clear.putalpha(alpha)
    result = Recolour("make it red", RED, finds(round_thing)).apply(clear)
    assert result.mode == "RGBA"
    assert result.getchannel("A").tobytes() == alpha.tobytes()
    assert Recolour("make it red", RED, finds(round_thing)).apply(ball().convert("L")).mode == "RGB"


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (3, 300), (17, 16)])
def test_any_size_is_recoloured(size: tuple[int, int]) -> None:
    assert (
        Recolour("make it red", RED, finds(lambda seen: nothing(seen) + 1)).apply(photo(*size)).size == size
    )


def test_where_nothing_is_seen_nothing_is_done() -> None:
    with pytest.raises(CannotApply, match=NOTHING_THERE):
        Recolour("make it red", RED, finds(nothing)).apply(ball())


def test_a_known_wish_is_done_exactly_and_told_in_its_own_words() -> None:
    result, parts = done("make the ball pink", round_thing, ball())
    assert parts[0].plan is not None
    assert summary(parts) is None
    assert np.asarray(result)[SIDE // 2, SIDE // 2, 2] > 100
    _, both = done("make the ball pink and crop it square", round_thing, ball())
    assert summary(both) == "I painted “make the ball pink” and cropped it to a square."


def test_what_is_unknown_stays_refused() -> None:
    for wish in ("give him a red jacket", "add a blue jay", "turn the saucer green", "replace the red cube"):
        with pytest.raises(CannotDo):
            read(wish, knowing(round_thing))


def test_a_thing_that_is_known_by_name_needs_no_wording() -> None:
    (part,) = read("turn the old cube light green", knowing(round_thing))
    assert part.plan is not None


def test_without_somebody_who_looks_the_weights_paint() -> None:
    (part,) = read("make the ball pink", knowing(None))
    assert part.plan is None


def test_a_background_needs_nobody_before_it() -> None:
    grain = np.random.default_rng(0).integers(0, 60, (SIDE, SIDE, 3))
    before = np.asarray(ball()).astype(int) * 3 // 4 + grain
    picture = Image.fromarray(before.astype(np.uint8))
    blurred, parts = done("blur the background", round_thing, picture)
    assert parts[0].plan is not None
    after = np.asarray(blurred).astype(int)
    assert np.abs(after - before)[FROM_CENTRE < 60].max() == 0
    assert after[:40, :40].std() < 0.7 * before[:40, :40].std()


def test_a_background_can_be_taken_away_or_become_a_colour() -> None:
    cut, _ = done("remove the background", round_thing, ball())
    alpha = np.asarray(cut.getchannel("A"))
    assert alpha[FROM_CENTRE < 60].min() == 255
    assert alpha[FROM_CENTRE > 90].max() == 0
    white, _ = done("make the background white", round_thing, ball())
    assert np.asarray(white)[FROM_CENTRE > 90].min() == 255


def test_a_picture_without_a_front_is_left_alone() -> None:
    with pytest.raises(CannotApply, match=UNCLEAR):
        done("blur the background", nothing, ball())
    with pytest.raises(CannotApply, match=UNCLEAR):
        front(lambda picture: nothing(picture) + 1, ball())


def test_only_the_person_is_still_a_person() -> None:
    with pytest.raises(CannotDo):
        done("make only her brighter", round_thing, ball())


def test_of_two_of_a_known_name_the_one_that_was_named() -> None:
    picture = photo(320, 160).point(lambda level: level // 4)
    for left in (30, 210):
        ImageDraw.Draw(picture).rectangle((left, 40, left + 80, 120), fill=(220, 210, 60))

    def yellow(seen: Image.Image) -> np.ndarray:
        return (np.asarray(seen)[..., 0] > 150).astype(np.float32)

    result, _ = done("paint the right cube blue", yellow, picture)
    before, after = np.asarray(picture).astype(int), np.asarray(result).astype(int)
    assert np.array_equal(after[:, :140], before[:, :140])
    assert (after[60:100, 230:270, 2] > after[60:100, 230:270, 0]).all()
