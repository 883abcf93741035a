"""From a message to clean pictures and a clean wish, or to the sentence that says why not."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from bot import pictures, replies, wishes
from bot.events import MOST_PICTURES, Attachment, AttachmentGone
from bot.pictures import BadPicture, Upload
from bot.settings import Limits
from bot.wishes import BadWish
from bot.wordlist import WordList

log = logging.getLogger(__name__)

DOWNLOAD_SECONDS = 60.0
DOWNLOADS = 3  # pictures of one message that are held as they came, at a time
DECODERS = ThreadPoolExecutor(2, "decode")  # a decoded picture takes up to 100 MB: not more at a time


@dataclass(frozen=True, slots=True)
class Brought:
    """A picture that came with a message, and the file that it was."""

    upload: Upload
    attachment: Attachment


@dataclass(frozen=True, slots=True)
class Intake:
    """What a message brought. `trouble` is a sentence about pictures, `bad_wish` one about the text.

    `listed`: the entry of the admin's word list for which the wish was refused.
    """

    pictures: tuple[Brought, ...] = ()
    wish: str | None = None
    trouble: str | None = None
    bad_wish: str | None = None
    note: str | None = None
    listed: str | None = None


async def take(text: str, attachments: tuple[Attachment, ...], limits: Limits, words: WordList) -> Intake:
    """Read the wish, download the pictures and clean them. Never raises for what a person sent.

    Those that can't be used are named in `trouble` where there are no others, else in `note`.
    """
    brought = _wish(text, limits.wish_characters, words)
    if not attachments:
        return brought
    taken = attachments[:MOST_PICTURES]
    turnstile = asyncio.Semaphore(DOWNLOADS)
    found = await asyncio.gather(*(_upload(each, limits, turnstile) for each in taken))
    pictures = tuple(
        Brought(upload, attachment)
        for upload, attachment in zip(found, taken, strict=True)
        if isinstance(upload, Upload)
    )
    said = [each.note if isinstance(each, Upload) else each for each in found]
    if len(found) > 1:
        bad = [each for each in found if isinstance(each, str)]
        if len(bad) == len(found) and len(set(bad)) == 1:  # not the same ten times
            said = bad[:1]
        else:
            said = [replies.cant_use(n, each) if each else None for n, each in enumerate(said, start=1)]
    more = replies.too_many(MOST_PICTURES) if len(attachments) > MOST_PICTURES else None
    told = replies.joined(*said, more) or None
    return replace(brought, pictures=pictures, note=told) if pictures else replace(brought, trouble=told)


async def _upload(attachment: Attachment, limits: Limits, turnstile: asyncio.Semaphore) -> Upload | str:
    """The clean picture, or the sentence that says why not."""
    try:
        async with turnstile:
            return await _picture(attachment, limits)
    except BadPicture as error:
        return str(error)
    except Exception:
        log.exception("an attachment broke in an unforeseen way")
        return replies.GONE


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
    return replace(upload, spoiler=attachment.spoiler, as_file=attachment.kind == "document")
