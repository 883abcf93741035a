"""Something new is put into a picture, or in another thing's place, as a sticker.

Small weights can't paint a dog that is not there. A drawing of one, in the picture's light and behind what it
is to stand behind, is what they offer instead, and the person is told that it is one.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from PIL import Image

from engine.editing.adding_wishes import New, Place, added, exchanged
from engine.editing.data.effects import dyed, tint
from engine.editing.data.object_phrases import article, plural
from engine.editing.exact.operations import CannotApply, Operation, on_colours
from engine.editing.exact.people import find_faces, to_the_pixel
from engine.editing.front import WISH
from engine.editing.knowledge import LOOK_SIDE, Knowledge, Looks
from engine.editing.pictures import rgb, thumbnail
from engine.editing.placing import Box, box_of, colourful, freest, laid_in, standing
from engine.editing.recolour import colour_of
from engine.editing.sight import SEVERAL, WHICH, Likely, Sight, people_in, sight
from engine.editing.stickers import Sticker, sticker, stickers
from engine.editing.things import TRANSPARENT, inside, without

SHARES = {"large": 0.55, "medium": 0.4, "small": 0.24, "in the sky": 0.24}
"""How long a thing is, in shares of the picture's shorter side."""
GROUND, FAR, SKY = 0.95, 0.62, 0.2
"""Where, from the top, something ends that stands in front, and far off; the middle of what flies."""
COLUMNS = {"left": 0.22, "right": 0.78, "middle": 0.5}
BEHIND = (0.85, 0.15, 0.7, 0.3, 0.5)
"""Columns where something may be behind another thing, those tried first that hide less of it."""
APART = 1.08
"""From one to the next, in widths."""
SOME = 3
SCATTERED = {"sky": (2, 5, 0.4), "everywhere": (4, 4, 1.0)}
"""Rows and columns, and the share of the picture's height that they fill."""
HAT, GLASSES, SITTING = 1.75, 1.35, 0.9
"""Widths, in those of the detector's box round a face, which begins above the eyebrows; of what is put on a
head without being a hat."""
BROW, LOWEST, EYES = -0.05, 0.12, 0.3
"""Where a hat ends in that box; how far down the picture's edge may push it; where the eyes are."""
NO_FACE = "I can't find a face in this picture to put that on."
NUMBERS = ("no", "one", "two", "three", "four", "five", "six")


@dataclass(frozen=True, slots=True)
class WithSticker(Operation):
    new: New
    sticker: Sticker

    @property
    def count(self) -> int:
        if self.new.count is not None:
            return self.new.count
        return 1 if self.new.noun in stickers() else SOME

    @property
    def called(self) -> str:
        """ "two red balloons as stickers"."""
        noun, named = self.new.noun, self.new.noun in stickers()
        colour = f"{self.new.colour} " if self.new.colour is not None else ""
        if self.count > 1:
            many = NUMBERS[self.count] if self.count < len(NUMBERS) else "many"
            return f"{many} {colour}{plural(noun) if named else noun} as stickers"
        one = f"{colour}{noun}"
        alone = noun.endswith("s") and not noun.endswith("ss")
        return f"{one if alone else article(one)} as a sticker"

    def drawing(self, picture: Image.Image) -> Image.Image:
        """RGBA, in the colour that was asked for; grey in a picture without colours."""
        drawn = self.sticker.picture()
        colour = colour_of(self.new.colour) if self.new.colour is not None else None
        if colour is None:
            return drawn if colourful(picture) else drawn.convert("LA").convert("RGBA")
        pixels = np.asarray(drawn, np.float32) / 255
        painted = dyed(pixels[..., :3], tint(*colour), pixels[..., 3] > 0)
        levels = np.dstack([painted, pixels[..., 3]]).clip(0, 1)
        return Image.fromarray(np.rint(levels * 255).astype(np.uint8), "RGBA")

    def apply(self, image: Image.Image) -> Image.Image:
        """Raises `CannotApply` where what the place is named by is not seen, or there is no room."""
        if image.mode == "RGBA" and image.getchannel("A").getextrema()[0] < 255:
            raise CannotApply(TRANSPARENT)
        return on_colours(image, lambda each: self.done(rgb(each)))

    @abstractmethod
    def done(self, picture: Image.Image) -> Image.Image:
        """The same of an RGB picture."""


