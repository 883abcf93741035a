"""What small weights know: an instruction outside it gets an honest no instead of a random picture."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.nouns import plural

FILLERS = frozenset(
    """
    a an the this that it its it's is are was be my our your his her their i we you me us he she they them him
    and then now so very much more bit little some please kindly can could would want should of to in on at by
    for from with as like into just really whole entire completely fully totally nice beautiful all everything
    photo photograph picture image pic shot scene here there instead make turn change set switch convert
    transform get have give put use let look looks one thing day colour color colours colors
    dark light bright deep pale plain
    """.split()  # noqa: SIM905 - a list of a hundred strings would be no easier to read
)
COLOURS = frozenset(
    """
    red orange yellow green blue turquoise teal cyan purple violet pink brown white grey gray black
    """.split()  # noqa: SIM905 - as above
)
DEEDS = frozenset(
    """
    add apply do redo paint repaint draw redraw render print replace swap remove erase delete clear cut out
    take fill cover dye tint spray recolour no something s full stronger outside
    """.split()  # noqa: SIM905 - as above
)
"""Words that don't say what of by themselves: "remove the colours" is known, "remove it" is not."""
KINDS = frozenset(("weather", "season", "style", "effect", "filter", "thick", "dense", "heavy"))
"""Words that only say of what kind the word beside them is, or how much of it."""
OF_PEOPLE = frozenset(
    ("old", "age", "antique", "past", "cool", "cooler", "colder", "warm", "warmer", "intense", "dramatic")
)
"""Looks of a photo, but if they are wished for a person, other things."""
SOMEBODY = re.compile(r"\b(him|her|he|she|them|they|me|us|i)\b", re.IGNORECASE)
SWITCH = "the admin can switch to the full model (engine.editor)."
REFUSAL = (
    "I can't do that with the small starter model yet. It can change the time of day, the season, the "
    "weather, the background and the style of a photo, give things that it knows another colour, take "
    "them away, resize and move them, and add many things as stickers; light, colours, crop and rotation it "
    f"changes exactly. For the rest, {SWITCH}"
)


Looks = Callable[[Image.Image], NDArray[np.float32]]
"""An RGB picture -> how likely (H, W) each pixel belongs to the subject."""
LOOK_SIDE = 320
"""Longer side, in pixels, of a picture that is small enough to be looked at."""
ENOUGH, NAMED, UNNAMED = 0.002, 0.8, 0.9
"""Share of the picture that something must have to count as seen, and the mean likelihood there, if it was
called by its name, or not: rocks and shirts on the floor are people and bottles to the network, with 0.81 to
0.87, and what really is there has 0.92 to 0.98 (on ten photos each)."""
BACKGROUND = "make the background white"
"""One of the wishes that the starter learned from what stands in front."""
PERSON = "person"
"""Name of the kind that people are; they are found otherwise first."""
SUBJECT = "subject"
"""Folder, beside diffusers' own, of what finds things in pictures."""
_THINGS = "things.json"
_SAID_OF_THINGS = COLOURS | frozenset(
    """
    big large small little tiny huge giant old new ugly stupid annoying silly whole entire wooden metal
    plastic dark light bright other
    """.split()  # noqa: SIM905 - as above
)
_PLACED = re.compile(r"\b(in front of|taken (?=at|in|on)|place (?=it|her|him|me|us|them))\b")
"""Only says where the rest is to be."""


