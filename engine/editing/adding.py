"""Something new is put into a picture, or in another thing's place, as a sticker.

Small weights can't paint a dog that is not there. A drawing of one, in the picture's light and behind what it
is to stand behind, is what they offer instead, and the person is told that it is one.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from engine.editing.adding_wishes import Place, added, exchanged
from engine.editing.data.effects import dyed, tint
from engine.editing.exact.operations import CannotApply, Operation, on_colours
from engine.editing.exact.people import FACES_SIDE, find_faces, to_the_pixel
from engine.editing.exact.phrases import enumerate_phrases
from engine.editing.knowledge import COLOURS, LOOK_SIDE, Knowledge, Looks
from engine.editing.pictures import rgb, thumbnail
from engine.editing.placing import Box, Unit, box_of, colourful, freest, in_row, lay_in, on_face, standing
from engine.editing.recolour import colour_of
from engine.editing.sight import FARTHER, SEVERAL, SOMEBODY, WHICH, Likely, Sight, people_in, sight
from engine.editing.stickers.wanted import Wanted, wanted
from engine.editing.thing_wishes import OF_SOMEBODY
from engine.editing.things import inside, refuse_transparency, without

SHARES = {"large": 0.55, "medium": 0.4, "small": 0.24, "in the sky": 0.24}
"""How long a thing is, in shares of the picture's shorter side."""
GROUND, FAR, SKY = 0.95, 0.62, 0.2
"""Where, from the top, something ends that stands in front, and far off; the middle of what flies."""
COLUMNS = {"left": 0.22, "right": 0.78, "middle": 0.5}
CORNERS = {"left": 0.0, "right": 1.0}
EDGE = 0.03
"""Of the picture's width, beside what is in a corner."""
BEHIND = (0.85, 0.15, 0.7, 0.3, 0.5)
"""Columns where something may be behind another thing, those tried first that hide less of it."""
SCATTERED = {"sky": (2, 5, 0.4), "everywhere": (4, 4, 1.0)}
"""Rows and columns, and the share of the picture's height that they fill."""
ON_FACE = frozenset(("head", "face", "eyes", "nose", "shoulder"))
NO_FACE = "I can't find a face in this picture to put that on."
NO_ROOM = "There is no room for that there."


@dataclass(frozen=True, slots=True)
class WithStickers(Operation):
    new: tuple[Wanted, ...]

    def called(self, many: bool = False) -> str:
        """ "two red balloons and a dog as stickers"."""
        one = len(self.new) == 1 and self.new[0].count == 1 and not many
        listed = enumerate_phrases([each.called(many) for each in self.new])
        return f"{listed} as {'a sticker' if one else 'stickers'}"

    def apply(self, image: Image.Image) -> Image.Image:
        """Raises `CannotApply` where what the place is named by is not seen, or there is no room."""
        refuse_transparency(image)
        return on_colours(image, lambda each: self.done(rgb(each)))

    @abstractmethod
    def done(self, picture: Image.Image) -> Image.Image:
        """The same of an RGB picture."""


