"""Keeps a client running: discord.py reconnects by itself, but a malformed payload ends its `start()`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

import discord

from adapters.discord.client import Client
from bot.ports import AdapterError

_log = logging.getLogger(__name__)

START_SECONDS = 30.0
FIRST_DELAY = 1.0
LONGEST_DELAY = 300.0
STEADY_SECONDS = 60.0
"""A client that ran this long starts again after the first delay, not after a longer one."""

_AUTHENTICATION_FAILED = 4004
"""Gateway close code."""

_BAD_TOKEN = (
    "Discord refuses the token: copy it anew from the developer portal (your application, Bot, Reset Token) "
    "into DISCORD_TOKEN."
)
_NO_INTENT = (
    "Discord refuses the message content intent: switch on “Message Content Intent” in the developer portal "
    "(your application, Bot, Privileged Gateway Intents), or set discord.message_content=false, and the bot "
    "reads only messages that mention it."
)


class Supervisor:
    """Runs clients one after the other; `client` is the present one."""

    def __init__(self, make_client: Callable[[Callable[[], None]], Client], token: str) -> None:
        self._usable = asyncio.Event()
        self._make_client = lambda: make_client(self._usable.set)
        self._token = token
        self._run: asyncio.Task[None] | None = None
        self.client = self._make_client()

    async def start(self) -> None:
        """Return when a client is ready, or, with Discord out of reach, after a while: it is tried on.

        Raises `AdapterError` where trying on is of no use.
        """
        self._run = asyncio.create_task(self._keep_running(), name="discord")
        usable = asyncio.create_task(self._usable.wait())
        try:
            await asyncio.wait(
                {self._run, usable}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            usable.cancel()
        if self._run.done():
            self._run.result()
        if not self._usable.is_set():
            _log.warning("Discord can't be reached yet; the bot goes on trying")
        self._run.add_done_callback(_report)

    async def stop(self) -> None:
        if self._run:
            self._run.cancel()
            with contextlib.suppress(asyncio.CancelledError, AdapterError):
                await self._run
        await self._close()

    async def _keep_running(self) -> None:
        loop = asyncio.get_running_loop()
        delay = FIRST_DELAY
        while True:
            began = loop.time()
            try:
                await self.client.start(self._token)
                why = "it was closed"
            except discord.LoginFailure as error:
                raise AdapterError(_BAD_TOKEN) from error
            except discord.PrivilegedIntentsRequired as error:
                raise AdapterError(_NO_INTENT) from error
            except discord.ConnectionClosed as error:
                if error.code == _AUTHENTICATION_FAILED:
                    raise AdapterError(_BAD_TOKEN) from error
                why = str(error)
            except Exception as error:  # discord.py's own parser, or the network before the first connection
                why = f"{type(error).__name__}: {error}"
                _log.debug("Discord: the client failed", exc_info=True)
            finally:
                await self._close()
            if loop.time() - began > STEADY_SECONDS:
                delay = FIRST_DELAY
            _log.error("Discord: the client stopped (%s); starting it again in %.0f s", why, delay)
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY)
            self.client = self._make_client()

    async def _close(self) -> None:
        try:
            await self.client.close()
        except Exception as error:
            _log.debug("Discord: the client did not close cleanly: %s", error)


def _report(run: asyncio.Task[None]) -> None:
    """The run ends by itself only when trying on is of no use."""
    if not run.cancelled() and (error := run.exception()):
        _log.critical("Discord is off: %s", error)
