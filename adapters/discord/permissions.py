"""What the bot lacks where it is to work, by the names that Discord's own settings have for it."""

from __future__ import annotations

import logging
from typing import Any

import discord

from adapters.discord.receipts import CALL_FAILED

_log = logging.getLogger(__name__)

NAMES = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
    "create_public_threads": "Create Public Threads",
}
_KEPT = 4096


def own(channel: object) -> discord.Permissions | None:
    """What the bot may do in a channel or thread; None in a direct chat, or where that is not known."""
    if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return None
    try:
        return channel.permissions_for(channel.guild.me)
    except discord.ClientException:  # a thread whose parent the bot can't see
        return None


def to_answer(channel: object, able: discord.Permissions, *, in_thread: bool = False) -> list[str]:
    """What is lacking for an answer with a picture; `in_thread`: the answer goes into a thread below.

    Without the first of them Discord, and discord.py, take the others for lacking, too, whatever an admin
    has set: so only what is surely lacking is named.
    """
    if not able.view_channel:
        return _lacking(able, "view_channel")
    threaded = in_thread or isinstance(channel, discord.Thread)
    if lacking := _lacking(able, "send_messages_in_threads" if threaded else "send_messages"):
        return lacking
    return _lacking(able, "attach_files") if able.send_messages else []


def to_open_threads(able: discord.Permissions) -> list[str]:
    return _lacking(able, "create_public_threads", "send_messages_in_threads")


def may_cite(channel: object) -> bool:
    """Whether a message may be sent as a reply to another."""
    able = own(channel)
    return able is None or able.read_message_history


def is_locked(channel: object, able: discord.Permissions) -> bool:
    """Whether a thread is closed to all but moderators, of whom the bot is none."""
    return isinstance(channel, discord.Thread) and channel.locked and not able.manage_threads


def listed(lacking: list[str]) -> str:
    """ "View Channel, Send Messages and Attach Files"."""
    return f"{', '.join(lacking[:-1])} and {lacking[-1]}" if len(lacking) > 1 else lacking[0]


def sentence(channel: Any, lacking: list[str]) -> str:
    """Why there is no answer, for the person who asked for one; `channel` is shown as a link."""
    where = f"<#{channel.id}>"
    if not lacking:
        return f"{where} is locked, so I can't answer there."
    why = f"I lack the permission {listed(lacking)} there"
    return f"I can't answer in {where}, as {why}. Please tell an admin."


def place_name(channel: Any) -> str:
    """A channel as the admin's log calls it."""
    guild = getattr(channel, "guild", None)
    name = f"#{getattr(channel, 'name', None) or channel.id}"
    return f"{name} of {guild.name}" if guild and guild.name else name


def _lacking(able: discord.Permissions, *names: str) -> list[str]:
    return [NAMES[name] for name in names if not getattr(able, name)]


class Refusals:
    """Says why the bot can't answer: once to each person and channel, once per channel to the admin."""

    def __init__(self) -> None:
        self._told: set[tuple[int, int, str]] = set()

    async def message(
        self, message: discord.Message, channel: discord.abc.Snowflake, *, addressed: bool, in_thread: bool
    ) -> bool:
        """Whether a message can't be answered; who spoke to the bot was told then, if there is any way."""
        able = own(channel)
        if able is None:
            return False
        lacking = to_answer(channel, able, in_thread=in_thread)
        if not lacking and not is_locked(channel, able):
            return False
        self.log(channel, lacking)
        text = sentence(channel, lacking)
        if addressed and self._is_new(message.author.id, channel.id, text):
            try:
                if lacking == [NAMES["attach_files"]]:
                    await message.channel.send(text, nonce=f"why-{message.id}")
                else:
                    await message.author.send(text)
            except CALL_FAILED as error:  # they take no direct messages
                _log.info("Discord: %s could not be told why: %s", message.author.id, error)
        return True

    async def interaction(self, interaction: discord.Interaction[Any], *, in_thread: bool) -> bool:
        """The same for a command, whose answer can always be shown to the person alone."""
        channel, able = interaction.channel, interaction.app_permissions
        if interaction.guild_id is None or channel is None:
            return False
        lacking = to_answer(channel, able, in_thread=in_thread)
        if not lacking and not is_locked(channel, able):
            return False
        self.log(channel, lacking)
        await interaction.response.send_message(sentence(channel, lacking), ephemeral=True)
        return True

    def log(self, channel: Any, lacking: list[str]) -> None:
        """One line for the admin per channel and reason."""
        why = f"it lacks the permission {listed(lacking)}" if lacking else "the thread is locked"
        if self._is_new(0, channel.id, why):
            _log.warning("Discord: the bot can't answer in %s: %s.", place_name(channel), why)

    def _is_new(self, person: int, channel: int, text: str) -> bool:
        key = (person, channel, text)
        if key in self._told:
            return False
        if len(self._told) >= _KEPT:
            self._told.clear()
        self._told.add(key)
        return True
