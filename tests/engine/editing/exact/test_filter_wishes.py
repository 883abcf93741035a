"""Which wishes a filter is for, and which only sound like it."""

from __future__ import annotations

import pytest

from engine.editing import series
from engine.editing.exact.faces import HideFaces
from engine.editing.exact.filter_wishes import NAMES, filtering, hiding
from engine.editing.exact.filters import DRAWN, Drawing, Grain, Pixelate
from engine.editing.exact.operations import Operation
from engine.editing.knowledge import Everything, Knowledge

SMALL = Knowledge(frozenset({frozenset({"winter"})}))


@pytest.mark.parametrize(
    ("wish", "style"),
    [
        ("make it look like a pencil sketch", "a pencil sketch"),
        ("Pencil sketch pls!", "a pencil sketch"),
        ("sketch it", "a pencil sketch"),
        ("turn this photo into a drawing, please", "a pencil sketch"),
        ("as a charcoal sketch", "a charcoal drawing"),
        ("make it a watercolor painting", "a watercolour"),
        ("draw it in watercolour", "a watercolour"),
        ("repaint it in oil", "an oil painting"),
        ("an oil painting of it", "an oil painting"),
        ("turn him into a cartoon", "a comic"),
        ("a comic book version of this", "a comic"),
        ("could you make my picture a nice comic?", "a comic"),
        ("Pop art style!", "a pop art print"),
        ("add a neon effect", "a neon drawing"),
        ("make it a neon sign", "a neon drawing"),
        ("make it a travel poster", "a poster"),
        ("make it pixel art", "a pixel art picture"),
        ("i'd like it as a mosaic", "a mosaic"),
        ("a roman mosaic", "a mosaic"),
        ("a chalk drawing of it", "a pastel drawing"),
        ("turn it into a page of a colouring book", "a line drawing"),
        ("make it a line drawing for a coloring book", "a line drawing"),
        ("line art for my colouring book please", "a line drawing"),
        ("as a Roy Lichtenstein comic", "a comic"),
        ("line art please", "a line drawing"),
        ("make it look like stained glass", "a stained glass window"),
        ("a blueprint", "a blueprint"),
        ("make it look like an old newspaper photo", "a newspaper print"),
        ("apply a pencil sketch filter to this photo", "a pencil sketch"),
    ],
)
def test_a_style_is_known_by_its_names(wish: str, style: str) -> None:
    assert filtering(wish) == Drawing(style)


def test_every_style_can_be_asked_for() -> None:
    assert NAMES.keys() == DRAWN.keys()
    for style in DRAWN:
        assert filtering(f"turn it into {style}") == Drawing(style)


@pytest.mark.parametrize(
    ("wish", "operation"),
    [
        ("pixelate it", Pixelate()),
        ("a pixelated version of this photo", Pixelate()),
        ("make the picture pixelated", Pixelate()),
        ("add film grain", Grain()),
        ("add a bit of grain to the photo", Grain()),
        ("make it a bit grainy", Grain()),
    ],
)
def test_other_filters(wish: str, operation: Operation) -> None:
    assert filtering(wish) == operation


@pytest.mark.parametrize(
    "wish",
    [
        # about a thing, or for one
        "turn the dog into a comic",
        "give her a pencil",
        "give him a neon sign",
        "put a poster there",
        "add a poster",
        "add a poster to the wall",
        "have a neon sign in front",
        "draw a stained glass window",
        "draw a cartoon on it",
        "paint a mosaic on the wall",
        "give her a newspaper",
        "put oil on it",
        "make the painting bright",
        "change the colour of the pencil",
        "make the window stained glass",
        "make the sign neon",
        "turn the page",
        "make our poster look nice",
        "make the background a watercolour",
        "pixelate the car",
        "poster",
        "the drawing",
        # how it is, or what it should not be
        "the drawing is dark",
        "it looks like a comic",
        "i like the comic",
        "it is pixelated",
        "the photo is really pixelated",
        "it looks so grainy",
        "it's so grainy",
        "less like a comic",
        "remove the grain",
        # more than a filter does
        "a painting by monet",
        "make it a neon comic",
        "a colour sketch",
        "pastel colours",
        "make it winter",
        "make it better",
        "",
    ],
)
def test_what_only_sounds_like_a_filter_is_none(wish: str) -> None:
    assert filtering(wish) is None


@pytest.mark.parametrize(
    ("wish", "operation"),
    [
        ("blur the faces", HideFaces("blur")),
        ("please blur out all of the faces", HideFaces("blur")),
        ("pixelate everyone's faces", HideFaces("pixelate")),
        ("censor every face", HideFaces("pixelate")),
        ("make their faces unrecognisable", HideFaces("pixelate")),
        ("blur out my face", HideFaces("blur", every=False)),
        ("pixelate her face", HideFaces("pixelate", every=False)),
        ("make the face blurry", HideFaces("blur", every=False)),
        ("my face is blurry", None),
        ("her face is blurred", None),
        ("get the blur out of my face", None),
        ("remove the blur from the face", None),
        ("don't blur the faces", None),
        ("blur the faces except mine", None),
        ("face out", None),
        ("brighten her face", None),
        ("the face", None),
    ],
)
def test_faces_are_hidden_only_on_demand(wish: str, operation: Operation | None) -> None:
    assert hiding(wish) == operation


def plans(wish: str, knowledge: Knowledge | None) -> list[tuple[Operation, ...] | None]:
    return [part.plan and part.plan.operations for part in series.split(wish, knowledge)]


def test_full_weights_paint_drawings_and_leave_faces_to_the_filter() -> None:
    assert plans("make it a comic", SMALL) == [(Drawing("a comic"),)]
    assert plans("make it a comic", None) == plans("make it a comic", Everything()) == [None]
    assert plans("blur the faces", None) == [(HideFaces("blur"),)]


def test_a_drawing_may_be_part_of_a_wish() -> None:
    parts = series.read("make it winter, turn it into a comic and crop it square", SMALL)
    assert [part.plan is None for part in parts] == [True, False, False]
    summary = "I painted “make it winter”, turned it into a comic and cropped it to a square."
    assert series.summary(parts) == summary
