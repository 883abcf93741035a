"""What the bot says, as messages on Discord: once each, whatever the network does."""

from __future__ import annotations

import asyncio
import hashlib
import io
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import discord

from adapters.discord.buttons import buttons, custom_ids, expected_ids
from adapters.discord.client import Client
from adapters.discord.permissions import NAMES, Refusals, may_cite, own, to_answer
from adapters.discord.places import channel_id_of, max_upload
from adapters.discord.receipts import NotConnected, is_too_large, receipt_of
from adapters.discord.text import MAX_TEXT, fit, length
from bot import rendition
from bot.events import (
    Delivered,
    MessageRef,
    NotSent,
    Picture,
    Receipt,
    Rejected,
    Reply,
    StatusUpdate,
    Unknown,
)

_log = logging.getLogger(__name__)

SEND_SECONDS = 120.0
STATUS_SECONDS = 15.0
LOOK_SECONDS = 15.0
LOOK_AGAIN = 5.0
FIND_SECONDS = 600.0
LOOK_BACK = 50
"""Messages of the channel's history that `find` looks at."""

STATUS_EVERY = 3.0
"""Seconds between two edits of one status message; all edits in a channel share one rate limit."""

REFUSED_SECONDS = 300.0
"""No status is tried for so long in a channel that refused one: refusals count towards a ban."""

_SMALLEST = 64 * 1024
"""Bytes; where a picture is too large even then, the words come alone."""

_SMALLER = "\n-# Sent as a smaller JPEG, as the picture is over the upload limit here."
_NO_FILES = "\n-# I lack the permission Attach Files here, so I can't show you the picture."
_NOTHING_FITS = "\n-# Discord finds the picture too large here, however small I make it."
_BAR = 10
_ALT_TEXT = 1024


