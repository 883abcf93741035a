"""Something new comes into a picture, where it was wished for, and nothing else changes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from skimage import data

from engine.editing.adding import Add, Exchange, adding
from engine.editing.adding_wishes import Place, added, exchanged
from engine.editing.exact import CannotApply
from engine.editing.knowledge import Knowledge, Looks
from engine.editing.series import CannotDo, read, summary
from engine.editing.stickers import HERE, WORN, stickers
from engine.editing.stickers.command import data as fetch
from engine.editing.stickers.wanted import wanted
from engine.editing.thing_wishes import Thing
from tests.engine.editing.test_recolour import nothing
from tests.engine.editing.test_things import HEIGHT, WIDTH, knowing, reddish, scene


def done(wish: str, picture: Image.Image, looks: Looks | None = reddish) -> Image.Image:
    operation = adding(wish, knowing(looks))
    assert operation is not None
    return operation.apply(picture)


def changed(result: Image.Image, picture: Image.Image) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is new, in shares of the picture."""
    differs = np.abs(np.asarray(result).astype(int) - np.asarray(picture).astype(int)).max(-1) > 20
    down, across = np.nonzero(differs)
    height, width = differs.shape
    return across.min() / width, down.min() / height, (across.max() + 1) / width, (down.max() + 1) / height


@pytest.mark.parametrize(
    ("wish", "new", "place"),
    [
        ("add a cat", "a cat", Place()),
        ("Could you please put two cats on the left?", "two cats", Place(("left",))),
        ("i want to add a cat", "a cat", Place()),
        ("put a heart in the top right corner", "a heart", Place(("top", "right"))),
        ("put in the sky a big red balloon", "a big red balloon", Place(("sky",))),
        ("add a ball next to her", "a ball", Place((), "beside", Thing("her"))),
        ("add a cat on a chair", "a cat", Place((), "on", Thing("chair"))),
        (
            "add a unicorn behind the house on the left",
            "a unicorn",
            Place((), "behind", Thing("house", "left")),
        ),
        ("add a dragon in the background", "a dragon", Place(("background",))),
        ("give her a crown", "a crown", Place((), "worn", Thing("her"))),
        ("give her sunglasses and a crown", "sunglasses and a crown", Place((), "worn", Thing("her"))),
        ("give her dog a bone", "a bone", Place((), "worn", Thing("dog"))),
        ("give the man on the left glasses", "glasses", Place((), "worn", Thing("man", "left"))),
        ("make him wear a crown", "a crown", Place((), "worn", Thing("him"))),
        ("have the dog wear a crown", "a crown", Place((), "worn", Thing("dog"))),
        ("make them wear party hats", "party hats", Place((), "worn", Thing("them"))),
        ("put a hat on the dog's head", "a hat", Place((), "head", Thing("dog"))),
        ("put a heart over her face", "a heart", Place((), "face", Thing("her"))),
        ("cover his face with a smiling sun", "a smiling sun", Place((), "face", Thing("him"))),
        ("put a parrot on her shoulder", "a parrot", Place((), "shoulder", Thing("her"))),
        ("add a butterfly on my nose", "a butterfly", Place((), "nose", Thing("me"))),
        ("fill the sky with balloons", "balloons", Place(("sky", "everywhere"))),
        ("fill it with hearts", "hearts", Place(("everywhere",))),
        ("add a cat holding a sign", "a cat holding a sign", Place()),
    ],
)
def test_what_is_wished_for_and_where(wish: str, new: str, place: Place) -> None:
    assert added(wish) == (new, place)


@pytest.mark.parametrize(
    "wish", ["put a crown on the man and the woman", "put a cup on the table that shines"]
)
def test_a_place_that_is_no_mere_name_is_none(wish: str) -> None:
    assert added(wish) is None