@dataclass(frozen=True, slots=True)
class Add(WithSticker):
    """`there` finds what the place is named by, if it is; `before` what stands in front of the rest."""

    place: Place
    there: Sight | None
    before: Looks | None = field(repr=False, compare=False)

    @property
    def phrase(self) -> str:
        if self.sticker.worn is not None and self.new.count is None and self.count > 1:
            return f"added {self.new.noun} as stickers"  # as many as there are faces
        return f"added {self.called}"

    def done(self, picture: Image.Image) -> Image.Image:
        drawing = self.drawing(picture)
        faces = self.faces(picture)
        if faces:
            return self.laid(picture, drawing, [self.on_face(face, drawing) for face in faces], stands=False)
        if self.there is not None and self.place.relation == "behind":
            return self.behind(picture, drawing, self.there)
        if self.there is not None:
            return self.by_thing(picture, drawing, self.there)
        if self.place.relation in ("worn", "on face"):
            raise CannotApply(NO_FACE)
        if "everywhere" in self.place.spots:
            result = self.laid(picture, drawing, self.scattered(picture, drawing), stands=False)
            return before_again(picture, result, self.front(picture)) if "sky" in self.place.spots else result
        return self.at_spot(picture, drawing)

    def laid(
        self, picture: Image.Image, drawing: Image.Image, boxes: Sequence[Box], stands: bool
    ) -> Image.Image:
        for box in boxes:
            picture = laid_in(picture, drawing, box, stands)
        return picture

    def faces(self, picture: Image.Image) -> Sequence[Box]:
        """The faces that are to wear it. Raises `CannotApply` where that can't be told."""
        wearable = self.sticker.worn is not None and (self.place.relation == "worn" or self.place == Place())
        if not wearable and self.place.relation != "on face":
            return []
        wide, high = picture.size
        found = sorted(
            ((x - w / 2) * wide, (y - h / 2) * high, (x + w / 2) * wide, (y + h / 2) * high)
            for x, y, w, h in find_faces(picture).tolist()
        )
        who = self.place.thing
        if who is None or who.noun in SEVERAL or len(found) < 2:
            return found
        if who.side is None:
            raise CannotApply(WHICH)
        return [found[0 if who.side == "left" else -1]]

    def on_face(self, face: Box, drawing: Image.Image) -> Box:
        left, top, right, bottom = face
        worn = self.sticker.worn
        share = HAT if worn == "head" else GLASSES if worn == "eyes" else SITTING
        width = (right - left) * share * self.new.factor
        height = width * drawing.height / drawing.width
        deep = bottom - top
        if worn == "eyes":
            end = top + EYES * deep + height / 2
        else:
            end = min(max(top + BROW * deep, height), top + LOWEST * deep)
        return standing((left + right) / 2, end, width, height)

    def by_thing(self, picture: Image.Image, drawing: Image.Image, there: Sight) -> Image.Image:
        likely = there.likely(picture)
        left, top, right, bottom = box_of(likely, picture.size)
        width, height = self.size(picture, drawing)
        middle, end = (left + right) / 2, bottom
        relation = self.place.relation
        if relation in ("on", "on face") or (relation == "worn" and self.sticker.worn == "head"):
            end = max(top + 0.12 * height, 0.6 * height)
        elif relation == "above":
            end = max(top - 0.1 * height, 0.6 * height)
        elif relation == "under":
            end = bottom + 1.05 * height
        elif relation == "before":
            end = min(bottom + 0.2 * height, picture.height)
        else:
            to_right = relation == "right of" or (relation != "left of" and picture.width - right > left)
            middle = right + 0.55 * width if to_right else left - 0.55 * width
        box = standing(middle, end, width, height)
        if not inside(round(box[0]), round(width), picture.width) or end > picture.height + 0.3 * height:
            if relation not in ("beside", "worn"):
                raise CannotApply(f"There is no room for that {self.new.noun} there.")
            return self.at_spot(picture, drawing)
        return laid_in(picture, drawing, box, stands=relation != "above" and self.sticker.worn is None)

    def behind(self, picture: Image.Image, drawing: Image.Image, there: Sight) -> Image.Image:
        """Beside its middle, where most of it is to be seen."""
        likely = there.likely(picture)
        _, top, _, bottom = box_of(likely, picture.size)
        width, height = self.size(picture, drawing)
        end = bottom if bottom - top < 1.4 * height else top + 0.7 * (bottom - top)

        def box(column: float) -> Box:
            return standing(column * picture.width, max(end, height), width, height)

        column = freest(BEHIND, likely, picture.size, box)
        return before_again(picture, laid_in(picture, drawing, box(column), stands=False), likely)

    def at_spot(self, picture: Image.Image, drawing: Image.Image) -> Image.Image:
        """Where it was said; where nothing was, in the column that is freest."""
        spots = self.place.spots
        flies = self.sticker.where == "in the sky" and not {"bottom", "middle"} & set(spots)
        flies = flies or bool({"sky", "top"} & set(spots))
        far = "background" in spots
        width, height = (side * (0.6 if far else 1) for side in self.size(picture, drawing))
        end = picture.height * (FAR if far else GROUND)
        if flies:
            end = max(picture.height * SKY + height / 2, height)
        elif "middle" in spots:
            end = (picture.height + height) / 2
        whole = (self.count - 1) * APART * width

        def box(column: float, at: int = 0) -> Box:
            margin = (whole + width) / 2
            first = min(max(column * picture.width, margin), max(picture.width - margin, margin)) - whole / 2
            return standing(first + at * APART * width, end, width, height)

        def row(column: float) -> Box:
            left, top, _, bottom = box(column)
            return left, top, box(column, self.count - 1)[2], bottom

        front = self.front(picture)
        named = [COLUMNS[spot] for spot in spots if spot in COLUMNS]
        column = named[0] if named else freest(COLUMNS.values(), front, picture.size, row)
        boxes = [box(column, at) for at in range(self.count)]
        result = self.laid(picture, drawing, boxes, stands=not flies)
        return before_again(picture, result, front) if far else result

    def scattered(self, picture: Image.Image, drawing: Image.Image) -> Sequence[Box]:
        """Smaller ones all over the picture, or the sky, each a little off its place in a grid."""
        rng = np.random.default_rng(len(self.new.noun))
        rows, columns, deep = SCATTERED["sky" if "sky" in self.place.spots else "everywhere"]
        width, height = self.size(picture, drawing)
        boxes: list[Box] = []
        for row, column in np.ndindex(rows, columns):
            across, down, share = rng.uniform((-0.28, -0.25, 0.35), (0.28, 0.25, 0.6))
            middle = (column + 0.5 + across) * picture.width / columns
            centre = (row + 0.5 + down) * deep * picture.height / rows
            boxes.append(standing(middle, centre + height * share / 2, width * share, height * share))
        return boxes

    def size(self, picture: Image.Image, drawing: Image.Image) -> tuple[float, float]:
        longer = SHARES[self.sticker.where] * self.new.factor * min(picture.size)
        if self.count > 1:
            longer = min(0.8 * longer, 0.9 * picture.width / self.count)
        return drawing.width * longer / max(drawing.size), drawing.height * longer / max(drawing.size)

    def front(self, picture: Image.Image) -> Likely:
        """How likely each pixel of the picture, made smaller, stands in front of the rest."""
        small = thumbnail(picture, LOOK_SIDE)
        people = people_in(small)
        return people if people.any() or self.before is None else self.before(small)


