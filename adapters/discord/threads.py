"""The thread that is opened for a conversation. Its id is that of the message it is opened on."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Literal

import aiohttp
import discord

from adapters.discord.permissions import listed, own, place_name, to_open_threads
from adapters.discord.places import conversation_of
from adapters.discord.receipts import CALL_FAILED
from adapters.discord.text import thread_name
from bot.events import ConversationRef

_log = logging.getLogger(__name__)

_ALREADY_HAS_A_THREAD = 160004

ArchiveMinutes = Literal[60, 1440, 4320, 10080]


class Threads:
    """Opens a thread on a message; as both have one id, a second try finds the same conversation.

    `enabled`: whether there is to be one per conversation; otherwise all is said in the channel itself.
    """

    def __init__(self, archive_minutes: ArchiveMinutes, *, enabled: bool = True) -> None:
        self._archive_minutes: ArchiveMinutes = archive_minutes
        self._enabled = enabled
        self._refused: set[int] = set()

    def possible(self, channel: object) -> bool:
        """Whether a message there gets a thread. Asks the cache: refused calls count towards a ban."""
        if not self._enabled or not isinstance(channel, discord.TextChannel):
            return False
        able = own(channel)
        lacking = to_open_threads(able) if able else []
        if lacking:
            self._refuse(channel, f"the bot lacks the permission {listed(lacking)}")
        return not lacking

    async def open(self, message: discord.Message, wish: str) -> ConversationRef | None:
        """The thread's conversation; the channel's where threads can't be; None if the message is gone."""
        channel = message.channel
        in_place = conversation_of(channel)
        in_thread = replace(in_place, thread_id=str(message.id))
        if message.flags.has_thread or (message.guild and message.guild.get_thread(message.id)):
            return in_thread
        if not self.possible(channel):
            return in_place
        try:
            await self._create(message, thread_name(wish))
        except discord.NotFound:
            return None
        except discord.HTTPException as error:
            if error.code == _ALREADY_HAS_A_THREAD:
                return in_thread
            self._refuse(channel, str(error))
            return in_place
        except CALL_FAILED as error:
            self._refuse(channel, f"{type(error).__name__}: {error}")
            return in_place
        return in_thread

    async def _create(self, message: discord.Message, name: str) -> None:
        try:
            await message.create_thread(name=name, auto_archive_duration=self._archive_minutes)
        except (aiohttp.ClientError, OSError):  # it may have been made: the second try tells (160004)
            await asyncio.sleep(1)
            await message.create_thread(name=name, auto_archive_duration=self._archive_minutes)

    def _refuse(self, channel: object, why: str) -> None:
        """One line for the admin per channel."""
        if isinstance(channel, discord.TextChannel) and channel.id not in self._refused:
            self._refused.add(channel.id)
            _log.warning(
                "Discord: no thread can be opened in %s, so the bot answers in the channel: %s.",
                place_name(channel),
                why,
            )
