"""Which conversation a channel, thread or message belongs to, and what holds there."""

from __future__ import annotations

from dataclasses import replace

import discord

from bot.events import ConversationRef, MessageRef
from bot.ports import Directory

_RESERVE = 512
"""Bytes of the upload limit left for the rest of the request."""


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


def max_upload(channel: object) -> int:
    """Bytes that fit in one message there; direct chats have the lowest limit."""
    guild = channel.guild if isinstance(channel, discord.abc.GuildChannel | discord.Thread) else None
    return (guild.filesize_limit if guild else discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES) - _RESERVE


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
