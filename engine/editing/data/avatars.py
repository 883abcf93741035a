"""Recipes with drawn people, of whom one named attribute changes (PyPI `python_avatars`, MIT).

Everything else of the drawing stays as it was, by construction.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec

import numpy as np
from PIL import Image

from engine.editing.data import avatar_phrases as phrases
from engine.editing.data.effects import blur
from engine.editing.data.material import Material, Size, pick, view
from engine.editing.data.pair import Pair, Recipe, pair
from engine.editing.data.scenes import COLOURS, noise, over, plain
from engine.editing.data.splits import Array, split_of

Rng = np.random.Generator
PACKAGES = ("python_avatars", "resvg_py")

SHORT = (
    "caesar", "short_flat", "short_round", "short_waved", "shaggy", "sides", "short_curly", "caesar_side_part"
)  # fmt: skip
HAIR: dict[str, tuple[str, ...]] = {
    "short hair": SHORT,
    "curly hair": ("curly", "curly_2", "long_hair_curly"),
    "long hair": ("straight_1", "straight_strand", "long_not_too_long", "loose_hair"),
    "a bob": ("bob", "mia_wallace"),
    "a bun": ("bun",),
    "an afro": ("fro",),
    "dreadlocks": ("dreads", "short_dreads_1"),
    "braids": ("braids", "twist_long_hair"),
    "a mohawk": ("mohawk",),
    "a buzz cut": ("buzzcut",),
    "a quiff": ("quiff", "pompadour", "elvis"),
    "wild hair": ("wild", "mowgli", "einstein_hair"),
}
LONG = frozenset(
    hair for name in ("curly hair", "long hair", "a bob", "a bun", "braids") for hair in HAIR[name]
)
HATS: dict[str, tuple[str, ...]] = {
    "a hat": ("hat",),
    "a winter hat": ("winter_hat_2", "winter_hat_3"),
    "a beanie": ("winter_hat_3", "winter_hat_4"),
    "a turban": ("turban",),
    "a headscarf": ("hijab",),
    "a chef's hat": ("chef_cap",),
    "a helmet": ("gladiator_helmet",),
}
GLASSES: dict[str, tuple[str, ...]] = {
    "glasses": ("prescription_02", "round"),
    "round glasses": ("round",),
    "sunglasses": ("sunglasses", "wayfarers"),
    "an eye patch": ("eyepatch",),
}
BEARDS: dict[str, tuple[str, ...]] = {
    "a beard": ("beard_light", "beard_medium"),
    "a long beard": ("beard_magestic",),
    "a moustache": ("moustache_fancy", "moustache_magnum"),
}
CLOTHES: dict[str, tuple[str, ...]] = {
    "t-shirt": ("shirt_crew_neck", "shirt_scoop_neck"),
    "v-neck shirt": ("shirt_v_neck",),
    "hoodie": ("hoodie",),
    "sweater": ("collar_sweater",),
    "blazer": ("blazer_shirt",),
    "suit": ("shirt_wick", "bond_suit"),
    "overall": ("overall",),
    "space suit": ("astronaut_suit",),
}
FIXED = frozenset(("shirt_wick", "bond_suit", "astronaut_suit"))
"""Clothes whose colour can't be changed."""
MOUTHS = {"smile": "smile", "laugh": "big_smile", "sad": "sad", "serious": "serious", "tongue": "tongue"}
EYES = {"closed": "closed", "wink": "wink", "surprised": "surprised", "open": "default"}
HAIR_COLOURS = {
    "black": "#2c1b18",
    "brown": "#724133",
    "blonde": "#d6b370",
    "red": "#c93305",
    "grey": "#a9adad",
    "white": "#f0ece2",
    "pink": "#f59797",
    "blue": "#3a6fd8",
    "green": "#3f9a4f",
    "purple": "#7b3fb5",
}
SKINS = ("#f9d7c2", "#edb98a", "#e0ac69", "#d08b5b", "#ae5d29", "#7d4c33")


_SILHOUETTE = re.compile(r'(<use [^>]*?fill=")#(?:D0C6AC|E6E6E6|D8D8D8|F4F4F4)')
"""Pale shapes that lie exactly under the coloured ones, and would show as a rim around them."""


