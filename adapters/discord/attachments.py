"""Files, stickers, forwarded and linked pictures of a message as the bot's `Attachment`s."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Awaitable, Callable
from dataclasses import replace

import aiohttp
import discord

from adapters.discord.receipts import CALL_FAILED
from bot.events import Attachment, AttachmentGone

Fetch = Callable[[str], Awaitable[bytes]]

FETCH_SECONDS = 60.0
"""For one download; discord.py itself would wait for five minutes."""

_STICKER_MIME = {
    discord.StickerFormatType.png: "image/png",
    discord.StickerFormatType.apng: "image/apng",
    discord.StickerFormatType.gif: "image/gif",
    discord.StickerFormatType.lottie: "application/json",
}


def attachments_of(message: discord.Message, max_download: int, fetch: Fetch) -> tuple[Attachment, ...]:
    """Everything that came with the message, in order; the pictures of a forwarded message are its own.

    Pictures that Discord shows for links, and those that other bots embed, count where there is nothing else.
    `fetch` downloads an address.
    """
    parts = (message, *message.message_snapshots)
    files = [file_of(file, max_download) for part in parts for file in part.attachments]
    stickers = [_sticker(sticker, max_download) for sticker in message.stickers]
    if files or stickers:
        return (*files, *stickers)
    links = (link for part in parts for embed in part.embeds if (link := _shown(embed)))
    return tuple(_linked(link, max_download, fetch) for link in links)


def _shown(embed: discord.Embed) -> str | None:
    """The picture of an embed at Discord's own media proxy; a mere thumbnail beside a text is none."""
    if embed.image.proxy_url:
        return embed.image.proxy_url
    return embed.thumbnail.proxy_url if embed.type == "image" else None


def _linked(link: str, max_download: int, fetch: Fetch) -> Attachment:
    return Attachment(kind="photo", open=lambda: _fetch(lambda: fetch(link), max_download))


async def downloaded(attachment: Attachment) -> tuple[Attachment, bytes | None]:
    """Fetch the file now, once for all; None where that can't be done (`open` says why, then)."""
    try:
        data = await attachment.open()
    except AttachmentGone:
        return attachment, None

    async def again() -> bytes:
        return data

    return replace(attachment, open=again), data


def file_of(file: discord.Attachment, max_download: int) -> Attachment:
    """A file that came with a message or a command."""
    claimed = file.content_type or mimetypes.guess_type(file.filename)[0]
    mime = claimed.partition(";")[0].strip() if claimed else None

    async def download() -> bytes:
        if file.size > max_download:
            raise AttachmentGone(f"{file.size} bytes is over the limit of {max_download}.")
        return await _fetch(file.read, max_download)

    return Attachment(
        kind="photo" if mime and mime.startswith("image/") else "document",
        open=download,
        mime=mime,
        size=file.size,
        width=file.width,
        height=file.height,
        name=file.filename,
        animated=file.flags.animated or mime == "image/gif",
        spoiler=file.is_spoiler(),
    )


def _sticker(sticker: discord.StickerItem, max_download: int) -> Attachment:
    return Attachment(
        kind="sticker",
        open=lambda: _fetch(sticker.read, max_download),
        mime=_STICKER_MIME.get(sticker.format),
        name=sticker.name,
        animated=sticker.format is not discord.StickerFormatType.png,
    )


async def _fetch(read: Callable[[], Awaitable[bytes]], max_download: int) -> bytes:
    """Download, with one more try after a broken connection or a 5xx; raises `AttachmentGone`."""
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            try:
                data = await read()
            except (aiohttp.ClientError, OSError):
                data = await read()
            except discord.HTTPException as error:  # of the CDN discord.py makes no DiscordServerError
                if error.status < 500:
                    raise
                data = await read()
    except TimeoutError as error:
        raise AttachmentGone("Discord did not send the file in time.") from error
    except CALL_FAILED as error:
        raise AttachmentGone(f"The file can't be downloaded: {type(error).__name__}.") from error
    if len(data) > max_download:
        raise AttachmentGone(f"{len(data)} bytes is over the limit of {max_download}.")
    return data
