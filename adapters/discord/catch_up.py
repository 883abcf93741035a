"""Messages missed while no session was open are read back from the history, bounded."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import discord

from adapters.discord.places import channel_id_of
from adapters.discord.receipts import CALL_FAILED
from bot.ports import Directory

if TYPE_CHECKING:
    from adapters.discord.client import Client

_log = logging.getLogger(__name__)

MESSAGES = 500
"""Read back per channel or thread, most of which may be people talking to each other."""

AGE = timedelta(days=1)
"""Older messages are not answered any more."""


async def cursors(directory: Directory) -> dict[int, int]:
    """Channel or thread id → the newest message id handled there, for the conversations of the store.

    The channel above a thread is read too, for a first wish that was missed: from the newest id handled in
    any of its threads, as Discord's ids grow with time across channels.
    """
    found: dict[int, int] = {}
    for conversation in await directory.conversations("discord"):
        last = await directory.last_event(conversation)
        if last is None or not last.isdecimal():
            continue
        for channel_id in (channel_id_of(conversation), int(conversation.space_id)):
            found[channel_id] = max(found.get(channel_id, 0), int(last))
    return found


async def read_back(client: Client, since: dict[int, int]) -> None:
    """Hand what was missed to `client.inbound`; the ledger drops what had been handled."""
    oldest = discord.utils.time_snowflake(discord.utils.utcnow() - AGE)
    for channel_id, last in since.items():
        try:
            channel = client.get_channel(channel_id) or await client.fetch_channel(channel_id)
            if not isinstance(channel, discord.abc.Messageable):
                continue
            after = discord.Object(max(last, oldest))
            async for message in channel.history(after=after, limit=MESSAGES, oldest_first=True):
                await client.inbound.message(message)
        except (discord.Forbidden, discord.NotFound):
            continue  # left, deleted or closed to us since: nothing to catch up with
        except CALL_FAILED as error:
            _log.warning("Discord: messages missed in channel %s can't be read: %s", channel_id, error)