@dataclass(frozen=True, slots=True)
class Face:
    """What a drawing shows, in the words of `python_avatars`; `shirt` and `hair` are names of colours."""

    top: str
    hair: str
    skin: str
    clothes: str
    shirt: str
    accessory: str = ""
    beard: str = ""
    mouth: str = "twinkle"
    eyes: str = "default"
    eyebrows: str = "default"
    headwear: bool = False

    def svg(self) -> str:
        import python_avatars as parts

        hex_of = "#" + "".join(f"{round(level * 255):02x}" for level in COLOURS[self.shirt])
        drawn = parts.Avatar(
            style=parts.AvatarStyle.TRANSPARENT,
            top=(parts.HatType if self.headwear else parts.HairType)(self.top),
            hair_color=HAIR_COLOURS[self.hair],
            facial_hair_color=HAIR_COLOURS[self.hair],
            hat_color=hex_of,
            skin_color=self.skin,
            accessory=parts.AccessoryType(self.accessory),
            facial_hair=parts.FacialHairType(self.beard),
            clothing=parts.ClothingType(self.clothes),
            clothing_color=hex_of,
            mouth=parts.MouthType(self.mouth),
            eyes=parts.EyeType(self.eyes),
            eyebrows=parts.EyebrowType(self.eyebrows),
        )
        return _SILHOUETTE.sub(r"\1none", drawn.render())

    def pixels(self, width: int) -> Array:
        """(H, W, 4) in [0, 1]."""
        import resvg_py

        file = resvg_py.svg_to_bytes(svg_string=self.svg(), width=width, skip_system_fonts=True)
        with Image.open(io.BytesIO(bytes(file))) as picture:
            return np.asarray(picture.convert("RGBA"), np.float32) / 255


def missing() -> str | None:
    """A sentence if the packages that draw people are not installed."""
    if all(find_spec(name) for name in PACKAGES):
        return None
    return "Drawn people need two more packages: pip install 'dialogpaint[data]'."


Change = Callable[[Face, Rng], tuple[Face, Face, list[str], str]]
"""A face -> before, after, wordings, skill."""


def _one_of(rng: Rng, group: dict[str, tuple[str, ...]]) -> tuple[str, str]:
    name = pick(rng, list(group))
    return name, pick(rng, group[name])


def _glasses(face: Face, rng: Rng) -> tuple[Face, Face, list[str], str]:
    name, part = _one_of(rng, GLASSES)
    worn = replace(face, accessory=part)
    who = phrases.person(face.top in LONG, rng)
    if rng.random() < 0.3:
        return worn, face, phrases.without(name, who), "glasses off"
    if rng.random() < 0.25 and name == "sunglasses":
        old = replace(face, accessory=pick(rng, GLASSES["glasses"]))
        return old, worn, phrases.instead("glasses", name, who), name
    return face, worn, phrases.wearing(name, who, rng), name


def _beard(face: Face, rng: Rng) -> tuple[Face, Face, list[str], str]:
    if face.top in LONG:
        face = replace(face, top=pick(rng, SHORT))
    name, part = _one_of(rng, BEARDS)
    worn = replace(face, beard=part)
    who = phrases.person(False, rng)
    if rng.random() < 0.35:
        return worn, face, phrases.shaved(name, who), "shaved"
    return face, worn, phrases.wearing(name, who, rng), name


def _hat(face: Face, rng: Rng) -> tuple[Face, Face, list[str], str]:
    name, part = _one_of(rng, HATS)
    worn = replace(face, top=part, headwear=True)
    who = phrases.person(face.top in LONG, rng)
    if rng.random() < 0.3:
        return worn, face, phrases.without(name, who), "hat off"
    return face, worn, phrases.wearing(name, who, rng), name


def _hair_style(face: Face, rng: Rng) -> tuple[Face, Face, list[str], str]:
    name, part = _one_of(rng, {n: parts for n, parts in HAIR.items() if face.top not in parts})
    who = phrases.person(face.top in LONG, rng)
    return face, replace(face, top=part), phrases.hair_style(name, who), name


def _hair_colour(face: Face, rng: Rng) -> tuple[Face, Face, list[str], str]:
    colour = pick(rng, [name for name in HAIR_COLOURS if name != face.hair])
    who = phrases.person(face.top in LONG, rng)
    return face, replace(face, hair=colour), phrases.hair_colour(colour, who), f"{colour} hair"


