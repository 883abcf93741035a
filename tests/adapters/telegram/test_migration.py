"""Never does a group that becomes a supergroup cost an answer, or somebody else their message."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.telegram.support import png
from tests.adapters.telegram.whole import room
from tests.fakes.telegram_world import Message


async def test_an_edit_under_way_arrives_in_the_new_group_and_touches_nobodys_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the new group ids begin anew: that of the old status message is Bob's there."""
    async with room(tmp_path, monkeypatch) as r:
        telegram, bob = r.telegram, r.telegram.person("Bob")
        group = r.chat = telegram.group(admins=[telegram.me.id])
        r.engine.hold()
        r.say("@paint_bot make it night", photo=png())
        status = await r.sees(lambda shown: shown[-1].buttons)
        new, _ = telegram.migrate(group, r.ann)
        bobs = Message(status.message_id, telegram.chats[new], bob, "hands off")
        telegram.messages[new, status.message_id] = bobs
        r.chat = new
        r.engine.release()
        done = await r.reads("Did: make it night")
        assert (done.kind, done.reply_to) == ("photo", None)
        assert telegram.messages[new, status.message_id] is bobs
        assert bobs.text == "hands off"
        r.say("make it winter", reply_to=done.message_id)
        await r.reads("Did: make it winter")
        assert len(telegram.shown(new)) == 2


async def test_a_group_that_moved_unseen_is_found_by_the_send_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, monkeypatch) as r:
        group = r.chat = r.telegram.group()
        r.engine.hold()
        r.say("@paint_bot make it night", photo=png())
        await r.sees(lambda shown: shown[-1].buttons)
        new = r.telegram.group()
        r.telegram.chats[group].moved_to = new  # its message was lost
        r.chat = new
        r.engine.release()
        assert (await r.reads("Did: make it night")).kind == "photo"
        assert len(r.shown()) == 1