@dataclass(frozen=True, slots=True)
class Add(WithStickers):
    """`there` finds what the place is named by, if it is; `before` what stands in front of the rest."""

    place: Place
    there: Sight | None
    before: Looks | None = field(repr=False, compare=False)

    @property
    def phrase(self) -> str:
        worn = [each for each in self.new if self.goes_on_faces(each)]
        return f"added {self.called(self.place_is_everywhere or any(each.count > 1 for each in worn))}"

    @property
    def place_is_everywhere(self) -> bool:
        return "everywhere" in self.place.spots

    def goes_on_faces(self, each: Wanted) -> bool:
        somebody = self.place.thing is None or self.place.thing.noun in SOMEBODY | SEVERAL
        if self.place.relation in ON_FACE:
            return somebody
        worn = self.place.relation in ("worn", "on") and somebody
        return each.sticker.worn is not None and (worn or self.place == Place())

    def done(self, picture: Image.Image) -> Image.Image:
        worn = [each for each in self.new if self.goes_on_faces(each)]
        faces = self.faces(picture) if worn else []
        rest = [each for each in self.new if not faces or each not in worn]
        result = picture.copy()
        for each in worn if faces else ():
            drawn = drawing(each, picture)
            for face in faces[: each.given if self.place.thing is None else None]:
                box = on_face(face, drawn, self.part(each), each.factor)
                lay_in(result, drawn, box, stands=False)
        return self.placed(result, rest) if rest else result

    def part(self, each: Wanted) -> str:
        relation = self.place.relation
        return each.sticker.worn or (relation if relation in ON_FACE and relation is not None else "head")

    def faces(self, picture: Image.Image) -> Sequence[Box]:
        """Those meant, the largest first. Raises `CannotApply` where that can't be told."""
        wide, high = picture.size
        found = [
            ((x - w / 2) * wide, (y - h / 2) * high, (x + w / 2) * wide, (y + h / 2) * high)
            for x, y, w, h in find_faces(thumbnail(picture, FACES_SIDE)).tolist()
        ]
        who = self.place.thing
        if who is not None and who.side in ("back", "others"):
            largest = max((face[2] - face[0] for face in found), default=0.0)
            found = [face for face in found if face[2] - face[0] < FARTHER * largest]
            if len(found) > 1 and who.noun not in SEVERAL:
                raise CannotApply(WHICH)
            return found
        if who is None or who.noun in SEVERAL or len(found) < 2:
            return sorted(found, key=lambda face: face[0] - face[2])
        if who.side is None:
            raise CannotApply(WHICH)
        return [(min if who.side == "left" else max)(found)]

    def placed(self, picture: Image.Image, new: Sequence[Wanted]) -> Image.Image:
        units = [unit for each in new for unit in self.units(picture, each)]
        relation, thing = self.place.relation, self.place.thing
        on_faces = relation in ON_FACE or (relation == "worn" and any(each.sticker.worn for each in new))
        if on_faces and (thing is None or thing.noun in SOMEBODY | SEVERAL):
            raise CannotApply(NO_FACE)
        if self.place_is_everywhere:
            return self.scattered(picture, units)
        if self.there is None:
            return self.at_spot(picture, units)
        if relation == "behind":
            return self.behind(picture, units, self.there)
        return self.by_thing(picture, units, self.there)

    def units(self, picture: Image.Image, each: Wanted) -> list[Unit]:
        drawn = drawing(each, picture)
        longer = SHARES[each.sticker.where] * each.factor * min(picture.size)
        together = sum(one.count for one in self.new)
        if together > 1:
            longer = min(0.8 * longer, 0.9 * picture.width / together)
        scale = longer / max(drawn.size)
        one = Unit(drawn, drawn.width * scale, drawn.height * scale, each.sticker.where == "in the sky")
        return [one] * each.count

    def by_thing(self, picture: Image.Image, units: Sequence[Unit], there: Sight) -> Image.Image:
        left, top, right, bottom = box_of(there.likely(picture), picture.size)
        row = in_row(units, 0, [0.0] * len(units))
        width, height = row[-1][2] - row[0][0], max(unit.height for unit in units)
        middle, end = (left + right) / 2, bottom
        relation = self.place.relation
        if relation == "on" or relation in ON_FACE or (relation == "worn" and self.new[0].sticker.worn):
            end = max(top + 0.12 * height, 0.6 * height)
        elif relation == "above":
            end = max(top - 0.1 * height, 0.6 * height)
        elif relation in ("under", "before"):
            end = min(bottom + 0.15 * height, picture.height)
        else:
            to_right = relation == "right of" or (relation != "left of" and picture.width - right > left)
            reach = (width + units[0].width * 0.1) / 2
            middle = right + reach if to_right else left - reach
        boxes = in_row(units, middle, [end] * len(units))
        if not inside(round(boxes[0][0]), round(width), picture.width):
            if relation not in ("beside", "worn"):
                raise CannotApply(NO_ROOM)
            return self.at_spot(picture, units)
        return laid_all(picture, units, boxes, stands=relation != "above")

    def behind(self, picture: Image.Image, units: Sequence[Unit], there: Sight) -> Image.Image:
        """Beside its middle, where most of it is to be seen."""
        likely = there.likely(picture)
        _, top, _, bottom = box_of(likely, picture.size)
        height = max(unit.height for unit in units)
        end = max(bottom if bottom - top < 1.4 * height else top + 0.7 * (bottom - top), height)
        ends = [end] * len(units)
        column = freest(BEHIND, likely, picture.size, lambda each: in_row(units, each * picture.width, ends))
        boxes = in_row(units, column * picture.width, ends)
        return before_again(picture, laid_all(picture, units, boxes, stands=False), likely)

    def at_spot(self, picture: Image.Image, units: Sequence[Unit]) -> Image.Image:
        """Where it was said; where nothing was, in the column that is freest."""
        spots = self.place.spots
        far = "background" in spots
        units = [unit.scaled(0.6) for unit in units] if far else units
        ends = [self.end(picture.height, unit) for unit in units]
        edge = EDGE * picture.width

        def boxes(column: float) -> Sequence[Box]:
            row = in_row(units, column * picture.width, ends)
            left, right = row[0][0] - edge, row[-1][2] + edge - picture.width
            off = 0.0 if left < 0 < right else -min(left, 0.0) - max(right, 0.0)
            return [(first + off, top, last + off, bottom) for first, top, last, bottom in row]

        front = self.front(picture)
        corner = bool({"top", "bottom"} & set(spots))
        named = [(CORNERS if corner else COLUMNS)[spot] for spot in spots if spot in COLUMNS]
        column = named[0] if named else freest(COLUMNS.values(), front, picture.size, boxes)
        result = laid_all(picture, units, boxes(column), stands=True)
        return before_again(picture, result, front) if far else result

    def end(self, height: int, unit: Unit) -> float:
        spots = set(self.place.spots)
        if "middle" in spots:
            return (height + unit.height) / 2
        if spots & {"sky", "top"} or (unit.flies and "bottom" not in spots):
            return max(height * SKY + unit.height / 2, unit.height)
        return height * (FAR if "background" in spots else GROUND)

    def scattered(self, picture: Image.Image, units: Sequence[Unit]) -> Image.Image:
        """Smaller ones all over the picture, or the sky, each a little off its place in a grid."""
        rng = np.random.default_rng(len(units))
        above = "sky" in self.place.spots
        rows, columns, deep = SCATTERED["sky" if above else "everywhere"]
        result = picture.copy()
        for at, (row, column) in enumerate(np.ndindex(rows, columns)):
            across, down, share = rng.uniform((-0.28, -0.25, 0.35), (0.28, 0.25, 0.6))
            unit = units[at % len(units)].scaled(share)
            middle = (column + 0.5 + across) * picture.width / columns
            centre = (row + 0.5 + down) * deep * picture.height / rows
            box = standing(middle, centre + unit.height / 2, unit.width, unit.height)
            lay_in(result, unit.drawing, box, stands=False)
        return before_again(picture, result, self.front(picture)) if above else result

    def front(self, picture: Image.Image) -> Likely:
        """How likely each pixel of the picture, made smaller, stands in front of the rest."""
        small = thumbnail(picture, LOOK_SIDE)
        people = people_in(small)
        return people if people.any() or self.before is None else self.before(small)