def _shirt_colour(face: Face, rng: Rng) -> tuple[Face, Face, list[str], str]:
    garment = _garment(face)
    colour = pick(rng, [name for name in COLOURS if name != face.shirt])
    who = phrases.person(face.top in LONG, rng)
    said = phrases.garment_colour(garment, colour, who)
    return face, replace(face, shirt=colour), said, f"recolour {colour}"


def _garment(face: Face) -> str:
    return next(name for name, parts in CLOTHES.items() if face.clothes in parts)


def _clothes(face: Face, rng: Rng) -> tuple[Face, Face, list[str], str]:
    name, part = _one_of(rng, {n: parts for n, parts in CLOTHES.items() if face.clothes not in parts})
    who = phrases.person(face.top in LONG, rng)
    said = phrases.dressed(_garment(face), name, who)
    return face, replace(face, clothes=part), said, name


def _mouth(face: Face, rng: Rng) -> tuple[Face, Face, list[str], str]:
    name = pick(rng, list(MOUTHS))
    before = (
        "sad"
        if name in ("smile", "laugh") and rng.random() < 0.4
        else "twinkle"
        if name == "sad"
        else "serious"
    )
    before = "twinkle" if name == "serious" else before
    who = phrases.person(face.top in LONG, rng)
    after = replace(face, mouth=MOUTHS[name])
    return replace(face, mouth=before), after, phrases.mouth(name, who), name


def _eyes(face: Face, rng: Rng) -> tuple[Face, Face, list[str], str]:
    name = pick(rng, list(EYES))
    before = replace(face, eyes="closed" if name == "open" else "default")
    who = phrases.person(face.top in LONG, rng)
    return before, replace(face, eyes=EYES[name]), phrases.eyes(name, who), f"eyes {name}"


def _drawn_face(material: Material, rng: Rng) -> Face:
    """A face that is in no other split."""
    while True:
        face = Face(
            top=pick(rng, HAIR[pick(rng, list(HAIR))]),
            hair=pick(rng, list(HAIR_COLOURS)[: 6 if rng.random() < 0.8 else None]),
            skin=pick(rng, SKINS),
            clothes=pick(rng, [part for parts in CLOTHES.values() for part in parts if part not in FIXED]),
            shirt=pick(rng, [name for name in COLOURS if name != "black"]),
        )
        if split_of(f"face {asdict(face)}") == material.split:
            return replace(face, mouth=pick(rng, ("twinkle", "default", "serious")))


def _behind(material: Material, size: Size, rng: Rng) -> Array:
    """A wall, or a place that is out of focus."""
    chance = rng.random()
    if chance < 0.35:
        return plain(pick(rng, list(COLOURS)), noise(size, rng, 3) + 0.4)
    if chance < 0.65:
        return blur(material.painted(size, rng)[1], 0.008)
    return blur(view(material.photos.draw(rng, "wide").pixels, size, rng), 0.014)


def _recipe(change: Change) -> Recipe:
    def draw(material: Material, size: Size, rng: Rng) -> Pair:
        ground = _behind(material, size, rng)
        before, after, said, skill = change(_drawn_face(material, rng), rng)
        width = round(min(size[0] * 264 / 280, size[1]) * rng.uniform(0.85, 1.05))
        left = round((size[1] - width) / 2 + rng.uniform(-0.08, 0.08) * size[1])
        pictures = []
        for face in (before, after):
            stamp = face.pixels(width)
            canvas = np.zeros((*size, 4), np.float32)
            top = size[0] - stamp.shape[0]
            x0, x1 = max(left, 0), min(left + width, size[1])
            canvas[max(top, 0) :, x0:x1] = stamp[max(-top, 0) :, x0 - left : x1 - left]
            pictures.append(over(ground, canvas[..., :3], canvas[..., 3:]))
        return pair(*pictures, said, skill, rng)

    return draw


AVATARS: dict[str, tuple[Recipe, float]] = {
    "glasses": (_recipe(_glasses), 0.01),
    "hair style": (_recipe(_hair_style), 0.01),
    "hair colour": (_recipe(_hair_colour), 0.01),
    "beard": (_recipe(_beard), 0.01),
    "hat": (_recipe(_hat), 0.01),
    "shirt colour": (_recipe(_shirt_colour), 0.01),
    "clothes": (_recipe(_clothes), 0.01),
    "smile": (_recipe(_mouth), 0.01),
    "eyes": (_recipe(_eyes), 0.01),
}
"""Recipes with their shares of a set."""
