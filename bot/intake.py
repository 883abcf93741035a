"""From a message to a clean picture and a clean wish, or to the sentence that says why not."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bot import pictures, replies, wishes
from bot.events import Attachment, AttachmentGone
from bot.pictures import BadPicture, Upload
from bot.settings import Limits
from bot.wishes import BadWish

log = logging.getLogger(__name__)

DOWNLOAD_SECONDS = 60.0
DECODERS = ThreadPoolExecutor(2, "decode")  # a decoded picture takes up to 100 MB: not more at a time


@dataclass(frozen=True, slots=True)
class Intake:
    """What a message brought. `trouble` is a sentence about the picture, `bad_wish` one about the text."""

    upload: Upload | None = None
    wish: str | None = None
    trouble: str | None = None
    bad_wish: str | None = None
    note: str | None = None


async def take(text: str, attachments: tuple[Attachment, ...], limits: Limits) -> Intake:
    """Read the wish, download the first picture and clean it. Never raises for what a person sent."""
    wish, bad_wish = _wish(text, limits.wish_characters)
    if not attachments:
        return Intake(wish=wish, bad_wish=bad_wish)
    try:
        upload = await _picture(attachments[0], limits)
    except BadPicture as error:
        return Intake(wish=wish, bad_wish=bad_wish, trouble=str(error))
    except Exception:
        log.exception("an attachment broke in an unforeseen way")
        return Intake(wish=wish, bad_wish=bad_wish, trouble=replies.GONE)
    several = replies.FIRST_OF_SEVERAL if len(attachments) > 1 else None
    return Intake(upload, wish, None, bad_wish, replies.joined(upload.note, several) or None)


def _wish(text: str, limit: int) -> tuple[str | None, str | None]:
    try:
        return wishes.read(text, limit).text or None, None
    except BadWish as error:
        return None, str(error)


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
    return await loop.run_in_executor(DECODERS, pictures.normalise, data, max_bytes, max_pixels)
