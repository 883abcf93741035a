"""Which conversation a channel, thread or message belongs to, and the thread that is opened for one."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Literal

import aiohttp
import discord

from adapters.discord.receipts import CALL_FAILED
from adapters.discord.text import thread_name
from bot.events import ConversationRef, MessageRef
from bot.ports import Directory

_log = logging.getLogger(__name__)

_ALREADY_HAS_A_THREAD = 160004

ArchiveMinutes = Literal[60, 1440, 4320, 10080]


def conversation_of(channel: discord.abc.Snowflake) -> ConversationRef:
    """A thread is its own conversation; a channel or direct chat is one as a whole."""
    guild = getattr(channel, "guild", None)
    group = str(guild.id) if isinstance(guild, discord.Guild | discord.Object) else None
    if isinstance(channel, discord.Thread):
        return ConversationRef("discord", str(channel.parent_id), str(channel.id), group)
    return ConversationRef("discord", str(channel.id), group_id=group)


def channel_id_of(conversation: ConversationRef) -> int:
    """Where to send what is said in a conversation."""
    return int(conversation.thread_id or conversation.space_id)


def is_age_restricted(channel: object) -> bool:
    """Whether Discord lets only adults into a channel; not where it is a direct chat or not known (yet)."""
    if isinstance(channel, discord.TextChannel | discord.ForumChannel):
        return channel.is_nsfw()
    return isinstance(channel, discord.VoiceChannel | discord.StageChannel) and channel.is_nsfw()


def is_moderator(person: discord.abc.User, channel: object) -> bool:
    """Whether the person may manage others' messages there, as far as the payload tells."""
    if not isinstance(person, discord.Member) or not isinstance(
        channel, discord.abc.GuildChannel | discord.Thread
    ):
        return False
    try:
        return channel.permissions_for(person).manage_messages
    except discord.ClientException:  # a thread whose parent the bot can't see
        return False


async def locate(directory: Directory, channel: discord.abc.Snowflake, message_id: int) -> MessageRef:
    """The reference of a message; one that started a thread of ours stands in that thread's conversation."""
    place = conversation_of(channel)
    if isinstance(channel, discord.TextChannel):
        started = replace(place, thread_id=str(message_id))
        if await directory.knows(started):
            place = started
    return MessageRef(place, str(message_id))


class Threads:
    """Opens a thread on a message. Its id is the message's, so a second try finds the same conversation."""

    def __init__(self, archive_minutes: ArchiveMinutes) -> None:
        self._archive_minutes: ArchiveMinutes = archive_minutes
        self._refused: set[int] = set()

    async def open(self, message: discord.Message, wish: str) -> ConversationRef | None:
        """The thread's conversation; the channel's where threads can't be; None if the message is gone."""
        channel = message.channel
        in_place = conversation_of(channel)
        in_thread = replace(in_place, thread_id=str(message.id))
        if message.flags.has_thread or (message.guild and message.guild.get_thread(message.id)):
            return in_thread
        if not self._allowed(channel):
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

    def _allowed(self, channel: object) -> bool:
        """Asks the cache first: refused calls count towards a ban of the address."""
        if not isinstance(channel, discord.TextChannel):
            return False
        able = channel.permissions_for(channel.guild.me)
        lacking = [
            name
            for name, has in (
                ("Create Public Threads", able.create_public_threads),
                ("Send Messages in Threads", able.send_messages_in_threads),
            )
            if not has
        ]
        if lacking:
            self._refuse(channel, f"the bot lacks the permission {' and '.join(lacking)}")
        return not lacking

    def _refuse(self, channel: object, why: str) -> None:
        """One line for the admin per channel."""
        if isinstance(channel, discord.TextChannel) and channel.id not in self._refused:
            self._refused.add(channel.id)
            _log.warning(
                "Discord: no thread can be opened in #%s of %s, so the bot answers in the channel: %s.",
                channel.name,
                channel.guild.name,
                why,
            )
