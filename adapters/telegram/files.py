"""Pictures in a message, and their download (https://core.telegram.org/bots/api#getfile).

A file's link holds the bot token, so it is neither kept nor logged.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from telegram import (
    Animation,
    Bot,
    Document,
    ExternalReplyInfo,
    Message,
    PhotoSize,
    Sticker,
    Video,
    VideoNote,
)
from telegram.error import BadRequest, RetryAfter, TelegramError

from adapters.telegram.receipts import seconds
from bot.events import Attachment, AttachmentGone

log = logging.getLogger(__name__)

MAX_DOWNLOAD = 20 * 1024 * 1024
"""Bytes; Telegram gives bots no larger file. A Bot API server of one's own does."""
DOWNLOAD_SECONDS = 60.0


def attachments_of(message: Message | ExternalReplyInfo, bot: Bot) -> tuple[Attachment, ...]:
    """The one picture of a message, if any. What moves is marked as animated, for a sentence about it."""
    if moving := message.animation or message.video or message.video_note:
        return (_moving(moving, bot),)
    sizes = message.photo or (message.live_photo.photo if message.live_photo else None)
    if sizes:
        photo = _photo(max(sizes, key=lambda size: size.width * size.height), bot)
        return (replace(photo, spoiler=bool(message.has_media_spoiler)),)
    if message.sticker:
        return (_sticker(message.sticker, bot),)
    if message.document:
        return (_document(message.document, bot),)
    return ()


def _photo(photo: PhotoSize, bot: Bot) -> Attachment:
    return Attachment(
        "photo", _opener(bot, photo.file_id), "image/jpeg", photo.file_size, photo.width, photo.height
    )


def _sticker(sticker: Sticker, bot: Bot) -> Attachment:
    moves = sticker.is_animated or sticker.is_video
    return Attachment(
        "sticker",
        _opener(bot, sticker.file_id),
        None if moves else "image/webp",
        sticker.file_size,
        sticker.width,
        sticker.height,
        animated=moves,
    )


def _document(document: Document, bot: Bot) -> Attachment:
    return Attachment(
        "document",
        _opener(bot, document.file_id),
        document.mime_type,
        document.file_size,
        name=document.file_name,
        animated=(document.mime_type or "").startswith("video/"),
    )


def _moving(video: Animation | Video | VideoNote, bot: Bot) -> Attachment:
    mime = None if isinstance(video, VideoNote) else video.mime_type
    return Attachment("document", _opener(bot, video.file_id), mime, video.file_size, animated=True)


def _opener(bot: Bot, file_id: str) -> Callable[[], Awaitable[bytes]]:
    async def download() -> bytes:
        try:
            async with asyncio.timeout(DOWNLOAD_SECONDS):
                try:
                    return await _fetch(bot, file_id)
                except BadRequest:
                    raise
                except TelegramError as error:  # a link that ran out (404 is `InvalidToken`) is made anew
                    if isinstance(error, RetryAfter):
                        await asyncio.sleep(seconds(error))
                    return await _fetch(bot, file_id)
        except (TelegramError, RuntimeError, OSError) as error:  # a TimeoutError is an OSError
            # RuntimeError: Telegram named no path. The error's own text might quote the link.
            raise AttachmentGone(f"Telegram did not give the file ({type(error).__name__}).") from None

    return download


async def _fetch(bot: Bot, file_id: str) -> bytes:
    file = await bot.get_file(file_id)
    if (file.file_size or 0) > MAX_DOWNLOAD and not bot.local_mode:
        raise AttachmentGone("The file is larger than Telegram gives to bots.")
    try:
        return bytes(await file.download_as_bytearray())
    except (TelegramError, OSError):
        if bot.local_mode:
            log.error("The Bot API server's files can't be read here: share its folder, at the same path.")
        raise
