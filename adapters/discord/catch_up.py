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

OLD_MESSAGES = 100
"""Those too old to be answered that are looked at, newest first."""

MARKS = 10
"""Those of them that are marked."""

NEW_THREADS = 20
"""Per channel or forum: begun by others while the bot was away, and not in the store."""

TOO_LATE = "💤"
"""Put under what was said to the bot too long ago: it slept, and one may ask again."""


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


async def read_back(client: Client, since: dict[int, int], answer: timedelta) -> None:
    """Hand what was missed to `client.inbound`, and mark what is older than `answer`.

    The ledger drops what had been handled.
    """
    oldest = discord.utils.time_snowflake(discord.utils.utcnow() - answer)
    for channel_id, last in _with_new_threads(client, since).items():
        try:
            channel = client.get_channel(channel_id) or await client.fetch_channel(channel_id)
            if not isinstance(channel, discord.abc.Messageable):
                continue
            after = discord.Object(max(last, oldest))
            async for message in channel.history(after=after, limit=MESSAGES, oldest_first=True):
                await client.inbound.message(message)
            if last < oldest:
                await _mark(client, channel, discord.Object(last), discord.Object(oldest))
        except (discord.Forbidden, discord.NotFound):
            continue  # left, deleted or closed to us since: nothing to catch up with
        except CALL_FAILED as error:
            _log.warning("Discord: messages missed in channel %s can't be read: %s", channel_id, error)


def _with_new_threads(client: Client, since: dict[int, int]) -> dict[int, int]:
    """Also the threads and forum posts that began in those channels meanwhile, as far as they are open."""
    found = dict(since)
    for channel_id, last in since.items():
        channel = client.get_channel(channel_id)
        if isinstance(channel, discord.TextChannel | discord.ForumChannel):
            new = sorted(thread.id for thread in channel.threads if thread.id > last)
            found |= {thread: last for thread in new[-NEW_THREADS:] if thread not in since}
    return found


async def _mark(
    client: Client, channel: discord.abc.Messageable, after: discord.Object, before: discord.Object
) -> None:
    """Show under the newest messages to the bot that they won't be answered any more."""
    marks = 0
    async for message in channel.history(after=after, before=before, limit=OLD_MESSAGES, oldest_first=False):
        marked = any(reaction.me and str(reaction.emoji) == TOO_LATE for reaction in message.reactions)
        if not marked and await client.inbound.concerns(message):
            await message.add_reaction(TOO_LATE)
            marks += 1
            if marks == MARKS:
                return
