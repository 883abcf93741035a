"""A picture that was sent hidden, and one that is made of it, is never shown openly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.events import Reply
from tests.bot.world import World, photo, png


def spoilt(reply: Reply) -> bool:
    assert reply.image is not None
    return reply.image.spoiler


async def test_edits_of_a_spoiler_are_spoilers_to_the_last_and_other_pictures_are_none(world: World) -> None:
    await world.say("paint a cheetah", replace(photo(png()), spoiler=True))
    assert spoilt(world.last)
    first = world.ref(world.last)
    await world.say("brighter")
    assert spoilt(world.last)
    await world.say("paint a dog", photo(png("blue")))
    assert not spoilt(world.last)
    await world.say("darker", reply_to=first)
    assert spoilt(world.last), "a branch grows from the hidden one"


async def test_of_several_pictures_the_hidden_one_alone_is_hidden(world: World) -> None:
    pictures = (photo(png("blue")), replace(photo(png()), spoiler=True))
    await world.say("paint a cheetah in both of them", *pictures)
    await world.settle()
    rows = await world.table("versions")
    assert [row["spoiler"] for row in rows if row["parent"] is None] == [0, 1]


async def test_a_spoiler_stays_one_after_a_restart(world: World) -> None:
    await world.say("paint a cheetah", replace(photo(png()), spoiler=True))
    await world.stop()
    await world.start()
    await world.say("brighter")
    assert spoilt(world.last)


async def test_a_sheet_with_a_hidden_picture_in_it_is_hidden(world: World) -> None:
    await world.say("paint a dog", photo(png("blue")))
    await world.command("history")
    assert not spoilt(world.last)
    await world.say("paint a cheetah", replace(photo(png()), spoiler=True))
    await world.say("paint a cat", photo(png("green")))
    await world.command("history")
    assert spoilt(world.last)


@pytest.mark.parametrize("spoiler", [True, False])
async def test_somebody_else_s_picture_is_hidden_as_it_was(world: World, spoiler: bool) -> None:
    theirs = replace(photo(png()), spoiler=spoiler)
    await world.say("paint a cheetah", replied_attachments=(theirs,))
    assert spoilt(world.last) is spoiler


async def test_previews_are_hidden_like_the_picture(world: World) -> None:
    for picture in (replace(photo(png()), spoiler=True), photo(png("blue"))):
        world.engine.hold()
        await world.director.handle(world.message("paint a cheetah", picture))
        await world.until_editing()
        assert world.adapter.statuses[-1].spoiler is picture.spoiler
        world.engine.release()
        await world.settle()
        world.adapter.shown.clear()
