"""Replies that arrive once, though Telegram has no idempotency key and a time-out may have delivered.

A send can't be repeated safely, but an edit can: the second one is answered "message is not modified". So a
reply is never sent; it is *edited into* a message that is there already. That is the job's status message
where one is shown, and otherwise a placeholder ("…") that is sent first. When the call times out, the same
edit is made again, and neither a picture nor a question can come twice. With a status message that holds
across restarts, because the bot has its id; so there an unanswered edit is `NotSent`: send it again.

The placeholder itself may time out. What is left then is one stray "…", and before the next one is risked
a chat action, which leaves no trace, must have come through: an outage can't fill a chat with dots.

A status message that shows a preview is a photo, and a photo can't become a text; neither can a message that
somebody deleted be edited. In both cases the reply goes into a new placeholder.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import islice
from weakref import WeakValueDictionary

from telegram import Bot, InlineKeyboardMarkup, InputMediaPhoto, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, RetryAfter, TelegramError

from adapters.telegram import layout
from adapters.telegram.backoff import delays
from adapters.telegram.layout import Piece, keyboard_of, pieces_of, unping
from adapters.telegram.pace import Pace
from adapters.telegram.receipts import (
    FLOODED,
    is_too_large,
    may_not_send,
    not_a_photo,
    not_editable,
    receipt_of,
    seconds,
    unchanged,
)
from adapters.telegram.recent import Recent
from bot.events import (
    ConversationRef,
    Delivered,
    MessageRef,
    NotSent,
    Picture,
    Receipt,
    Reply,
    StatusUpdate,
    Unknown,
)

log = logging.getLogger(__name__)

PLACEHOLDER = "…"
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
SMALLER = "(Sent as a smaller JPEG, as Telegram took no larger file.)"
SMALLEST = 64 * 1024
NO_PICTURES = (
    "(I may not send pictures in this group. Once an administrator lets me, /history shows what I made.)"
)
REMEMBER = 2000
TRIES = 8


class NotPlaced(Exception):
    """No message could be made to hold the reply; nothing of it was sent."""


class Outbound:
    """Makes, edits and deletes the bot's messages. Calls for one chat run one after the other."""

    def __init__(
        self,
        bot: Bot,
        pace: Pace,
        chat_moved: Callable[[int, int], Awaitable[None]],
        *,
        status_seconds: float,
        retry_seconds: float,
    ) -> None:
        self._bot = bot
        self._pace = pace
        self._chat_moved = chat_moved
        self._status_seconds = status_seconds
        self._retry_seconds = retry_seconds
        self._chats: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._places: Recent[tuple[int, str], dict[int, int]] = Recent(REMEMBER)
        """Chat id, reply key → piece → message id. (A group that moves has other ids.)"""
        self._delivered: Recent[str, Delivered] = Recent(REMEMBER)
        self._doubtful: Recent[str, None] = Recent(REMEMBER)
        """Keys and job ids whose first message may or may not be there."""
        self._final: Recent[tuple[int, int], None] = Recent(REMEMBER)
        """Messages that no status update may touch any more."""
        self._next_status: Recent[int, float] = Recent(REMEMBER)
        """Chat id → when a status may be edited there again."""
        self._flooded: Recent[int, tuple[float, str]] = Recent(REMEMBER)
        """Chat id → when Telegram lets the bot write there again, and which reply or job was told so."""

    # ------------------------------------------------------------ replies

    async def send(self, reply: Reply) -> Receipt:
        """Safe to call again with the same reply, after any receipt."""
        chat_id = int(reply.conversation.space_id)
        async with self._chat(chat_id):
            if reply.key in self._delivered:
                return self._delivered[reply.key]
            if (wait := self._flood_wait(chat_id, reply.key)) > 0:
                return NotSent(FLOODED, wait)
            try:
                receipt = await self._deliver(reply, chat_id)
            except NotPlaced as error:
                return NotSent(str(error))
            except TelegramError as error:
                await self._heed(chat_id, error, reply.key)
                problem = receipt_of(error)
                if isinstance(problem, Unknown) and reply.status:
                    return NotSent(problem.reason)  # the same edit may be made again, even after a restart
                return problem
            self._delivered[reply.key] = receipt
            return receipt

    async def find(self, reply: Reply) -> Receipt:
        """Where the reply has a place, putting it there again makes it so; otherwise nobody can tell.

        A placeholder is known in this process only, so this tries for some minutes before it gives up.
        """
        place = (int(reply.conversation.space_id), reply.key)
        if reply.status is None and place not in self._places and reply.key not in self._delivered:
            return Unknown("Telegram does not let a bot look for its messages")
        for wait in islice(delays(self._retry_seconds), TRIES):
            receipt = await self.send(reply)
            if not isinstance(receipt, Unknown):
                return receipt
            await asyncio.sleep(wait)
        return await self.send(reply)

    async def _deliver(self, reply: Reply, chat_id: int) -> Delivered:
        places = self._places.setdefault((chat_id, reply.key), {})
        if reply.status and 0 not in places:
            places[0] = int(reply.status.message_id)
            self._final[chat_id, places[0]] = None
        for index, piece in enumerate(pieces_of(reply)):
            if index not in places:
                places[index] = await self._place(reply, chat_id, silent=index > 0)
            try:
                await self._put(piece, chat_id, places[index])
            except BadRequest as error:
                if not not_editable(error):
                    raise
                places[index] = await self._place(reply, chat_id)
                await self._put(piece, chat_id, places[index])
        if reply.status and places[0] != int(reply.status.message_id):
            await self._delete(chat_id, int(reply.status.message_id))
        refs = tuple(MessageRef(reply.conversation, str(message_id)) for message_id in places.values())
        return Delivered(refs)

    async def _place(self, reply: Reply, chat_id: int, silent: bool = False) -> int:
        """A new message that holds nothing yet; `silent`: the reply rang already."""
        try:
            if reply.key in self._doubtful:
                await self._bot.send_chat_action(chat_id, ChatAction.TYPING, thread_of(reply.conversation))
            message = await self._new(PLACEHOLDER, reply.conversation, reply.reply_to, None, silent)
        except TelegramError as error:
            receipt = receipt_of(error)
            if not isinstance(receipt, Unknown):
                raise
            self._doubtful[reply.key] = None
            raise NotPlaced(receipt.reason) from error
        return message.message_id

    async def _put(self, piece: Piece, chat_id: int, message_id: int) -> None:
        """Make the message show the piece; an edit that came through before counts as done."""
        image = piece.image
        try:
            if image is None:
                await self._bot.edit_message_text(
                    piece.text,
                    chat_id,
                    message_id,
                    link_preview_options=NO_PREVIEW,
                    reply_markup=piece.keyboard,
                )
                return
            await self._put_picture(piece, image, chat_id, message_id)
        except BadRequest as error:
            if not unchanged(error):
                raise

    async def _put_picture(self, piece: Piece, image: Picture, chat_id: int, message_id: int) -> None:
        """As a photo, as a document, as a smaller one, or in words: the first that Telegram takes."""
        media = layout.media_of(image, piece.text)
        while True:
            try:
                await self._bot.edit_message_media(media, chat_id, message_id, reply_markup=piece.keyboard)
                return
            except BadRequest as error:
                if isinstance(media, InputMediaPhoto) and (not_a_photo(error) or may_not_send(error)):
                    media = layout.document(image, piece.text)
                elif may_not_send(error):
                    await self._put(replace(piece, image=None, text=told(piece)), chat_id, message_id)
                    return
                else:
                    raise
            except TelegramError as error:
                if not is_too_large(error) or len(image.data) <= SMALLEST:
                    raise
                log.warning("Telegram does not take %d bytes: %s", len(image.data), error)
                image = await asyncio.to_thread(layout.smaller, image)
                media = layout.media_of(image, layout.with_note(piece.text, SMALLER))

    # ------------------------------------------------------------ status messages

    async def show_status(self, update: StatusUpdate) -> MessageRef | None:
        """Updates that come faster than Telegram likes, or while another call is under way, are left out."""
        chat_id = int(update.conversation.space_id)
        message_id = self._status_id(update)
        if message_id is None:
            if self._flood_wait(chat_id, update.job_id) > 0:
                return None
        else:
            ref = MessageRef(update.conversation, str(message_id))
            too_soon = self._next_status.get(chat_id, 0.0) > time.monotonic()
            if too_soon or self._chat(chat_id).locked() or not self._pace.has_room(chat_id):
                return ref
        async with self._chat(chat_id):
            try:
                return await self._show(update, chat_id)
            except TelegramError as error:
                await self._heed(chat_id, error, update.job_id)
                log.debug("A status could not be shown: %s", error)
            return None

    async def _show(self, update: StatusUpdate, chat_id: int) -> MessageRef | None:
        message_id = self._status_id(update)
        keyboard = keyboard_of(update.actions)
        if message_id is None:
            if update.job_id in self._doubtful:
                return None  # one may be there already: better none than two
            try:
                message = await self._new(unping(update.text), update.conversation, update.reply_to, keyboard)
            except TelegramError as error:
                if isinstance(receipt_of(error), Unknown):
                    self._doubtful[update.job_id] = None
                raise
            message_id = message.message_id
            self._places[chat_id, update.job_id] = {0: message_id}
        elif (chat_id, message_id) not in self._final:
            await self._change_status(update, chat_id, message_id, keyboard)
        pause = self._status_seconds if chat_id > 0 else 3 * self._status_seconds
        self._next_status[chat_id] = time.monotonic() + pause
        return MessageRef(update.conversation, str(message_id))

    async def _change_status(
        self, update: StatusUpdate, chat_id: int, message_id: int, keyboard: InlineKeyboardMarkup | None
    ) -> None:
        text = unping(update.text)
        try:
            if update.preview:
                media = InputMediaPhoto(
                    update.preview, caption=text, filename="preview.jpg", has_spoiler=update.spoiler
                )
                await self._bot.edit_message_media(media, chat_id, message_id, reply_markup=keyboard)
                return
            try:
                await self._bot.edit_message_text(
                    text, chat_id, message_id, link_preview_options=NO_PREVIEW, reply_markup=keyboard
                )
            except BadRequest as error:
                if "no text in the message" not in error.message.lower():
                    raise
                await self._bot.edit_message_caption(chat_id, message_id, text, reply_markup=keyboard)
        except BadRequest as error:
            if not unchanged(error):
                raise

    async def clear_status(self, message: MessageRef) -> None:
        chat_id = int(message.conversation.space_id)
        message_id = int(message.message_id)
        async with self._chat(chat_id):
            self._final[chat_id, message_id] = None
            await self._delete(chat_id, message_id)

    def _status_id(self, update: StatusUpdate) -> int | None:
        if update.message:
            return int(update.message.message_id)
        return self._places.get((int(update.conversation.space_id), update.job_id), {}).get(0)

    # ------------------------------------------------------------ calls

    async def _new(
        self,
        text: str,
        conversation: ConversationRef,
        reply_to: MessageRef | None,
        keyboard: InlineKeyboardMarkup | None,
        silent: bool = False,
    ) -> Message:
        return await self._bot.send_message(
            int(conversation.space_id),
            text,
            message_thread_id=thread_of(conversation),
            link_preview_options=NO_PREVIEW,
            disable_notification=silent,
            reply_markup=keyboard,
            reply_parameters=ReplyParameters(int(reply_to.message_id), allow_sending_without_reply=True)
            if reply_to
            else None,
        )

    async def _delete(self, chat_id: int, message_id: int) -> None:
        try:
            await self._bot.delete_message(chat_id, message_id)
        except TelegramError as error:
            log.debug("A message could not be deleted: %s", error)

    def _flood_wait(self, chat_id: int, key: str) -> float:
        """Seconds until Telegram lets the bot write there again, if positive.

        None for the one that was told to wait: when it comes again, it has waited.
        """
        until, told = self._flooded.get(chat_id, (0.0, key))
        return 0.0 if told == key else until - time.monotonic()

    def _chat(self, chat_id: int) -> asyncio.Lock:
        return self._chats.setdefault(chat_id, asyncio.Lock())

    async def _heed(self, chat_id: int, error: TelegramError, key: str) -> None:
        """What an error tells of the chat: its new id, or to keep statuses quiet so that replies pass."""
        if isinstance(error, ChatMigrated):
            await self._chat_moved(chat_id, error.new_chat_id)
        elif isinstance(error, RetryAfter):
            self._next_status[chat_id] = until = time.monotonic() + seconds(error)
            self._flooded[chat_id] = until, key


def thread_of(conversation: ConversationRef) -> int | None:
    return None if conversation.thread_id is None else int(conversation.thread_id)


def told(piece: Piece) -> str:
    """What stands where a picture may not be sent."""
    return layout.with_note(piece.text, NO_PICTURES)