@pytest.mark.parametrize(
    ("wish", "swap"),
    [
        ("replace the dog with a cat", (Thing("dog"), "a cat")),
        ("replace a dog with cats", (Thing("dog"), "cats")),
        ("turn the car on the left into a small tractor", (Thing("car", "left"), "a small tractor")),
        ("make the dog a dragon", (Thing("dog"), "a dragon")),
        ("put a vase instead of the lamp", (Thing("lamp"), "a vase")),
        ("turn the sky red", None),
        ("change the shirt to peach", None),
        ("add a dog", None),
    ],
)
def test_what_stands_in_whose_place(wish: str, swap: tuple[Thing, str] | None) -> None:
    assert exchanged(wish) == swap


def test_every_name_is_listed_once_and_has_its_drawing() -> None:
    lines = [line.partition(": ")[0] for line in (HERE / "names.txt").read_text().splitlines()]
    names = [name for line in lines if line and line[0] not in "#[" for name in line.split(", ")]
    assert len(names) == len(set(names)) == len(stickers())
    for name in names:
        (one,) = wanted(f"a {name}") or ()
        assert one.sticker is stickers()[name]
        drawing = one.sticker.picture()
        assert drawing.mode == "RGBA" and min(drawing.size) > 10
    assert stickers().keys() >= WORN.keys()


@pytest.mark.parametrize(
    ("what", "called"),
    [
        ("a cat", "a cat"),
        ("two big red balloons", "two red balloons"),
        ("a light blue cup and 3 potatoes", "a light blue cup"),
        ("some fries", "fries"),
        ("flowers", "three flowers"),
        ("two octopuses", "two octopuses"),
        ("an octopus", "an octopus"),
        ("a hourglass", "an hourglass"),
        ("a pair of glasses", "glasses"),
        ("a pair of boots", "two boots"),
        ("two cups of coffee", "two cups of coffee"),
        ("a black cat", "a black cat"),
        ("the moon", "a moon"),
        ("five snowmen", "five snowmen"),
        ("lots of hearts", "many hearts"),
    ],
)
def test_what_is_wanted_is_found_and_called_by_its_name(what: str, called: str) -> None:
    found = wanted(what)
    assert found is not None
    assert found[0].called() == called


@pytest.mark.parametrize(
    "what", ["a cyborg arm", "the cat", "some sun", "a little sun", "a cat and a cyborg", "cat food"]
)
def test_what_has_no_sticker_or_is_no_new_thing_is_not_wanted(what: str) -> None:
    assert wanted(what) is None


def test_what_is_added_is_where_it_was_said_and_the_rest_stays() -> None:
    picture = scene()
    left, _, right, bottom = changed(done("add a cat on the left", picture), picture)
    assert right < 0.5 and left >= 0 and bottom > 0.9
    left, top, _, bottom = changed(done("add a star in the top right corner", picture), picture)
    assert left > 0.5 and bottom < 0.45
    _, top, _, bottom = changed(done("add a balloon", picture), picture)
    assert top < 0.3 and bottom < 0.5
    small, large = (changed(done(f"add a {size} cat", picture), picture) for size in ("tiny", "huge"))
    assert large[2] - large[0] > 2 * (small[2] - small[0])


def test_of_places_the_freest_is_taken() -> None:
    for left, free in ((30, (0.5, 1.0)), (240, (0.0, 0.5))):
        picture = scene(left)
        first, _, last, _ = changed(done("add a mouse", picture), picture)
        assert free[0] <= first and last <= free[1]


def test_so_many_as_were_wished_for_in_their_colour() -> None:
    picture = Image.new("RGB", (400, 200), (120, 120, 255))
    areas = [
        (
            np.abs(
                np.asarray(done(f"add {count} green balloons in the sky", picture)).astype(int)
                - (120, 120, 255)
            )
        )
        .max(-1)
        .astype(bool)
        .any(0)
        for count in ("two", "three")
    ]
    runs = [int((np.diff(np.concatenate([[0], each.astype(int)])) == 1).sum()) for each in areas]
    assert runs == [2, 3]
    pixels = np.asarray(done("add a green balloon", picture)).astype(int)
    new = np.abs(pixels - (120, 120, 255)).max(-1) > 40
    assert (pixels[new][:, 1] > pixels[new][:, 0]).mean() > 0.8


