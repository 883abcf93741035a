"""How people, and the dialogue model, word a wish about a person."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.editing.data.wordings import from_grammar
from engine.nouns import article


class Person(NamedTuple):
    """`make HIM smile`, `dye HIS hair`, `let him close HIS OWN eyes`."""

    him: str
    his: str
    own: str


_ANYONE = (
    Person("the person", "the person's", "their"),
    Person("them", "their", "their"),
    Person("me", "my", "my"),
)


def person(woman: bool, rng: np.random.Generator) -> Person:
    nouns = ("woman", "girl", "lady") if woman else ("man", "boy", "guy")
    noun = nouns[int(rng.integers(3))]
    own = "her" if woman else "his"
    known = Person("her" if woman else "him", own, own), Person(f"the {noun}", f"the {noun}'s", own)
    options = (*known, *known, *_ANYONE)
    return options[int(rng.integers(len(options)))]


def _bare(thing: str) -> str:
    return thing.removeprefix("a ").removeprefix("an ")


def wearing(thing: str, who: Person, rng: np.random.Generator) -> list[str]:
    said = [f"give {who.him} {thing}", f"add {thing}", f"i want {who.him} with {thing}"]
    if "beard" in thing or "moustache" in thing:
        said += [f"let {who.him} grow {thing}", f"draw {thing} on {who.his} face"]
    else:
        said += [f"put {thing} on {who.him}", f"let {who.him} wear {thing}", f"make {who.him} wear {thing}"]
    return said + from_grammar("object", ("(give|get) {the}",), {"the": who.him, "a": thing}, rng)


def without(thing: str, who: Person) -> list[str]:
    bare = _bare(thing)
    return [
        f"remove the {bare}",
        f"take off the {bare}",
        f"take off {who.his} {bare}",
        f"take the {bare} off",
        f"remove {who.his} {bare}",
        f"get rid of the {bare}",
        f"no {bare}",
        f"i want {who.him} without {thing}",
    ]


def instead(old: str, new: str, who: Person) -> list[str]:
    return [
        f"replace the {_bare(old)} with {new}",
        f"turn the {_bare(old)} into {new}",
        f"change {who.his} {_bare(old)} to {new}",
        f"swap the {_bare(old)} for {new}",
        f"give {who.him} {new} instead of {old}",
    ]


def shaved(thing: str, who: Person) -> list[str]:
    bare = _bare(thing).removeprefix("long ")
    said = [f"remove the {bare}", f"shave off {who.his} {bare}", f"shave off the {bare}", f"shave {who.him}"]
    return [*said, f"get rid of the {bare}", f"make {who.him} clean-shaven", f"take away {who.his} {bare}"]


def hair_style(style: str, who: Person) -> list[str]:
    said = [f"give {who.him} {style}", f"change the hairstyle to {style}", f"i want {who.him} with {style}"]
    if style.endswith(" hair"):
        look = style.removesuffix(" hair")
        return [*said, f"make {who.his} hair {look}", f"make the hair {look}", f"i want {look} hair"]
    return [*said, f"style {who.his} hair as {style}", f"change {who.his} hair to {style}"]


def hair_colour(colour: str, who: Person) -> list[str]:
    said = [f"{verb} {who.his} hair {colour}" for verb in ("make", "dye", "colour", "turn", "color")]
    said += [
        f"give {who.him} {colour} hair",
        f"change the hair colour to {colour}",
        f"make the hair {colour}",
    ]
    return [*said, f"change {who.his} hair color to {colour}", f"change {who.his} hair to {colour}"]


def garment_colour(garment: str, colour: str, who: Person) -> list[str]:
    said = [f"{verb} {who.his} {garment} {colour}" for verb in ("make", "dye", "colour", "turn")]
    said += [f"{verb} the {garment} {colour}" for verb in ("make", "paint", "recolour")]
    said += [f"change the {garment} to {colour}", f"change the colour of the {garment} to {colour}"]
    return [*said, f"give {who.him} a {colour} {garment}", f"change {who.his} {garment} colour to {colour}"]


def dressed(old: str, new: str, who: Person) -> list[str]:
    thing = article(new)
    said = [f"put {who.him} in {thing}", f"give {who.him} {thing}", f"let {who.him} wear {thing}"]
    said += [f"dress {who.him} in {thing}", f"replace the {old} with {thing}", f"change the {old} to {thing}"]
    return [*said, f"turn {who.his} {old} into {thing}", f"make {who.him} wear {thing}"]


_MOUTHS = {
    "smile": ("make {him} smile", "let {him} smile", "give {him} a smile", "add a smile", "make {him} happy"),
    "laugh": ("make {him} laugh", "let {him} laugh", "give {him} a big smile", "make {him} laugh out loud"),
    "sad": ("make {him} sad", "make {him} look sad", "let {him} look sad", "give {him} a sad face"),
    "serious": ("make {him} look serious", "make {him} serious", "remove {his} smile", "stop {him} smiling"),
    "tongue": ("stick out {his} tongue", "let {him} stick {own} tongue out", "show {his} tongue"),
}
_EYES = {
    "closed": (
        "close {his} eyes",
        "make {him} close {his} eyes",
        "let {him} close {own} eyes",
        "shut {his} eyes",
    ),
    "wink": ("make {him} wink", "let {him} wink", "close one of {his} eyes", "give {him} a wink"),
    "surprised": ("make {him} look surprised", "make {him} surprised", "open {his} eyes wide"),
    "open": ("open {his} eyes", "make {him} open {own} eyes", "let {him} open {own} eyes"),
}


def mouth(name: str, who: Person) -> list[str]:
    return [each.format(**who._asdict()) for each in _MOUTHS[name]]


def eyes(name: str, who: Person) -> list[str]:
    return [each.format(**who._asdict()) for each in _EYES[name]]
