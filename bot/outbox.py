"""The courier: brings every row of the outbox to its platform, in order per conversation, each once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import replace

from sqlite_utils import Database

from bot import rendition, replies
from bot.events import (
    ConversationRef,
    Delivered,
    MessageRef,
    NotSent,
    Picture,
    Platform,
    Receipt,
    Rejected,
    Reply,
    StatusUpdate,
    Unknown,
)
from bot.lanes import Lanes
from bot.logs import about
from bot.ports import Adapter
from bot.progress import Statuses
from bot.store import Store, conversations, jobs, outbox, refs, sent_as
from bot.store.outbox import OutboxRow

log = logging.getLogger(__name__)

BACK_OFF = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)  # seconds after the first, second … failure; then the last again
LAST_SEND = 10.0  # seconds that a send under way gets when the bot stops
SECOND_LOOK = 5.0  # seconds until a message that may be there is looked for again


class Courier:
    """Wake it with a conversation's id when there is something to be delivered.

    Rows of a platform whose adapter isn't there are kept; call `resume` when it is.
    """

    def __init__(self, store: Store, adapters: Mapping[Platform, Adapter], statuses: Statuses) -> None:
        self._store, self._adapters, self._statuses = store, adapters, statuses
        self._lanes = Lanes("courier", self._deliver_next)
        self._stopping = asyncio.Event()

    async def resume(self, platform: Platform) -> None:
        """The platform's adapter is ready: deliver what is open there."""
        for row in await self._store.run(outbox.conversations_with_open_rows):
            if row["platform"] == platform:
                self._lanes.wake(row["id"])

    def wake(self, conversation: str) -> None:
        self._lanes.wake(conversation)

    async def delivered(self, conversation: str) -> None:
        """Wait a little, if need be, until what is shown there is noted as well."""
        await self._lanes.empty(conversation, LAST_SEND)

    async def stop(self) -> None:
        """Begin no more sends, and let those on their way end: cut off, nobody would know what arrived."""
        self._stopping.set()
        await self._lanes.stop(LAST_SEND)

    async def idle(self) -> None:
        """Wait until nothing is on its way."""
        await self._lanes.idle()

    async def _deliver_next(self, conversation: str) -> bool:
        found = await self._store.run(lambda db: _next(db, conversation))
        if found is None:
            return False
        row, ref, status = found
        with about(job=row.job):
            return await self._deliver(row, ref, status)

    async def _deliver(self, row: OutboxRow, ref: ConversationRef, status: str | None) -> bool:
        """False when there is nothing more, and while the platform's adapter isn't there."""
        if row.job is not None and await self._statuses.close(row.job):
            ref, status = await self._store.run(lambda db: _address(db, row))  # it may have come just now
        adapter = self._adapters.get(ref.platform)
        if adapter is None:
            return False
        reply = await self._reply(adapter, row, ref, status or row.place)
        return await self._settle(row, await self._send(adapter, row, reply))

    async def _send(self, adapter: Adapter, row: OutboxRow, reply: Reply) -> Receipt:
        """Send, unless an earlier try, broken off by a crash, may have arrived."""
        if row.state == "sending":
            receipt = await self._look(adapter, reply)
            if not isinstance(receipt, NotSent):
                return receipt
        await self._store.run(lambda db: outbox.begin_sending(db, row.id))
        receipt = await _guarded(adapter.send(reply))
        return await self._look(adapter, reply) if isinstance(receipt, Unknown) else receipt

    async def _look(self, adapter: Adapter, reply: Reply) -> Receipt:
        """Whether a reply is there that may be; looked for twice."""
        receipt = await _guarded(adapter.find(reply))
        if isinstance(receipt, Unknown):
            await self._pause(SECOND_LOOK)
            receipt = await _guarded(adapter.find(reply))
        return receipt

    async def _settle(self, row: OutboxRow, receipt: Receipt) -> bool:
        """Close the row, or wait before the next try. False when there is nothing more to be delivered."""
        match receipt:
            case Delivered(messages):
                # Lost in a power cut, it is looked for on the platform, as after any send broken off.
                more = await self._store.run(lambda db: _close_delivered(db, row, messages), flush=False)
                log.info("reply %s of conversation %s delivered", row.id, row.conversation)
                return more
            case Rejected(reason):
                log.error("reply %s of conversation %s was rejected: %s", row.id, row.conversation, reason)
                await self._store.run(lambda db: outbox.set_state(db, row.id, "failed", reason))
            case Unknown(reason):
                log.error("reply %s of conversation %s may be lost: %s", row.id, row.conversation, reason)
                await self._store.run(lambda db: outbox.set_state(db, row.id, "unsure", reason))
            case NotSent(reason, retry_after):
                wait = retry_after or BACK_OFF[min(row.tries, len(BACK_OFF) - 1)]
                log.warning(
                    "reply %s of conversation %s not sent, again in %.0f s: %s",
                    row.id,
                    row.conversation,
                    wait,
                    reason,
                )
                await self._store.run(lambda db: outbox.set_state(db, row.id, "open", reason))
                await self._pause(wait)
        return True

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _reply(
        self, adapter: Adapter, row: OutboxRow, conversation: ConversationRef, status: str | None
    ) -> Reply:
        capabilities = await adapter.capabilities(conversation)
        if status is None and capabilities.needs_place:
            status = await self._place(adapter, row, conversation)
        text, picture = row.text, None
        if row.image is not None:
            picture, note = await self._picture(row.image, capabilities.max_upload)
            hidden, as_file = await self._store.run(lambda db: (_hidden(db, row), _goes_as_file(db, row)))
            picture = replace(picture, spoiler=hidden, as_file=as_file)
            text = replies.joined(text, note)
        if len(text) > capabilities.max_text:
            text = text[: capabilities.max_text - 1] + "…"
        return Reply(
            key=row.id,
            conversation=conversation,
            text=text,
            image=picture,
            reply_to=MessageRef(conversation, row.reply_to) if row.reply_to else None,
            actions=row.actions,
            status=MessageRef(conversation, status) if status else None,
            decision=row.decision,
        )

    async def _place(self, adapter: Adapter, row: OutboxRow, conversation: ConversationRef) -> str | None:
        """A message to edit the reply into, kept before anything is in it. None: the send itself says why."""
        reply_to = MessageRef(conversation, row.reply_to) if row.reply_to else None
        made = await adapter.show_status(StatusUpdate(row.id, conversation, "…", reply_to=reply_to))
        if made is None:
            return None
        await self._store.run(lambda db: outbox.set_place(db, row.id, made.message_id))
        return made.message_id

    async def _picture(self, sha256: str, max_upload: int) -> tuple[Picture, str | None]:
        data, mime = await self._store.read_image(sha256)
        picture, changed = await asyncio.to_thread(rendition.fit, data, mime, max_upload)
        return picture, replies.smaller(picture.width, picture.height) if changed else None