def test_what_is_behind_something_is_hidden_by_it() -> None:
    picture = scene(130)
    result = done("add a tree behind the ball", picture)
    ball = reddish(picture).astype(bool)
    inner = np.zeros_like(ball)
    inner[115:155, 140:170] = True
    before, after = np.asarray(picture).astype(int), np.asarray(result).astype(int)
    assert np.abs(after - before)[ball & inner].max() <= 2
    assert (np.abs(after - before).max(-1) > 20).mean() > 0.05


def test_what_is_beside_and_on_something_is_there() -> None:
    picture = scene(130)
    left, *_ = changed(done("put a mouse to the right of the ball", picture), picture)
    assert left * WIDTH > 170
    _, _, right, _ = changed(done("add a mouse left of the ball", picture), picture)
    assert right * WIDTH < 145
    _, top, _, bottom = changed(done("add a duck on the ball", picture), picture)
    assert top * HEIGHT < 100 and bottom * HEIGHT < 135
    with pytest.raises(CannotApply, match="can't tell where the ball is"):
        done("add a duck on the ball", scene(), nothing)


def test_another_thing_stands_in_its_place() -> None:
    picture = scene(130)
    result = done("replace the ball with a turtle", picture)
    assert reddish(result)[100:170, 120:190].mean() < 0.05
    left, _, right, bottom = changed(result, picture)
    assert (left + right) / 2 * WIDTH == pytest.approx(155, abs=12)
    assert bottom * HEIGHT == pytest.approx(160, abs=12)
    two = done("replace the ball with two mice", picture)
    left, _, right, _ = changed(two, picture)
    assert left < 0.42 and right > 0.55
    for wish in (
        "replace the man with a robot",
        "turn the ball into a crown",
        "replace the hair with a snake",
    ):
        assert adding(wish, knowing(reddish)) is None
    orange = adding("add an orange on the left", knowing(reddish))
    assert isinstance(orange, Add) and orange.new[0].sticker.name == "orange"


def test_what_can_be_worn_is_on_the_face() -> None:
    portrait = Image.fromarray(data.astronaut())
    eyes = changed(done("give her sunglasses", portrait), portrait)
    hat = changed(done("add a top hat", portrait), portrait)
    assert 0.3 < eyes[0] < eyes[2] < 0.58 and 0.15 < eyes[1] < eyes[3] < 0.32
    assert hat[3] < eyes[3] and hat[1] < 0.05
    bird = changed(done("put a bird on her head", portrait), portrait)
    assert bird[3] < 0.25
    heart = changed(done("put a heart over her face", portrait), portrait)
    assert heart[1] < eyes[1] and heart[3] > 0.34 and heart[0] < eyes[0] < eyes[2] < heart[2]
    with pytest.raises(CannotApply, match="can't find a face"):
        done("put glasses on everyone's face", scene(130))


def test_what_an_animal_is_to_wear_is_not_put_on_somebody_else() -> None:
    wide = scene().resize((700, 400))
    wide.paste(Image.fromarray(data.astronaut()).crop((60, 0, 360, 300)), (380, 100))

    def low(seen: Image.Image) -> np.ndarray:
        found = nothing(seen)
        found[int(found.shape[0] * 0.6) : int(found.shape[0] * 0.8), 30:70] = 1
        return found

    _, top, right, _ = changed(done("put a crown on the ball", wide, low), wide)
    assert right < 0.4 and top > 0.3
    assert adding("give the ball sunglasses", knowing(low)) is None


