"""Slang and slips mean what the plain words mean, and what is to be written stays as it is."""

from __future__ import annotations

import pytest

from engine.editing.exact import plan
from engine.editing.exact.text import Caption


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("a smidge more light please", "a bit more light"),
        ("waaay brighter", "way brighter"),
        ("ease off the contrast slightly", "reduce the contrast slightly"),
        ("kill the noise, after that sharpen", "remove the noise and sharpen it"),
        ("cooler n darker pls", "cooler and darker"),
        ("bg in greyscale", "make the background greyscale"),
        ("drain the colour", "make it black and white"),
        ("slice away the bottom quarter", "cut off the bottom quarter"),
        ("fix the white balence", "fix the white balance"),
        ("plus one stop", "raise the exposure by 1 stop"),
        ("give it two thirds of a stop more exposure", "raise the exposure by 0.67 stop"),
        ("highlights down shadows up", "reduce the highlights and lift the shadows"),
        ("resize, width 1080 px, keep proportions", "resize it to 1080 px wide"),
        ("brighten me", "make only me brighter"),
        ("warmer background but not on me", "make the background warmer"),
        ("plain white behind me, its for a passport", "make the background white"),
        ("its upside down, flip it", "turn it upside down"),
        ("rein in the blown-out highlights", "reduce the highlights"),
        ("open the shadows, then a touch of vibrance", "lift the shadows and add a bit of vibrance"),
        ("cool the colour temperature down slightly", "make it slightly cooler"),
        ("shift the tint a bit towards magenta", "make it a bit more magenta"),
        ("push the tint to green", "make it greener"),
        ("gaussian blur over everything, only a tiny bit", "blur it a bit"),
        ("shave 5% off all four edges", "trim 5% off all sides"),
        ("run auto levels", "auto levels"),
        ("slightly sharpen the model, not the backdrop", "sharpen only the model slightly"),
    ],
)
def test_a_saying_is_read_as_plain_words_are(said: str, plain: str) -> None:
    assert plan(plain) is not None
    assert plan(said) == plan(plain)


@pytest.mark.parametrize(
    "said",
    [
        "more lights on the tree",
        "put a lighter flower on her",
        "make it a tilt shift photo",
        "give me a brighter smile",
        "blur her and sharpen him",
        "make me a sharper suit",
        "that skirt is so much darker than hers",
        "get the colours of the flag onto his face",
    ],
)
def test_other_wishes_stay_with_the_other_editor(said: str) -> None:
    assert plan(said) is None


def test_what_is_to_be_written_is_not_touched() -> None:
    found = plan('write "kill the noise, bro" at the top')
    assert found is not None
    assert [each.text for each in found.operations if isinstance(each, Caption)] == ["kill the noise, bro"]
