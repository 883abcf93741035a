"""The Telegram adapter: life cycle and wiring. The work is done in the modules beside it.

    polling   getUpdates → journal          outbound  replies and statuses → messages
    inbox     journal → handler             layout    limits, buttons, photo or document
    inbound   update → event                receipts  errors → receipts
    wording, files, albums, members         parts of a message, and who may manage a group

python-telegram-bot's `Bot` makes the calls; its `Application` and `Updater` are not used (see `polling`). Its
`AIORateLimiter` isn't either: one chat's flood wait would halt every chat. A 429 becomes `NotSent` with
the wait that Telegram asks for, and the courier keeps it for that one reply.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import Sequence
from functools import cache

import httpx
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from adapters.telegram.backoff import delays
from adapters.telegram.inbound import Translator, moved
from adapters.telegram.inbox import Inbox
from adapters.telegram.layout import MAX_DOCUMENT_BYTES, MAX_TEXT
from adapters.telegram.masking import TokenMask, quieten_libraries
from adapters.telegram.members import Members
from adapters.telegram.outbound import Outbound
from adapters.telegram.polling import Poller
from bot.events import (
    Capabilities,
    ConversationRef,
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
TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)

OFFLINE = "not connected to Telegram"

COMMANDS = [
    BotCommand("edit", "What to change in your photo"),
    BotCommand("undo", "Take the last edit back"),
    BotCommand("redo", "Do it again after all"),
    BotCommand("reset", "Start over from your photo"),
    BotCommand("cancel", "Stop what I'm working on for you"),
    BotCommand("again", "Give the last edit another try"),
    BotCommand("stronger", "The last edit, a little stronger"),
    BotCommand("subtler", "The last edit, a little subtler"),
    BotCommand("compare", "Before and after, side by side"),
    BotCommand("history", "All the pictures, to choose one from"),
    BotCommand("original", "All the edits anew, from your photo"),
    BotCommand("rate", "1 to 5: how good is the newest picture?"),
    BotCommand("share", "on, pictures or off: may they train the bot?"),
    BotCommand("settings", "How I behave in this conversation"),
    BotCommand("privacy", "What I keep, and how to delete it"),
    BotCommand("help", "What I can do"),
]
FOR_ADMINISTRATORS = [
    BotCommand("pause", "Be quiet in this group until /resume"),
    BotCommand("resume", "Work in this group again"),
    BotCommand("stats", "What I did in this group so far"),
]
"""In groups; the bot checks once more who gives them."""


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
        album_seconds: float = 1.2,
        status_seconds: float = 1.0,
        request_seconds: float = 20.0,
        poll_seconds: float = 25.0,
        retry_seconds: float = 1.0,
    ) -> None:
        """Raises `AdapterError` for something that can't be a token.

        `album_seconds`: wait for the rest of an album; `status_seconds`: least time between two edits of a
        status (three times that in groups); `request_seconds`: time-out of one call; `poll_seconds`: length
        of a long poll; `retry_seconds`: first wait after a failure, doubled at each further one.
        """
        if not TOKEN.fullmatch(token):
            raise AdapterError(
                "TELEGRAM_TOKEN does not look like a bot token (123456:ABC…): copy it again from @BotFather."
            )
        quieten_libraries()
        self._mask = TokenMask(token)
        self._handler = handler
        self._undo_emoji = tuple(undo_emoji)
        self._retry_seconds = retry_seconds
        self._bot = make_bot(token, api_url.rstrip("/"), request_seconds)
        self._members = Members(self._bot)
        self._outbound = Outbound(
            self._bot, self._chat_moved, status_seconds=status_seconds, retry_seconds=retry_seconds
        )
        translator = Translator(self._bot, directory, self._members, undo_emoji)
        self._inbox = Inbox(self._bot, journal, handler, translator, album_seconds, retry_seconds)
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
        """A wrong token raises; a network that is down does not: it is tried again in the background."""
        self._mask.install()
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
        await asyncio.gather(self._poller.run(), self._inbox.run(), self._publish_commands())

    async def _publish_commands(self) -> None:
        """The menu behind the "/" key; the bot works without it."""
        for scope, more in (
            (BotCommandScopeAllPrivateChats(), []),
            (BotCommandScopeAllGroupChats(), []),
            (BotCommandScopeAllChatAdministrators(), FOR_ADMINISTRATORS),
        ):
            try:
                await self._bot.set_my_commands([*COMMANDS, *more], scope)
            except TelegramError as error:
                log.warning("Telegram did not take the list of commands: %s", error)

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
            max_upload=MAX_DOCUMENT_BYTES,
            max_text=MAX_TEXT,
            needs_place=True,
        )

    async def send(self, reply: Reply) -> Receipt:
        return await self._outbound.send(reply) if self._connected else NotSent(OFFLINE)

    async def find(self, reply: Reply) -> Receipt:
        if self._connected:
            return await self._outbound.find(reply)
        return NotSent(OFFLINE) if reply.status else Unknown(OFFLINE)  # an edit may be repeated, a send not

    async def show_status(self, update: StatusUpdate) -> MessageRef | None:
        return await self._outbound.show_status(update) if self._connected else None

    async def clear_status(self, message: MessageRef) -> None:
        if self._connected:
            await self._outbound.clear_status(message)


@cache
def certificates() -> ssl.SSLContext:
    """Read once: it takes a tenth of a second, and each of the two connection pools would do it again."""
    return httpx.create_ssl_context()


def make_bot(token: str, api_url: str, request_seconds: float) -> Bot:
    """A picture takes longer than a text, both to upload and until Telegram has converted it."""

    def request() -> HTTPXRequest:
        return HTTPXRequest(
            read_timeout=request_seconds,
            write_timeout=request_seconds,
            connect_timeout=request_seconds,
            media_write_timeout=3 * request_seconds,
            httpx_kwargs={"verify": certificates()},
        )

    return Bot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=request(),
        get_updates_request=request(),
    )