class Outbound:
    """Sends, finds and updates through whichever client is the present one."""

    def __init__(
        self,
        client: Callable[[], Client],
        refusals: Refusals,
        *,
        undo_emoji: Sequence[str],
        message_content: bool,
    ) -> None:
        self._client, self._refusals = client, refusals
        self._undo_emoji = undo_emoji
        self._message_content = message_content
        self._status_at: dict[str, float] = {}
        self._refused_until: dict[int, float] = {}

    # ------------------------------------------------------------ replies

    async def send(self, reply: Reply) -> Receipt:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                message = await self._post(reply)
        except Exception as error:  # the port's promise: whatever goes wrong is a receipt
            receipt = receipt_of(error)
            _log.warning("Discord: reply %s to %s: %s", reply.key, channel_id_of(reply.conversation), receipt)
            if isinstance(error, discord.Forbidden):
                self._explain(reply)
            return receipt
        return await self._delivered(reply, message)

    async def _delivered(self, reply: Reply, message: discord.Message) -> Delivered:
        if reply.status:
            await self.clear_status(reply.status)
        return Delivered((MessageRef(reply.conversation, str(message.id)),))

    async def _post(self, reply: Reply) -> discord.Message:
        picture, note = reply.image, ""
        if picture is None:
            return await self._create(reply, None)
        if self._lacking(reply) == [NAMES["attach_files"]]:  # taken away since the wish was taken
            self._explain(reply)
            return await self._create(reply, None, _NO_FILES)
        limit = max_upload(self._client().get_channel(int(reply.conversation.space_id)))
        while True:
            if len(picture.data) > limit:
                picture, note = await asyncio.to_thread(_smaller, reply.image or picture, limit), _SMALLER
            try:
                return await self._create(reply, picture, note)
            except discord.HTTPException as error:
                if not is_too_large(error):
                    raise
                if len(picture.data) <= _SMALLEST:
                    return await self._create(reply, None, _NOTHING_FITS)
                _log.warning("Discord: %s bytes are too large for the server: %s", len(picture.data), error)
                limit = len(picture.data) // 2

    def _lacking(self, reply: Reply) -> list[str]:
        channel = self._client().get_channel(channel_id_of(reply.conversation))
        able = own(channel)
        return to_answer(channel, able) if able else []

    def _explain(self, reply: Reply) -> None:
        """Name to the admin what is lacking, as far as the cache tells."""
        if lacking := self._lacking(reply):
            self._refusals.log(self._client().get_channel(channel_id_of(reply.conversation)), lacking)

    async def _create(self, reply: Reply, picture: Picture | None, note: str = "") -> discord.Message:
        return await self._say(
            reply,
            nonce=reply.key,
            content=self._content(reply, note),
            # A discord.File is spent after one try: each try gets its own.
            files=[_file(picture, reply.text)] if picture else [],
        )

    async def _say(
        self, what: Reply | StatusUpdate, *, nonce: str, content: str, files: list[discord.File]
    ) -> discord.Message:
        """Post a message. For some minutes Discord answers the same nonce with the message it has."""
        more: dict[str, Any] = {}
        reference = _reference(what)
        if reference and may_cite(self._client().get_channel(reference.channel_id)):
            more["reference"] = reference
        if view := buttons(what.actions):
            view.stop()  # presses go to ActionButton by custom_id; the view need not be kept in memory
            more["view"] = view
        return await self._channel(channel_id_of(what.conversation)).send(
            content,
            files=files,
            nonce=nonce,
            mention_author=False,
            suppress_embeds=True,
            **more,
        )

    def _content(self, reply: Reply, note: str = "") -> str:
        note += self._hint(reply)
        return (fit(reply.text, MAX_TEXT - length(note)) + note).strip()  # as Discord keeps it

    def _hint(self, reply: Reply) -> str:
        """How to go on, in small print, where it is not plain to see."""
        undoable = any(action.name == "undo" for action in reply.actions)
        if reply.decision == "edit" and undoable and self._undo_emoji:
            return f"\n-# React with {self._undo_emoji[0]} to undo."
        if reply.decision == "ask" and not self._message_content and reply.conversation.thread_id:
            return "\n-# Mention me in your answer, so that I can read it."
        return ""

    async def find(self, reply: Reply) -> Receipt:
        """Look through the newest messages for what `send` may have posted.

        Waits for the connection to come back: a reply that can't be looked for would be given up.
        """
        deadline = asyncio.get_running_loop().time() + FIND_SECONDS
        while True:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    return await self._look(reply)
            except (discord.Forbidden, discord.NotFound) as error:
                # Sending again tells more, and for some minutes the nonce keeps it single.
                return NotSent(f"can't look: {error}")
            except Exception as error:
                hopeless = isinstance(receipt_of(error), Rejected)
                if hopeless or asyncio.get_running_loop().time() > deadline:
                    return Unknown(f"can't look: {type(error).__name__}")
            await asyncio.sleep(LOOK_AGAIN)

    async def _look(self, reply: Reply) -> Receipt:
        channel = self._channel(channel_id_of(reply.conversation))
        async for message in channel.history(limit=LOOK_BACK):
            if self._is_it(message, reply):
                return await self._delivered(reply, message)
        return NotSent("not in the channel's history")

    def _is_it(self, message: discord.Message, reply: Reply) -> bool:
        """By nonce where the history tells it, else by all that the message shows.

        An answer is newer than what it answers; the reference itself is lost when that is deleted.
        """
        me = self._client().user
        if me is None or message.author.id != me.id:
            return False
        if message.nonce is not None:
            return message.nonce == reply.key
        answered = message.reference.message_id if message.reference else None
        alone = reply.image is not None and not message.attachments
        notes = (_NO_FILES, _NOTHING_FITS) if alone else ("", _SMALLER)
        return (
            (reply.reply_to is None or message.id > int(reply.reply_to.message_id))
            and (
                answered is None
                or (reply.reply_to is not None and str(answered) == reply.reply_to.message_id)
            )
            and (reply.image is not None or not message.attachments)
            and message.content in [self._content(reply, note) for note in notes]
            and custom_ids(message.components) == expected_ids(reply.actions)
        )

    # ------------------------------------------------------------ status messages

    async def show_status(self, update: StatusUpdate) -> MessageRef | None:
        now = asyncio.get_running_loop().time()
        shown, place = update.message, channel_id_of(update.conversation)
        if now < self._refused_until.get(place, 0.0):
            return None
        if shown and now - self._status_at.get(shown.message_id, 0.0) < STATUS_EVERY:
            return shown
        files = (
            [discord.File(io.BytesIO(update.preview), "preview.jpg", spoiler=update.spoiler)]
            if update.preview
            else []
        )
        bar = _bar(update.progress)
        content = fit(update.text, MAX_TEXT - length(bar)) + bar
        try:
            async with asyncio.timeout(STATUS_SECONDS):
                if shown is None:
                    message = await self._say(
                        update, nonce=_status_nonce(update), content=content, files=files
                    )
                    shown = MessageRef(update.conversation, str(message.id))
                else:
                    await self._edit(update, shown, content, files)
        except discord.HTTPException as error:
            _log.info("Discord: the status of job %s can't be shown: %s", update.job_id, error)
            if isinstance(error, discord.Forbidden):
                self._refused_until[place] = now + REFUSED_SECONDS
            return None
        except Exception as error:  # the port's promise: losing an update is no harm
            _log.info("Discord: the status of job %s was not shown: %s", update.job_id, type(error).__name__)
            return shown
        self._status_at[shown.message_id] = now
        return shown

    async def _edit(
        self, update: StatusUpdate, shown: MessageRef, content: str, files: list[discord.File]
    ) -> None:
        channel = self._channel(channel_id_of(shown.conversation))
        more: dict[str, Any] = {"attachments": files} if files else {}
        view = buttons(update.actions)
        if view:
            view.stop()
        message = channel.get_partial_message(int(shown.message_id))
        await message.edit(content=content, view=view, **more)

    async def clear_status(self, message: MessageRef) -> None:
        self._status_at.pop(message.message_id, None)
        try:
            async with asyncio.timeout(STATUS_SECONDS):
                channel = self._channel(channel_id_of(message.conversation))
                await channel.get_partial_message(int(message.message_id)).delete()
        except discord.NotFound:
            return
        except Exception as error:  # the port's promise
            _log.info("Discord: a status message was left: %s", error)

    # ------------------------------------------------------------ the rest

    def _channel(self, channel_id: int) -> discord.PartialMessageable:
        client = self._client()
        if not client.is_ready():
            raise NotConnected
        return client.get_partial_messageable(channel_id)