async def _guarded(call: Awaitable[Receipt]) -> Receipt:
    """Adapters don't raise; should one do so all the same, nobody knows what arrived."""
    try:
        return await call
    except Exception as error:
        log.exception("an adapter broke")
        return Unknown(f"{type(error).__name__}: {error}")


def _next(db: Database, conversation: str) -> tuple[OutboxRow, ConversationRef, str | None] | None:
    """The row that is next, with its address."""
    row = outbox.next_open(db, conversation)
    return None if row is None else (row, *_address(db, row))


def _address(db: Database, row: OutboxRow) -> tuple[ConversationRef, str | None]:
    """Where a row goes, and the id of the status message that it replaces."""
    job = jobs.get(db, row.job) if row.job else None
    return conversations.place(db, row.conversation), job and job.status_message


def _hidden(db: Database, row: OutboxRow) -> bool:
    """Whether a row's picture is sent hidden. A view may show any picture of its conversation."""
    if row.decision == "view":
        return sent_as.any_sent(db, row.conversation, "spoiler")
    return row.version is not None and sent_as.sent(db, row.version, "spoiler")


def _goes_as_file(db: Database, row: OutboxRow) -> bool:
    """A view is to be looked at: it needs no quality."""
    return row.decision != "view" and row.version is not None and sent_as.sent(db, row.version, "as_file")


def _close_delivered(db: Database, row: OutboxRow, messages: tuple[MessageRef, ...]) -> bool:
    """Whether there is more to be delivered there."""
    if outbox.exists(db, row.id):  # else deleted in the meantime
        _note_delivered(db, row, messages)
    return outbox.next_open(db, row.conversation) is not None


def _note_delivered(db: Database, row: OutboxRow, messages: tuple[MessageRef, ...]) -> None:
    for message in messages:
        refs.add(db, message, row.conversation, turn=row.id, version=row.version, job=row.job)
    outbox.set_state(db, row.id, "delivered")
