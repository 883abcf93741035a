"""The slash commands. Answers come as ordinary messages: an interaction's token dies after 15 minutes."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any, cast

import discord
from discord import app_commands

from adapters.discord.receipts import CALL_FAILED
from bot.events import CommandName

if TYPE_CHECKING:
    from adapters.discord.client import Client

_log = logging.getLogger(__name__)

DESCRIPTIONS: dict[CommandName, str] = {
    "undo": "Take the last edit back",
    "redo": "Bring back the edit that was undone last",
    "reset": "Start over from the picture you uploaded",
    "help": "What I can do here",
}


_CLOSED = "I may not write in this channel. Please try where I may, or ask an admin to let me in."


def register(tree: app_commands.CommandTree[Any]) -> None:
    """Put the commands on the tree; they still have to be synced."""
    for name, description in DESCRIPTIONS.items():
        tree.add_command(_command(name, description))


def _command(name: CommandName, description: str) -> app_commands.Command[Any, ..., None]:
    async def callback(interaction: discord.Interaction) -> None:
        if not _may_write(interaction):
            await interaction.response.send_message(_CLOSED, ephemeral=True)
            return
        try:
            await interaction.response.defer(ephemeral=True, thinking=True)
        except CALL_FAILED as error:  # it came late: it still counts
            _log.info("Discord: the command /%s could not be acknowledged: %s", name, error)
        try:
            await cast("Client", interaction.client).inbound.command(interaction, name)
        finally:
            with contextlib.suppress(*CALL_FAILED):
                await interaction.delete_original_response()

    return app_commands.Command(name=name, description=description, callback=callback)


def _may_write(interaction: discord.Interaction) -> bool:
    """Commands can be given in channels that the bot has no access to."""
    if interaction.guild_id is None:
        return True
    able = interaction.app_permissions
    in_thread = isinstance(interaction.channel, discord.Thread)
    return able.view_channel and (able.send_messages_in_threads if in_thread else able.send_messages)