def _reference(what: Reply | StatusUpdate) -> discord.MessageReference | None:
    """The message answered. One that started the thread stands in the channel above and can't be named."""
    conversation = what.conversation
    if what.reply_to is None or what.reply_to.message_id == conversation.thread_id:
        return None
    if channel_id_of(what.reply_to.conversation) != channel_id_of(conversation):
        return None
    return discord.MessageReference(
        message_id=int(what.reply_to.message_id),
        channel_id=channel_id_of(conversation),
        fail_if_not_exists=False,
    )


def _file(picture: Picture, text: str) -> discord.File:
    """The text also says to those who can't see the picture what it is."""
    return discord.File(
        io.BytesIO(picture.data),
        picture.name,
        description=text[:_ALT_TEXT] or None,
        spoiler=picture.spoiler,
    )


def _smaller(picture: Picture, limit: int) -> Picture:
    fitting, _ = rendition.fit(picture.data, picture.mime, limit)
    return replace(fitting, spoiler=picture.spoiler)


def _status_nonce(update: StatusUpdate) -> str:
    """The same for a job at every try; a nonce has at most 25 characters."""
    return hashlib.blake2s(update.job_id.encode(), digest_size=12).hexdigest()


def _bar(progress: float | None) -> str:
    if progress is None:
        return ""
    done = round(max(0.0, min(1.0, progress)) * _BAR)
    return f"\n{'▰' * done}{'▱' * (_BAR - done)}"
