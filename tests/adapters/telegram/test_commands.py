"""Never does the menu offer a command that does nothing, or leave one out, in any language."""

from __future__ import annotations

import pytest

from adapters.telegram.commands import FOR_ADMINISTRATORS, FOR_ALL, LANGUAGES
from adapters.telegram.inbound import COMMANDS, EDIT
from bot.events import Delivered, MessageIn, Reply
from tests.adapters.telegram.support import desk, until
from tests.fakes.telegram_api import error, flood

MENUS = 3 * len(LANGUAGES)


async def test_each_scope_has_its_menu_in_each_language() -> None:
    async with desk() as d:
        await until(lambda: len(d.telegram.menus) == MENUS)
        menus = d.telegram.menus
        groups, private = menus["all_group_chats", ""], menus["all_private_chats", ""]
        administrators = menus["all_chat_administrators", ""]
        assert groups == private
        assert administrators.keys() - groups.keys() == {"pause", "resume", "stats"}
        assert private["undo"] == "Take the last edit back"
        assert menus["all_group_chats", "de"]["undo"] == "Die letzte Änderung zurücknehmen"
        assert menus["all_private_chats", "pt"]["help"] == "O que eu sei fazer"


def test_what_is_offered_is_understood_and_the_other_way_round() -> None:
    hidden = {"start"}  # Telegram's own button gives it
    assert FOR_ALL.keys() | FOR_ADMINISTRATORS.keys() == (COMMANDS.keys() | {EDIT}) - hidden


@pytest.mark.parametrize("name", [*FOR_ALL, *FOR_ADMINISTRATORS])
def test_each_language_has_words_of_its_own(name: str) -> None:
    words = (FOR_ALL | FOR_ADMINISTRATORS)[name]
    assert len(set(words)) == len(LANGUAGES)
    assert all(text == text.strip() and not text.endswith(".") for text in words)


async def test_a_flood_wait_holds_up_the_menus_alone() -> None:
    async with desk(start=False) as d:
        d.telegram.fail("setMyCommands", flood(1))
        await d.adapter.start()
        d.telegram.post(d.chat, d.ann, "make it night")
        assert (await d.next(MessageIn)).text == "make it night"
        assert isinstance(await d.adapter.send(Reply("e", d.where(), "Done.")), Delivered)
        await until(lambda: len(d.telegram.menus) == MENUS)


async def test_the_bot_works_without_its_menus(caplog: pytest.LogCaptureFixture) -> None:
    async with desk(start=False) as d:
        d.telegram.fail("setMyCommands", error(400, "Bad Request: no"))
        d.telegram.post(d.chat, d.ann, "make it night")
        await d.adapter.start()
        assert (await d.next(MessageIn)).text == "make it night"
        await until(lambda: "did not take the list of commands" in caplog.text)
        assert isinstance(await d.adapter.send(Reply("e", d.where(), "Done.")), Delivered)
