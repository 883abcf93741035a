"""Who may manage a group, asked of Telegram seldom: answers are kept for a few minutes."""

from __future__ import annotations

import time

from telegram import Bot, ChatMember, ChatMemberAdministrator
from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError

from adapters.telegram.recent import Recent

KEEP_SECONDS = 300.0


class Members:
    """Administrators by getChatMember. When Telegram does not answer, nobody is one."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._known: Recent[tuple[int, int], tuple[float, ChatMember]] = Recent(2000)

    async def moderates(self, chat_id: int, user_id: int) -> bool:
        """Whether the user may delete others' messages in this group."""
        member = await self._member(chat_id, user_id)
        if isinstance(member, ChatMemberAdministrator):
            return member.can_delete_messages
        return member is not None and member.status == ChatMemberStatus.OWNER

    async def bot_administers(self, chat_id: int) -> bool:
        """Whether the bot is an administrator of this group, as Telegram wants before it tells reactions."""
        member = await self._member(chat_id, self._bot.id)
        return member is not None and member.status == ChatMemberStatus.ADMINISTRATOR

    async def _member(self, chat_id: int, user_id: int) -> ChatMember | None:
        known = self._known.get((chat_id, user_id))
        if known is not None and known[0] > time.monotonic():
            return known[1]
        try:
            member = await self._bot.get_chat_member(chat_id, user_id)
        except TelegramError:
            return None
        self._known[chat_id, user_id] = time.monotonic() + KEEP_SECONDS, member
        return member