def test_each_of_two_faces_gets_one_if_so_many_were_wished_for() -> None:
    one = Image.fromarray(data.astronaut()).crop((120, 0, 330, 280))
    two = Image.new("RGB", (440, 280), (128, 128, 128))
    two.paste(one, (0, 0))
    two.paste(one, (230, 0))
    left, _, right, _ = changed(done("add sunglasses", two), two)
    assert left < 0.35 and right > 0.65
    left, _, right, _ = changed(done("add a crown", two), two)
    assert right - left < 0.4
    left, _, right, _ = changed(done("put a crown on everybody", two), two)
    assert left < 0.35 and right > 0.65
    left, *_ = changed(done("give the woman on the right a crown", two), two)
    assert left > 0.5
    with pytest.raises(CannotApply, match="on the left, or on the right"):
        done("give her a crown", two)


def test_in_a_picture_without_colours_it_has_none_unless_it_was_wished_for() -> None:
    grey = Image.fromarray(data.camera()).convert("RGB")
    result = np.asarray(done("add a dog", grey)).astype(int)
    assert np.abs(result.max(-1) - result.min(-1)).max() <= 3
    red = np.asarray(done("add a red balloon", grey)).astype(int)
    assert (red.max(-1) - red.min(-1)).max() > 100


def test_alpha_stays_and_what_has_some_gets_no_sticker() -> None:
    opaque, clear = scene(), scene()
    opaque.putalpha(255)
    clear.putalpha(100)
    assert done("add a cat", opaque).getchannel("A").getextrema() == (255, 255)
    with pytest.raises(CannotApply, match="transparent"):
        done("add a cat", clear)


def test_only_what_there_is_a_sticker_of_is_added_and_it_is_called_one() -> None:
    knows = Knowledge(frozenset([frozenset(["add", "cloud"])]), looks=lambda wish: reddish)
    (part,) = read("add two cats", knows)
    assert summary([part]) == "I added two cats as stickers."
    assert part.plan is not None and isinstance(part.plan.operations[0], Add)
    for wish, sentence in (
        ("add sunglasses", "I added sunglasses as a sticker."),
        ("add a red umbrella on the right", "I added a red umbrella as a sticker."),
        ("add balloons", "I added three balloons as stickers."),
        ("make them wear hats", "I added hats as stickers."),
        ("make it brighter and add an owl", "owl as a sticker."),
        ("add a cat and a dog", "I added a cat and a dog as stickers."),
        ("fill the picture with hearts", "I added hearts as stickers."),
        ("add a cat on the left and a dog", "I added a cat as a sticker and added a dog as a sticker."),
    ):
        assert (summary(read(wish, knows)) or "").endswith(sentence)
    (painted,) = read("add clouds", knows)  # which these weights were taught
    assert painted.plan is None
    for wish in ("give him a cyborg arm", "add a cat holding a sign", "add a cat and make it red"):
        with pytest.raises(CannotDo):
            read(wish, knows)
    (swap,) = read("turn the ball into a pumpkin", knowing(reddish))
    assert swap.plan is not None and isinstance(swap.plan.operations[0], Exchange)
    assert summary([swap]) == "I replaced the ball with a pumpkin as a sticker."


def test_the_drawings_are_fetched_from_the_package(tmp_path: Path) -> None:
    labels = tmp_path / "data.json"
    wanted = {one.label for one in stickers().values()}
    labels.write_text(json.dumps([{"label": each, "hexcode": f"1F{at}"} for at, each in enumerate(wanted)]))
    assets = tmp_path / "assets"
    assets.mkdir()
    told = ["--cutouts", str(assets), "--labels", str(labels), "--out", str(tmp_path / "out")]
    missing = CliRunner().invoke(fetch, told)
    assert missing.exit_code == 2 and "has no drawing with the label" in missing.output
    for at in range(len(wanted)):
        (assets / f"1f{at}.webp").write_bytes(b"a drawing")
    assert CliRunner().invoke(fetch, told).exit_code == 0
    assert (tmp_path / "out" / "teddy-bear.webp").read_bytes() == b"a drawing"