def content(instruction: str) -> frozenset[str]:
    """The words that carry the meaning, without plural endings; any known colour stands for all of them."""
    text = _PLACED.sub(" ", instruction.lower().replace("'s", "").replace("’s", ""))
    said = re.findall(r"[a-z]+", text)
    return frozenset("COLOUR" if word in COLOURS else _singular(word) for word in said if word not in FILLERS)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _meant(words: Iterable[str]) -> frozenset[str]:
    """Words as they are compared: "a watercolor" is "a watercolour", "watercolour style" too."""
    return frozenset(word.replace("color", "colour") for word in words) - KINDS


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The content words of every wording of the training set that the weights do well.

    `filters`: whether drawings and the like are left to `exact/filters.py`, rain and snow to `falling.py`;
    `looks`: for a wish, what tells where in a picture the thing is that it speaks of, if something does;
    `things`: what that knows by name.
    `kinds`: what tells, without a wish, where in a photo things of each of these names are; `before`: where
    anything of a kind stands before the background.
    """

    wordings: frozenset[frozenset[str]]
    filters: bool = True
    looks: Callable[[str], Looks | None] = lambda wish: None
    things: frozenset[str] = frozenset()
    kinds: Mapping[str, Looks] = field(default_factory=dict)
    before: Looks | None = None

    def thing(self, noun: str) -> str | None:
        """The known name of a thing: "balloon" of "old red balloons"; None where it has none."""
        words = noun.split()
        names = self.things.union(self.kinds.keys() - {PERSON})
        while words and words[0] in _SAID_OF_THINGS and " ".join(words) not in names:
            words = words[1:]
        return _called(names).get(" ".join(words))

    @property
    def in_front(self) -> Looks | None:
        """What tells what stands before the background."""
        return self.before_or(self.looks(BACKGROUND))

    def before_or(self, looks: Looks | None) -> Looks | None:
        """What is of a kind and stands before the background, or else what `looks` finds."""
        return either(self.before, looks, UNNAMED)

    def covers(self, instruction: str) -> bool:
        """Whether some known wording holds all of the instruction's content words; "the photo" has none.

        A wording that names a colour is about nothing else: that a hat can be red says nothing of giving one.
        A blue sky is that of fair weather; skies of other colours were not taught.
        """
        asked = _meant(content(instruction))
        if not asked - DEEDS or (asked <= OF_PEOPLE and SOMEBODY.search(instruction)):
            return False
        if asked == {"sky", "COLOUR"} and not re.search(r"\bblue\b", instruction, re.IGNORECASE):
            return False
        return any(asked <= known and ("COLOUR" in asked or "COLOUR" not in known) for known in self.wordings)


def either(first: Looks | None, second: Looks | None, clear: float) -> Looks | None:
    """What the first one sees, or, where that is nothing clear, the second."""
    if first is None or second is None:
        return first or second

    def looks(picture: Image.Image) -> NDArray[np.float32]:
        found = first(picture)
        return found if (found > 0.5).mean() >= ENOUGH and is_clear(found, clear) else second(picture)

    return looks


def is_clear(likely: NDArray[np.float32], least: float) -> bool:
    """Whether something is seen, with that mean likelihood at least."""
    seen = likely > 0.5
    return bool(seen.any() and likely[seen].mean() >= least)


@cache
def _called(things: frozenset[str]) -> dict[str, str]:
    """What each name, and its plural, is a name of."""
    return {plural(name): name for name in things} | {name: name for name in things}


class Everything(Knowledge):
    """Of weights that are to try whatever is asked, to find out what they can."""

    def __init__(self) -> None:
        super().__init__(frozenset(), filters=False)

    def covers(self, instruction: str) -> bool:
        return True


def read_knowledge(folder: Path) -> Knowledge | None:
    """`knows.json` beside the weights; None for weights that have none, as they refuse nothing."""
    file = folder / "knows.json"
    if not file.is_file():
        return None
    lines: list[str] = json.loads(file.read_text(encoding="utf-8"))["wordings"]
    things = folder / SUBJECT / _THINGS
    named = json.loads(things.read_text(encoding="utf-8"))["things"] if things.is_file() else []
    return Knowledge(frozenset(_meant(line.split()) for line in lines), things=frozenset(named))


def write_knowledge(folder: Path, instructions: Iterable[str]) -> None:
    """Write `knows.json` for weights that were trained on these instructions."""
    found = {content(text) for text in instructions}
    lines = sorted(" ".join(sorted(words)) for words in found if words)
    (folder / "knows.json").write_text(json.dumps({"wordings": lines}, indent=0) + "\n", encoding="utf-8")


def write_things(folder: Path, things: Iterable[str]) -> None:
    """Write what a network that finds things in pictures, in `folder`/subject, knows by name."""
    text = json.dumps({"things": sorted(set(things))}, indent=0) + "\n"
    (folder / SUBJECT / _THINGS).write_text(text, encoding="utf-8")
