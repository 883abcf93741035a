"""From a message to a clean picture and a clean wish, or to the sentence that says why not."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from bot import pictures, replies, wishes
from bot.events import Attachment, AttachmentGone
from bot.pictures import BadPicture, Upload
from bot.settings import Limits
from bot.wishes import BadWish
from bot.wordlist import WordList

log = logging.getLogger(__name__)

DOWNLOAD_SECONDS = 60.0
DECODERS = ThreadPoolExecutor(2, "decode")  # a decoded picture takes up to 100 MB: not more at a time


@dataclass(frozen=True, slots=True)
class Intake:
    """What a message brought. `trouble` is a sentence about the picture, `bad_wish` one about the text.

    `listed`: the entry of the admin's word list for which the wish was refused.
    """

    upload: Upload | None = None
    wish: str | None = None
    trouble: str | None = None
    bad_wish: str | None = None
    note: str | None = None
    listed: str | None = None


async def take(text: str, attachments: tuple[Attachment, ...], limits: Limits, words: WordList) -> Intake:
    """Read the wish, download the first picture and clean it. Never raises for what a person sent."""
    brought = _wish(text, limits.wish_characters, words)
    if not attachments:
        return brought
    try:
        upload = await _picture(attachments[0], limits)
    except BadPicture as error:
        return replace(brought, trouble=str(error))
    except Exception:
        log.exception("an attachment broke in an unforeseen way")
        return replace(brought, trouble=replies.GONE)
    several = replies.FIRST_OF_SEVERAL if len(attachments) > 1 else None
    return replace(brought, upload=upload, note=replies.joined(upload.note, several) or None)


def _wish(text: str, limit: int, words: WordList) -> Intake:
    try:
        wish = wishes.read(text, limit).text
    except BadWish as error:
        return Intake(bad_wish=str(error))
    listed = words.find(text)  # as it came: cleaning takes an invisible sign within a word for a space
    if listed is not None:
        return Intake(bad_wish=replies.LISTED, listed=listed)
    return Intake(wish=wish or None)


async def _picture(attachment: Attachment, limits: Limits) -> Upload:
    max_bytes = int(limits.upload_mb * 1_000_000)
    if attachment.size is not None and attachment.size > max_bytes:
        raise BadPicture(pictures.too_large(attachment.size, max_bytes))
    try:
        async with asyncio.timeout(DOWNLOAD_SECONDS):
            data = await attachment.open()
    except (AttachmentGone, TimeoutError) as error:
        log.warning("an attachment could not be downloaded: %s", error or "too slow")
        raise BadPicture(replies.GONE) from error
    max_pixels = int(limits.megapixels * 1_000_000)
    loop = asyncio.get_running_loop()
    upload = await loop.run_in_executor(DECODERS, pictures.normalise, data, max_bytes, max_pixels)
    return replace(upload, spoiler=attachment.spoiler)
