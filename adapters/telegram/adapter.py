"""The Telegram adapter: life cycle and wiring. The work is done in the modules beside it.

    polling, webhook  updates → journal     outbound  replies and statuses → messages
    inbox             journal → handler     layout    limits, buttons, photo or document
    inbound           update → event        receipts  errors → receipts
    wording, files, albums, members         parts of a message, and who may manage a group
    commands, busy, pace                    menus, "typing …", Telegram's limits

python-telegram-bot's `ExtBot` makes the calls; its `Application` and `Updater` are not used (see `polling`).
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import Awaitable, Callable, Sequence
from functools import cache

import httpx
from telegram import Bot
from telegram.constants import ReactionEmoji
from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from adapters.telegram.backoff import delays
from adapters.telegram.busy import Busy
from adapters.telegram.commands import publish
from adapters.telegram.inbound import Translator, bare, moved
from adapters.telegram.inbox import Inbox
from adapters.telegram.layout import MAX_DOCUMENT_BYTES, MAX_LOCAL_BYTES, MAX_TEXT
from adapters.telegram.masking import TokenMask, quieten_libraries
from adapters.telegram.members import Members
from adapters.telegram.outbound import Outbound
from adapters.telegram.pace import Pace
from adapters.telegram.polling import Poller
from adapters.telegram.webhook import Webhook, WebhookAddress
from bot.events import (
    Acknowledged,
    Capabilities,
    ConversationRef,
    InboundEvent,
    MessageIn,
    MessageRef,
    NotSent,
    Platform,
    Receipt,
    Reply,
    StatusUpdate,
    Unknown,
)
from bot.ports import AdapterError, Directory, Handler, Journal

log = logging.getLogger(__name__)

API_URL = "https://api.telegram.org"
START_SECONDS = 5.0
"""How long a silent network may hold up the start of the whole bot."""
BREATH_SECONDS = 1.0
TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)

OFFLINE = "not connected to Telegram"


class TelegramAdapter:
    """`bot.ports.Adapter` for Telegram."""

    platform: Platform = "telegram"

    def __init__(
        self,
        token: str,
        handler: Handler,
        journal: Journal,
        directory: Directory,
        *,
        undo_emoji: Sequence[str] = ("👎",),
        api_url: str = API_URL,
        local_server: bool = False,
        album_seconds: float = 1.2,
        answer_missed_hours: float = 24.0,
        status_seconds: float = 1.0,
        request_seconds: float = 20.0,
        poll_seconds: float = 25.0,
        retry_seconds: float = 1.0,
        webhook: WebhookAddress | None = None,
        webhook_check_seconds: float = 300.0,
    ) -> None:
        """Raises `AdapterError` for something that can't be a token.

        `local_server`: the server at `api_url` runs with --local on this machine's disk, and takes big files.

        `album_seconds`: wait for the rest of an album; what comes when it is older than `answer_missed_hours`
        is not worked on; `status_seconds`: least time between two edits of a
        status (three times that in groups); `request_seconds`: time-out of one call; `poll_seconds`: length
        of a long poll; `retry_seconds`: first wait after a failure, doubled at each further one. With a
        `webhook` there is no poll; Telegram is asked every `webhook_check_seconds` whether it gets through.
        """
        if not TOKEN.fullmatch(token):
            raise AdapterError(
                "TELEGRAM_TOKEN does not look like a bot token (123456:ABC…): copy it again from @BotFather."
            )
        if unknown := [emoji for emoji in undo_emoji if bare(emoji) not in map(bare, ReactionEmoji)]:
            log.warning("telegram.undo_emoji: Telegram has no reaction %s.", " ".join(unknown))
        quieten_libraries()
        self._mask = TokenMask(token)
        self._handler = handler
        self._directory = directory
        self._undo_emoji = tuple(undo_emoji)
        self._retry_seconds = retry_seconds
        pace = Pace()
        self._bot = make_bot(token, api_url.rstrip("/"), request_seconds, pace, local_server)
        self._busy = Busy(self._bot)
        self._members = Members(self._bot)
        self._outbound = Outbound(
            self._bot, pace, self._chat_moved, status_seconds=status_seconds, retry_seconds=retry_seconds
        )
        translator = Translator(self._bot, directory, self._members, undo_emoji, answer_missed_hours)
        self._inbox = Inbox(self._bot, journal, self._take, translator, album_seconds, retry_seconds)
        self._webhook = webhook and Webhook(
            self._bot,
            journal,
            self._inbox.wake,
            webhook,
            retry_seconds=retry_seconds,
            check_seconds=webhook_check_seconds,
        )
        self._poller = Poller(
            self._bot,
            journal,
            self._inbox.wake,
            poll_seconds=poll_seconds,
            answer_seconds=request_seconds,
            retry_seconds=retry_seconds,
        )
        self._connected = False
        self._task: asyncio.Task[None] | None = None

    # ------------------------------------------------------------ life cycle

    async def start(self) -> None:
        """A wrong token or a taken port raises; a network that is down is tried again in the background."""
        self._mask.install()
        if self._webhook is not None:
            try:
                await self._webhook.listen()
            except AdapterError:
                await self.stop()
                raise
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._connect()
        except InvalidToken:  # its text quotes the token: not to be chained
            await self.stop()
            raise AdapterError(
                "Telegram does not accept TELEGRAM_TOKEN: copy it again from @BotFather."
            ) from None
        except (TelegramError, TimeoutError) as error:
            log.warning("Telegram can't be reached (%s); trying on.", error or "no answer")
        self._task = asyncio.create_task(self._run(), name="telegram")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self._busy.stop()
        if self._webhook is not None:
            await self._webhook.close()
        try:
            await self._bot.shutdown()
        except Exception as error:  # the other adapters must still be stopped
            log.warning("Telegram was not closed cleanly: %s", error)
        self._connected = False
        self._mask.remove()

    async def _connect(self) -> None:
        await self._bot.initialize()
        self._connected = True
        log.info("Telegram: signed in as @%s.", self._bot.username)

    async def _run(self) -> None:
        waits = delays(self._retry_seconds)
        while not self._connected:
            await asyncio.sleep(next(waits))
            try:
                await self._connect()
            except InvalidToken:
                log.error(
                    "Telegram does not accept TELEGRAM_TOKEN: copy it again from @BotFather. Trying on."
                )
            except TelegramError as error:
                log.debug("Telegram still can't be reached: %s", error)
        await asyncio.gather(
            kept_up("receiving", (self._webhook or self._poller).run),
            kept_up("handling", self._inbox.run),
            publish(self._bot),
        )

    async def _take(self, event: InboundEvent) -> Acknowledged | None:
        if isinstance(event, MessageIn) and not await self._directory.paused(event.ref.conversation):
            self._busy.reads(event.ref.conversation)
        return await self._handler(event)

    async def _chat_moved(self, old: int, new: int) -> None:
        try:
            await self._handler(moved(old, new))
        except Exception:  # `send` never raises; the update of the move comes through the journal anyway
            log.exception("The move of a Telegram group could not be noted.")

    # ------------------------------------------------------------ what the bot calls

    async def capabilities(self, conversation: ConversationRef) -> Capabilities:
        chat_id = int(conversation.space_id)
        private = chat_id > 0
        return Capabilities(
            undo_emoji=self._undo_emoji,
            receives_reactions=private or (self._connected and await self._members.bot_administers(chat_id)),
            buttons=True,
            max_upload=MAX_LOCAL_BYTES if self._bot.local_mode else MAX_DOCUMENT_BYTES,
            max_text=MAX_TEXT,
            needs_place=True,
        )

    async def send(self, reply: Reply) -> Receipt:
        self._busy.done(reply.conversation)
        return await self._outbound.send(reply) if self._connected else NotSent(OFFLINE)

    async def find(self, reply: Reply) -> Receipt:
        if self._connected:
            return await self._outbound.find(reply)
        return NotSent(OFFLINE) if reply.status else Unknown(OFFLINE)  # an edit may be repeated, a send not

    async def show_status(self, update: StatusUpdate) -> MessageRef | None:
        if not self._connected:
            return None
        if update.progress is not None:
            self._busy.paints(update.conversation)
        return await self._outbound.show_status(update)

    async def clear_status(self, message: MessageRef) -> None:
        self._busy.done(message.conversation)
        if self._connected:
            await self._outbound.clear_status(message)


async def kept_up(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run for ever: whatever breaks in an unforeseen way is told and begun again."""
    while True:
        try:
            await run()
        except Exception:
            log.exception("Telegram: %s broke down; it begins again.", name)
        await asyncio.sleep(BREATH_SECONDS)


@cache
def certificates() -> ssl.SSLContext:
    """Read once: it takes a tenth of a second, and each of the two connection pools would do it again."""
    return httpx.create_ssl_context()


def make_bot(token: str, api_url: str, request_seconds: float, pace: Pace, local_server: bool) -> Bot:
    """A picture takes longer than a text, both to upload and until Telegram has converted it."""

    def request() -> HTTPXRequest:
        return HTTPXRequest(
            read_timeout=request_seconds,
            write_timeout=request_seconds,
            connect_timeout=request_seconds,
            media_write_timeout=3 * request_seconds,
            httpx_kwargs={"verify": certificates()},
        )

    return ExtBot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=request(),
        get_updates_request=request(),
        local_mode=local_server,
        rate_limiter=pace,
    )
