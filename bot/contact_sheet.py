"""All versions of a conversation on one sheet. Everything that draws in here blocks: call it in a thread.

Each version is a tile with its number and its instruction; lines lead from a version to those made from it.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot import lettering
from bot.lettering import Colour
from bot.rendition import at_size

MOST = 25
"""Tiles on one sheet: what a list on Discord holds."""
BOX = (320, 240)
GAP = 44
MARGIN = 36
HEAD_FRAME = 6
LETTERS = 27
SMALL_LETTERS = 22
LINE_HEIGHT = 33
LINES = 2
CAPTION = 80
"""Height of the room for the caption under a tile; it ends where the next row begins."""
TREE = (6, 6)
"""Columns and rows up to which the tree is drawn as one; a larger one is laid out in reading order."""
COLUMNS = 5

PAPER: Colour = (250, 249, 247)
EMPTY: Colour = (238, 236, 232)
INK: Colour = (34, 34, 40)
SOFT: Colour = (103, 104, 115)
LINE: Colour = (150, 150, 160)
ACCENT: Colour = (90, 73, 214)
LABEL: Colour = (38, 38, 42)

Place = tuple[int, int]
"""Row and column."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One version: its number, that of the one it was made from (None: an upload), and its words."""

    number: int
    parent: int | None
    caption: str
    head: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each number stands. `tree`: children stand right of their parent, so lines tell all."""

    places: Mapping[int, Place]
    tree: bool


def layout(tiles: Sequence[Tile]) -> Layout:
    """The first child goes on in the row of its parent, any other begins a row of its own below."""
    places = _tree(tiles)
    if max(row for row, _ in places.values()) < TREE[1] and max(at for _, at in places.values()) < TREE[0]:
        return Layout(places, True)
    return Layout({tile.number: divmod(index, COLUMNS) for index, tile in enumerate(tiles)}, False)


def thumbnail(data: bytes) -> Image.Image:
    """A picture as it stands on the sheet, within `BOX`."""
    with Image.open(io.BytesIO(data)) as image:
        scale = min(BOX[0] / image.width, BOX[1] / image.height)
        return at_size(image, (max(1, round(image.width * scale)), max(1, round(image.height * scale))))


def draw(tiles: Sequence[Tile], thumbnails: Sequence[Image.Image]) -> Image.Image:
    """An RGB sheet of the tiles; `thumbnails` are their pictures, in the same order."""
    found = layout(tiles)
    rows = 1 + max(row for row, _ in found.places.values())
    columns = 1 + max(column for _, column in found.places.values())
    width = 2 * MARGIN + columns * BOX[0] + (columns - 1) * GAP
    sheet = Image.new("RGB", (width, MARGIN + rows * _row_height()), PAPER)
    pen = ImageDraw.Draw(sheet)
    for tile, small in zip(tiles, thumbnails, strict=True):
        linked = _link(pen, found, tile)
        _tile(sheet, pen, found.places[tile.number], tile, small, linked)
    return sheet


def _tree(tiles: Sequence[Tile]) -> dict[int, Place]:
    """A depth-first walk: between a tile and its last child stand only what was made from it."""
    shown = {tile.number for tile in tiles}
    children: defaultdict[int | None, list[int]] = defaultdict(list)
    for tile in tiles:
        children[tile.parent if tile.parent in shown else None].append(tile.number)
    places: dict[int, Place] = {}
    row = -1

    def put(number: int, column: int) -> None:
        places[number] = (row, column)
        below(children[number], column + 1, in_row=True)

    def below(numbers: list[int], column: int, *, in_row: bool) -> None:
        nonlocal row
        for index, number in enumerate(numbers):
            row += index > 0 or not in_row
            put(number, column)

    below(children[None], 0, in_row=False)
    return places


def _row_height() -> int:
    return BOX[1] + CAPTION + GAP // 2


def _corner(place: Place) -> tuple[int, int]:
    """The upper left corner of a tile's box."""
    row, column = place
    return MARGIN + column * (BOX[0] + GAP), MARGIN + row * _row_height()


def _link(pen: ImageDraw.ImageDraw, found: Layout, tile: Tile) -> bool:
    """The line from a tile's parent; False where none was drawn. It runs between the columns."""
    if tile.parent is None or tile.parent not in found.places:
        return False
    parent, place = found.places[tile.parent], found.places[tile.number]
    beside = place == (parent[0], parent[1] + 1)
    if not (beside or found.tree):
        return False
    (left, top), (x, y) = _corner(parent), _corner(place)
    frame = HEAD_FRAME if tile.head else 0
    start, end = (left + BOX[0], top + BOX[1] // 2), (x - frame, y + BOX[1] // 2)
    turn = (start[0] + x) // 2
    pen.line([start, (turn, start[1]), (turn, end[1]), end], LINE, 4)
    pen.polygon([end, (end[0] - 12, end[1] - 9), (end[0] - 12, end[1] + 9)], LINE)
    return True


def _tile(
    sheet: Image.Image,
    pen: ImageDraw.ImageDraw,
    place: Place,
    tile: Tile,
    small: Image.Image,
    linked: bool,
) -> None:
    x, y = _corner(place)
    pen.rectangle((x, y, x + BOX[0] - 1, y + BOX[1] - 1), EMPTY)
    sheet.paste(small, (x + (BOX[0] - small.width) // 2, y + (BOX[1] - small.height) // 2))
    wide, colour = (HEAD_FRAME, ACCENT) if tile.head else (1, LINE)
    pen.rectangle((x - wide, y - wide, x + BOX[0] + wide - 1, y + BOX[1] + wide - 1), None, colour, wide)
    right = lettering.pill(sheet, (x + 8, y + 8), str(tile.number), LETTERS, ACCENT if tile.head else LABEL)
    if tile.parent is not None and not linked:
        lettering.pill(sheet, (right + 6, y + 8), f"from {tile.parent}", SMALL_LETTERS, SOFT)
    if tile.head:
        at = x + BOX[0] - 8 - lettering.pill_width("current", SMALL_LETTERS)
        lettering.pill(sheet, (at, y + 8), "current", SMALL_LETTERS, ACCENT)
    for index, line in enumerate(lettering.lines(tile.caption, LETTERS, BOX[0], LINES)):
        pen.text((x, y + BOX[1] + 12 + index * LINE_HEIGHT), line, INK, lettering.font(LETTERS))
