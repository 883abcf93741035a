"""No two tiles ever share a place, and no line leads to the wrong parent."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot import contact_sheet, lettering, side_by_side
from bot.contact_sheet import COLUMNS, TREE, Tile
from tests.bot.world import png


@st.composite
def trees(draw: st.DrawFn) -> list[Tile]:
    """Up to 25 versions, each made from an older one (perhaps one that is not shown) or uploaded."""
    first = draw(st.sampled_from([1, 7]))
    parents = [
        draw(st.one_of(st.none(), st.integers(1, number - 1)) if number > 1 else st.none())
        for number in range(first, first + draw(st.integers(1, contact_sheet.MOST)))
    ]
    return [Tile(first + at, parent, "a wish") for at, parent in enumerate(parents)]


@given(trees())
def test_every_tile_has_a_place_of_its_own_within_bounds(tiles: list[Tile]) -> None:
    found = contact_sheet.layout(tiles)
    assert sorted(found.places) == [tile.number for tile in tiles]
    assert len(set(found.places.values())) == len(tiles)
    columns = TREE[0] if found.tree else COLUMNS
    assert all(column < columns for _, column in found.places.values())


@given(trees())
def test_in_a_tree_the_line_down_from_a_parent_passes_nobody_else_s_children(tiles: list[Tile]) -> None:
    found = contact_sheet.layout(tiles)
    if not found.tree:
        return
    lines = [
        (tile.parent, found.places[tile.parent], found.places[tile.number])
        for tile in tiles
        if tile.parent is not None and tile.parent in found.places
    ]
    for parent, (row, column), child in lines:
        assert child[1] == column + 1 and child[0] >= row
        for other, (top, gutter), end in lines:
            if other != parent and gutter == column:
                assert end[0] < row or top > child[0]  # apart in the gutter they share


def test_a_chain_is_one_row_and_a_long_one_is_read_line_by_line() -> None:
    chain = [Tile(number, number - 1 or None, "") for number in range(1, TREE[0] + 2)]
    assert list(contact_sheet.layout(chain[:-1]).places.values()) == [(0, at) for at in range(TREE[0])]
    assert contact_sheet.layout(chain).places[COLUMNS + 1] == (1, 0)


def test_the_sheet_is_drawn_whatever_the_words_and_sizes() -> None:
    words = ["", "🎉", "a" * 300, "make it night " * 40]
    tiles = [
        Tile(number, 1 if number > 1 else None, text, number == 4) for number, text in enumerate(words, 1)
    ]
    small = [contact_sheet.thumbnail(png(size=size)) for size in ((40, 30), (3000, 16), (16, 3000), (1, 1))]
    assert all(each.width <= contact_sheet.BOX[0] and each.height <= contact_sheet.BOX[1] for each in small)
    assert contact_sheet.draw(tiles, small).mode == "RGB"


@given(st.text(max_size=200), st.integers(1, 3))
def test_words_keep_within_their_lines(text: str, most: int) -> None:
    found = lettering.lines(text, 20, 200, most)
    assert len(found) <= most
    assert all(lettering.font(20).getlength(line) <= 200 for line in found)


def test_the_two_pictures_have_the_same_height_and_no_more_width_than_can_be_sent() -> None:
    both = side_by_side.draw(png("red", (400, 600)), png("blue", (300, 300)))
    assert both.size == (400 + 600 + side_by_side.GAP, 600)
    assert both.getpixel((100, 300)) == (255, 0, 0) and both.getpixel((900, 300)) == (0, 0, 255)
    assert both.getpixel((403, 300)) == (255, 255, 255)
    for size in ((6000, 4000), (9000, 20), (20, 9000)):
        wide = side_by_side.draw(png("red", size), png("blue", size))
        assert wide.width <= side_by_side.MAX_WIDTH + side_by_side.GAP + 2
        assert wide.height <= side_by_side.HEIGHT[1]


def test_what_is_transparent_stands_on_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(out, "PNG")
    assert side_by_side.draw(out.getvalue(), png("blue", (300, 300))).getpixel((150, 200)) == (255, 255, 255)
