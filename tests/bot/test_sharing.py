"""Nobody's words become training data unless the one who began the conversation allowed it, and as long."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from bot import replies
from bot.events import ConversationMoved, ConversationRef
from tests.bot.world import ANN, BOB, HERE, MOD, World, photo, png

ELSEWHERE = ConversationRef("web", "elsewhere")


async def test_nothing_is_shared_by_default(world: World) -> None:
    await world.say("blue", photo(png()))
    assert await world.table("training_turns") == []
    await world.command("share")
    assert world.last.text == replies.NOT_SHARED


async def test_the_owner_allows_it_and_withdraws_it(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.command("share", "on")
    assert world.last.text == f"Thank you! {replies.SHARED}"
    assert said(await world.table("training_turns")) == [
        ("user", "blue"),
        ("bot", "Did: blue"),
        ("bot", None),
    ]
    await world.command("share")
    assert world.last.text == replies.SHARED
    await world.command("share", "off")
    assert world.last.text == replies.SHARED_NO_MORE
    assert await world.table("training_turns") == await world.table("training_names") == []
    await world.command("share", "off")
    assert world.last.text == replies.NOT_SHARED


@pytest.mark.parametrize("user", [BOB, MOD], ids=["another", "moderator"])
async def test_only_the_owner_decides(world: World, user: Any) -> None:
    await world.say("blue", photo(png()))
    await world.command("share", "on", user=user)
    assert world.last.text == replies.ONLY_OWNER_SHARES
    assert await world.table("training_turns") == []
    await world.command("share", "on")
    await world.command("share", "off", user=user)
    assert await world.table("training_turns") != []


async def test_it_holds_for_one_conversation_only_and_survives_a_restart(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.say("sepia", photo(png()), at=ELSEWHERE)
    await world.command("share", "on")
    await world.stop()
    await world.start()
    assert "sepia" not in [text for _, text in said(await world.table("training_turns"))]
    await world.command("share", "on", at=ELSEWHERE)
    assert "sepia" in [text for _, text in said(await world.table("training_turns"))]


async def test_words_of_others_are_left_out_with_the_answers_to_them(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.say("sepia", author=BOB)
    await world.command("share", "on")
    assert said(await world.table("training_turns"))[2:4] == [("other", None), ("bot", None)]


@pytest.mark.parametrize(("old", "new"), [(True, False), (False, True), (True, True)])
async def test_a_chat_joined_with_another_is_shared_if_both_were(world: World, old: bool, new: bool) -> None:
    await world.say("blue", photo(png()))
    await world.say("sepia", photo(png()), at=ELSEWHERE)
    for shared, place in ((old, HERE), (new, ELSEWHERE)):
        await world.command("share", "on" if shared else "off", at=place)
    await world.director.handle(ConversationMoved("moved", HERE, ELSEWHERE))
    assert (await world.table("training_turns") != []) == (old and new)


async def test_the_view_tells_no_name_no_id_no_place(world: World) -> None:
    await world.say("blue", photo(png()))
    await world.command("share", "on")
    (row, *_) = await world.table("training_turns")
    columns = ["conversation", "turn", "speaker", "text", "act", "instruction", "picture", "upload"]
    assert list(row) == columns
    assert await world.table("training_names") == [{"conversation": 1, "name": ANN.display}]


async def test_help_tells_of_it(world: World) -> None:
    await world.command("help")
    assert "/share on" in world.last.text


def said(rows: Iterable[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(row["speaker"], row["text"]) for row in rows]