@dataclass(frozen=True, slots=True)
class Exchange(WithSticker):
    """What is seen goes, and the sticker stands in its place."""

    sight: Sight

    @property
    def phrase(self) -> str:
        return f"replaced {self.sight.thing} with {self.called}"

    def done(self, picture: Image.Image) -> Image.Image:
        likely = self.sight.likely(picture)
        left, top, right, bottom = box_of(likely, picture.size)
        drawing = self.drawing(picture)
        inner = min((right - left) / drawing.width, (bottom - top) / drawing.height)
        outer = max(right - left, bottom - top) / max(drawing.size)
        scale = max(inner, 0.75 * outer) * self.new.factor
        box = standing((left + right) / 2, bottom, drawing.width * scale, drawing.height * scale)
        return laid_in(without(self.sight.thing, picture, likely), drawing, box, stands=True)


def before_again(picture: Image.Image, result: Image.Image, likely: Likely) -> Image.Image:
    """The result, with what stands in front of the picture in front of what is new in it, too."""
    return Image.composite(picture, result, to_the_pixel(likely, picture))


def adding(wish: str, knowledge: Knowledge) -> Operation | None:
    """What a wish asks to be put into the picture, if there is a sticker of it and its place can be found."""
    if (swap := exchanged(wish)) is not None:
        thing, new = swap
        found, drawn = sight(thing, knowledge), sticker(new.noun)
        people = found is not None and found.looks is None
        return Exchange(new, drawn, found) if found is not None and drawn is not None and not people else None
    wished = added(wish)
    if wished is None or (drawn := sticker(wished[0].noun)) is None:
        return None
    new, place = wished
    if place.relation == "on" and drawn.worn is not None:
        place = replace(place, relation="worn")
    there = None
    everyone = place.thing is None and place.relation in ("worn", "on face")
    if place.relation is not None and not everyone:
        there = None if place.thing is None else sight(place.thing, knowledge)
        if there is None:
            return None
    return Add(new, drawn, place, there, knowledge.looks(WISH))
