"""What a wish about a thing means, however it is said; and what is no such wish."""

from __future__ import annotations

import pytest

from engine.editing.thing_wishes import Thing, coloured, isolated, moved, repeated, resized, taken_away


@pytest.mark.parametrize(
    ("wish", "things"),
    [
        ("remove the cup", [Thing("cup")]),
        ("Please get rid of that lamp post!", [Thing("lamp post")]),
        ("can you take the old bike out of the picture?", [Thing("old bike")]),
        ("take away the bin", [Thing("bin")]),
        ("make the dog disappear", [Thing("dog")]),
        ("the sign has to go", [Thing("sign")]),
        ("no trees", [Thing("trees")]),
        ("delete the balloon on the left", [Thing("balloon", "left")]),
        ("delete the balloon on the far right of the photo", [Thing("balloon", "right")]),
        ("remove the left balloon", [Thing("balloon", "left")]),
        ("remove all the people", [Thing("people")]),
        ("remove the cup and the plate", [Thing("cup"), Thing("plate")]),
        ("remove the man behind her", [Thing("man", "back")]),
        ("get rid of the people in the background of the photo", [Thing("people", "back")]),
        ("erase the car in the back", [Thing("car", "back")]),
        ("remove the man behind the car", None),
        ("please get rid of the other people!", [Thing("people", "others")]),
        ("remove all the tourists in the background", [Thing("people", "back")]),
        ("photoshop out everybody except me", [Thing("people", "others")]),
        ("remove the strangers behind me in the photo", [Thing("people", "back")]),
        ("remove everyone but the dog", None),
        ("remove the background", None),
        ("remove the other dogs", [Thing("dogs", "others")]),
        ("remove everyone else from the background", [Thing("people", "others")]),
        ("remove her hat", None),
        ("cut out the cat", None),
        ("crop the man out", None),
        ("no, the dog on the left", None),
        ("No, her!", None),
        ("no more fog", [Thing("fog")]),
        ("remove the frame", None),
        ("remove the glasses", None),
        ("remove the cup and her glasses", None),
        ("remove everything except the dog", None),
        ("make the dog blue", None),
    ],
)
def test_what_is_to_be_gone(wish: str, things: list[Thing] | None) -> None:
    assert taken_away(wish) == things


@pytest.mark.parametrize(
    ("wish", "thing", "factor"),
    [
        ("make the apple twice as big", "apple", 2.0),
        ("make the house a bit smaller", "house", 0.85),
        ("could you make the cat much bigger please", "cat", 1.7),
        ("the ball should be half the size", "ball", 0.5),
        ("make the mug tiny", "mug", 0.5),
        ("enlarge the star", "star", 1.4),
        ("shrink the duck", "duck", 0.7),
    ],
)
def test_what_is_to_be_larger_or_smaller(wish: str, thing: str, factor: float) -> None:
    assert resized(wish) == (Thing(thing), factor)


@pytest.mark.parametrize(
    ("wish", "thing", "across", "down"),
    [
        ("move the ball to the left", "ball", -1, 0),
        ("move the kite up", "kite", 0, -1),
        ("shift the boat a bit to the right", "boat", 0.4, 0),
        ("push the lamp further down", "lamp", 0, 2),
    ],
)
def test_what_is_to_be_elsewhere(wish: str, thing: str, across: float, down: float) -> None:
    found = moved(wish)
    assert found is not None
    assert found[0] == Thing(thing)
    step = 0.18
    assert found[1:] == (pytest.approx(across * step), pytest.approx(down * step))


@pytest.mark.parametrize(
    ("wish", "thing"),
    [
        ("make the left balloon red", Thing("balloon", "left")),
        ("please paint the red door dark green", Thing("red door")),
        ("change the colour of the car to light blue", Thing("car")),
        ("the cup should be pink", Thing("cup")),
        ("give the house a yellow color", Thing("house")),
        ("make it warmer", None),
        ("make the dog bigger", None),
    ],
)
def test_what_is_to_have_another_colour(wish: str, thing: Thing | None) -> None:
    assert coloured(wish) == thing


@pytest.mark.parametrize("wish", ["add another cup", "put one more cup on the right", "please clone the cup"])
def test_what_is_to_be_there_twice(wish: str) -> None:
    found = repeated(wish)
    assert found is not None
    assert found.noun == "cup"
    assert repeated("add a cup") is None


@pytest.mark.parametrize(
    "wish", ["make it night", "crop it", "move it to autumn", "make the dog and the cat bigger"]
)
def test_other_wishes_are_none_of_these(wish: str) -> None:
    assert taken_away(wish) is None
    assert resized(wish) is None
    assert moved(wish) is None


@pytest.mark.parametrize(
    ("wish", "thing"),
    [
        ("Isolate the dog, please.", Thing("dog")),
        ("keep only the man on the left", Thing("man", "left")),
        ("remove everything except the bird", Thing("bird")),
        ("delete everything around the car", Thing("car")),
        ("isolate the dog from the background", Thing("dog")),
        ("separate the car from its background", Thing("car")),
        ("cut off the left third", None),
        ("isolate the cat and the dog", None),
        ("cut out the cat", None),
        ("remove the cat", None),
    ],
)
def test_what_is_to_stand_alone(wish: str, thing: Thing | None) -> None:
    assert isolated(wish) == thing
