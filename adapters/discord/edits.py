"""Wishes that come by command or by menu: each begins a conversation as a mention with the picture would.

As there is no message by the person, the bot posts one that shows the wish; all else hangs on that.
"""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, Any

import aiohttp
import discord

from adapters.discord.attachments import downloaded, file_of
from adapters.discord.places import channel_id_of, conversation_of, locate, max_upload
from adapters.discord.receipts import CALL_FAILED
from adapters.discord.text import MAX_TEXT, fit, length
from adapters.discord.threads import Threads
from bot.events import Attachment, ConversationRef, MessageIn, MessageRef
from bot.ports import Directory

if TYPE_CHECKING:
    from adapters.discord.client import Client

_log = logging.getLogger(__name__)

_GONE = "That message is gone; please send me the picture."
_PAUSED = "I'm paused here by a moderator, so I don't take this."
_CANNOT_POST = "Discord doesn't let me write there just now; please try again in a moment."


class CannotEdit(Exception):
    """A wish can't be taken; the message is one sentence for the person."""


class Edits:
    """Takes them for one client."""

    def __init__(self, client: Client, directory: Directory, threads: Threads, max_download: int) -> None:
        self._client, self._directory = client, directory
        self._threads, self._max_download = threads, max_download

    async def upload(
        self, interaction: discord.Interaction[Any], file: discord.Attachment, words: str
    ) -> ConversationRef:
        """Take a wish for a picture that came with a command; the place it goes on. Raises `CannotEdit`."""
        channel = interaction.channel
        assert channel is not None, "a command is given somewhere"
        await self._allow(channel)
        picture, data = await downloaded(file_of(file, self._max_download))
        shown = data if data is not None and len(data) <= max_upload(channel) else None
        opener = await self._open(interaction, channel, words, picture, shown)
        place: ConversationRef | None = conversation_of(channel)
        if isinstance(channel, discord.TextChannel):
            place = await self._threads.open(opener, words)
        if place is None:
            raise CannotEdit(_GONE)
        await self._take(interaction, place, opener, words, attachments=(picture,))
        return place

    async def message(
        self, interaction: discord.Interaction[Any], message: discord.Message, words: str
    ) -> ConversationRef:
        """Take a wish for the picture of a message that was chosen by menu. Raises `CannotEdit`."""
        channel, inbound = interaction.channel, self._client.inbound
        assert channel is not None, "a message is somewhere"
        await self._allow(channel)
        target = await locate(self._directory, channel, message.id)
        if isinstance(channel, discord.TextChannel) and not inbound.is_mine(message):
            opened = await self._threads.open(message, words)
            if opened is None:
                raise CannotEdit(_GONE)
            if opened.thread_id is not None:
                target = MessageRef(opened, str(message.id))
        place = target.conversation
        where = self._client.get_partial_messageable(channel_id_of(place), guild_id=interaction.guild_id)
        opener = await self._open(interaction, where, words)
        pictures = inbound.pictures_of(message)
        await self._take(interaction, place, opener, words, reply_to=target, replied_attachments=pictures)
        return place

    async def _allow(self, channel: discord.abc.Snowflake) -> None:
        if await self._directory.paused(conversation_of(channel)):
            raise CannotEdit(_PAUSED)

    async def _open(
        self,
        interaction: discord.Interaction[Any],
        channel: object,
        words: str,
        picture: Attachment | None = None,
        data: bytes | None = None,
    ) -> discord.Message:
        """Say who wished for what, and show the picture, which nobody else could see so far."""
        if not isinstance(channel, discord.abc.Messageable):
            raise CannotEdit(_CANNOT_POST)
        who = f"{interaction.user.mention}: "
        text = who + fit(words, MAX_TEXT - length(who))

        async def post() -> discord.Message:
            files = [_file(picture, data)] if picture and picture.kind == "photo" and data else []
            return await channel.send(text, files=files, nonce=str(interaction.id), suppress_embeds=True)

        try:
            try:
                return await post()
            except (aiohttp.ClientError, OSError):  # it may be there: by its nonce the second try finds it
                return await post()
        except CALL_FAILED as error:
            _log.warning("Discord: a wish by command can't be shown in %s: %s", interaction.channel_id, error)
            raise CannotEdit(_CANNOT_POST) from error

    async def _take(
        self,
        interaction: discord.Interaction[Any],
        place: ConversationRef,
        opener: discord.Message,
        words: str,
        **more: Any,
    ) -> None:
        """Hand the wish over as if the person had written the message that shows it."""
        inbound = self._client.inbound
        ref = MessageRef(place, str(opener.id))
        user = inbound.invoker(interaction)
        await inbound.take(MessageIn(str(interaction.id), ref, user, words.strip(), **more))
        if channel_id_of(place) != interaction.channel_id:
            await self._invite(place, interaction.user)

    async def _invite(self, place: ConversationRef, person: discord.abc.Snowflake) -> None:
        """Add the person to the thread, in which they wrote nothing yet: so they see it among theirs."""
        try:
            thread = await self._client.fetch_channel(channel_id_of(place))
            if isinstance(thread, discord.Thread):
                await thread.add_user(person)
        except CALL_FAILED as error:
            _log.info("Discord: %s could not be added to %s: %s", person.id, place.thread_id, error)


def _file(picture: Attachment, data: bytes) -> discord.File:
    return discord.File(io.BytesIO(data), picture.name or "picture", spoiler=picture.spoiler)