@dataclass(frozen=True, slots=True)
class Exchange(WithStickers):
    """What is seen goes, and the stickers stand in its place."""

    sight: Sight

    @property
    def phrase(self) -> str:
        return f"replaced {self.sight.thing} with {self.called()}"

    def done(self, picture: Image.Image) -> Image.Image:
        likely = self.sight.likely(picture)
        left, top, right, bottom = box_of(likely, picture.size)
        units: list[Unit] = []
        for each in self.new:
            drawn = drawing(each, picture)
            inner = min((right - left) / drawn.width, (bottom - top) / drawn.height)
            scale = max(inner, 0.75 * max(right - left, bottom - top) / max(drawn.size)) * each.factor
            units += [Unit(drawn, drawn.width * scale, drawn.height * scale, flies=False)] * each.count
        units = [unit.scaled(1 if len(units) == 1 else 0.7) for unit in units]
        boxes = in_row(units, (left + right) / 2, [bottom] * len(units))
        return laid_all(without(self.sight.thing, picture, likely), units, boxes, stands=True)


def drawing(each: Wanted, picture: Image.Image) -> Image.Image:
    """RGBA, in the colour that was asked for; grey in a picture without colours."""
    drawn = each.sticker.picture()
    colour = colour_of(each.colour) if each.colour is not None else None
    if colour is None:
        return drawn if colourful(picture) else drawn.convert("LA").convert("RGBA")
    pixels = np.asarray(drawn, np.float32) / 255
    painted = dyed(pixels[..., :3], tint(*colour), pixels[..., 3] > 0)
    levels = np.dstack([painted, pixels[..., 3]]).clip(0, 1)
    return Image.fromarray(np.rint(levels * 255).astype(np.uint8), "RGBA")


def laid_all(picture: Image.Image, units: Sequence[Unit], boxes: Sequence[Box], stands: bool) -> Image.Image:
    result = picture.copy()
    for unit, box in zip(units, boxes, strict=True):
        lay_in(result, unit.drawing, box, stands and not unit.flies)
    return result


def before_again(picture: Image.Image, result: Image.Image, likely: Likely) -> Image.Image:
    """The result, with what stands in front of the picture in front of what is new in it, too."""
    return Image.composite(picture, result, to_the_pixel(likely, picture))


def adding(wish: str, knowledge: Knowledge) -> Operation | None:
    """What a wish asks to be put into the picture, if there is a sticker of it and its place can be found.

    Nothing where the weights know the wish themselves (clouds), but for oranges, which are no colour here.
    """
    if (wished := added(wish)) is not None and (new := wanted(wished[0])):
        fruit = any(each.noun in COLOURS and each.given is not None for each in new)
        return None if knowledge.covers(wish) and not fruit else _add(tuple(new), wished[1], knowledge)
    if (swap := exchanged(wish)) is not None and (new := wanted(swap[1])):
        found = sight(swap[0], knowledge)
        clothes = not OF_SOMEBODY.isdisjoint(swap[0].noun.split()) or any(each.sticker.worn for each in new)
        if found is not None and found.looks is not None and not clothes:  # nobody wants to be a sticker
            return Exchange(tuple(new), found)
    return None


def _add(new: tuple[Wanted, ...], place: Place, knowledge: Knowledge) -> Add | None:
    worn = [each.sticker.worn for each in new]
    if place.thing is not None and place.relation == "worn":
        if place.thing.noun in ("me", "us") and not any(worn):  # "give me a dog"
            place = Place()
        elif "eyes" in worn and place.thing.noun not in SOMEBODY | SEVERAL:
            return None  # whose eyes are nowhere to be found
    there = None if place.thing is None else sight(place.thing, knowledge)
    if place.thing is not None and there is None:
        return None
    return Add(new, place, there, knowledge.in_front)
