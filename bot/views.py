"""Pictures about pictures: before and after side by side, and the sheet of all versions.

They are posted and kept like any picture, but they are no versions: the tree and the head stay as they are.
As they take a while to draw, that is done between two transactions: `look` says what to draw, `tell` answers.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace

from PIL import Image
from sqlite_utils import Database

from bot import contact_sheet, replies, side_by_side
from bot import conversation as tree
from bot.contact_sheet import Tile
from bot.conversation import NO_PICTURE, Conversation, Version
from bot.events import Action, ConversationRef, ViewName
from bot.rendition import jpeg
from bot.repeats import SUMMARIES
from bot.store import Store, conversations, images, jobs, outbox, turns
from bot.store.images import StoredImage
from bot.store.jobs import Job
from bot.store.outbox import Answer

log = logging.getLogger(__name__)

QUALITY = 90
ONCE_MORE = {summary: name for name, summary in SUMMARIES.items()}
AS_SENT = "as it was sent"


@dataclass(frozen=True, slots=True)
class View:
    """What to show: the pictures (sha256) that go into it, and `tiles` for a sheet of them.

    `about` is the version that a reply to it means. Without pictures it is only a sentence.
    """

    text: str
    about: Version | None = None
    pictures: tuple[str, ...] = ()
    tiles: tuple[Tile, ...] = ()
    actions: tuple[Action, ...] = ()


def look(db: Database, conversation: str | None, name: ViewName, target: str | None = None) -> View:
    """What to show of a conversation (None: there is none yet); `target` is a version, None the head."""
    found = conversations.load(db, conversation) if conversation else Conversation()
    if found.head is None:
        return View(NO_PICTURE)
    if name == "history":
        return _history(found, found.versions[found.head])
    return _comparison(found, found.versions[target or found.head])


async def choices(store: Store, place: ConversationRef) -> tuple[Action, ...]:
    """`bot.ports.Choices`: as in the list under the sheet of a conversation's pictures, but all of them."""

    def read(db: Database) -> tuple[Action, ...]:
        found = conversations.find(db, place)
        all_of_it = conversations.load(db, found) if found else Conversation()
        return tuple(_choice(all_of_it, version) for version in all_of_it.versions.values())

    return await store.run(read, flush=False)


def tell(
    db: Database,
    conversation: str,
    view: View,
    image: StoredImage | None,
    *,
    reply_to: str | None,
    turn: str | None = None,
) -> None:
    """Answer with the view; `image` is what was drawn, None where nothing was."""
    answer = Answer(view.text if image or not view.pictures else replies.NOT_DRAWN)
    if image is not None:
        images.record(db, image)
        answer = Answer(view.text, "view", view.about, view.actions, image.sha256)
    outbox.say(db, conversation, answer, reply_to=reply_to, turn=turn)


def fulfil(db: Database, asked: Job, view: View, image: StoredImage | None) -> None:
    """`tell` whoever asked for the view in words, unless the job was cancelled in the meantime."""
    job = jobs.still_open(db, asked)
    if job is not None:
        view = replace(view, text=replies.joined(job.note, view.text))
        message = turns.get(db, job.turn)["message_id"]
        tell(db, job.conversation, view, image, reply_to=message, turn=job.turn)
        jobs.set_state(db, job.id, "done")


class Drawer:
    """Draws one view at a time, in a thread: large pictures are opened for it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._free = asyncio.Lock()

    async def draw(self, view: View) -> StoredImage | None:
        """The finished picture, kept in the store's files; None where there is none, or it can't be drawn.

        Raises `StoreError` when it can't be kept.
        """
        if not view.pictures:
            return None
        try:
            async with self._free:
                image = await (self._sheet(view) if view.tiles else self._pair(view))
                data = await asyncio.to_thread(jpeg, image, QUALITY)
        except Exception:  # a file that is missing or damaged: a sentence says so
            log.exception("before and after, or the history, could not be drawn")
            return None
        sha256 = await self._store.keep_image(data, "image/jpeg")
        return StoredImage(sha256, "image/jpeg", image.width, image.height, len(data))

    async def _pair(self, view: View) -> Image.Image:
        before, after = [(await self._store.read_image(sha256))[0] for sha256 in view.pictures]
        return await asyncio.to_thread(side_by_side.draw, before, after)

    async def _sheet(self, view: View) -> Image.Image:
        """One file after the other: all of them at once could be half a gigabyte."""
        small: list[Image.Image] = []
        for sha256 in view.pictures:
            data, _ = await self._store.read_image(sha256)
            small.append(await asyncio.to_thread(contact_sheet.thumbnail, data))
        return await asyncio.to_thread(contact_sheet.draw, view.tiles, small)


def _comparison(conversation: Conversation, version: Version) -> View:
    if version.parent is None:
        return View(replies.NOT_EDITED)
    before = conversation.versions[version.parent]
    text = replies.before_and_after(version.instruction or "")
    return View(text, version, (before.image, version.image))


def _history(conversation: Conversation, head: Version) -> View:
    newest = list(conversation.versions.values())[-contact_sheet.MOST :]
    listed = tuple(_choice(conversation, version) for version in newest)
    tiles = tuple(
        Tile(
            choice.number,
            tree.number(conversation, version.parent) if version.parent else None,
            choice.label,
            version.id == head.id,
        )
        for version, choice in zip(newest, listed, strict=True)
    )
    return View(
        replies.history(len(newest), len(conversation.versions)),
        head,
        tuple(version.image for version in newest),
        tiles,
        listed if len(listed) > 1 else (),
    )


def _choice(conversation: Conversation, version: Version) -> Action:
    return Action("select", version.id, tree.number(conversation, version.id), _caption(version))


def _caption(version: Version) -> str:
    """The wish that made it; one that was done once more says how."""
    if version.parent is None:
        return AS_SENT
    how = ONCE_MORE.get(version.summary or "") if version.remakes else None
    how = "from the original" if how == "original" else how
    return f"{version.instruction} ({how})" if how else version.instruction or ""
