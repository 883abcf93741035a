"""The slash commands. Answers come as ordinary messages: an interaction's token dies after 15 minutes."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any, Literal, cast

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
    "again": "Give the last edit another try",
    "stronger": "Do the last edit a little stronger",
    "subtler": "Do the last edit a little subtler",
    "compare": "See the current picture before and after its last edit, side by side",
    "history": "See all pictures of this conversation, and choose one to go on from",
    "original": "Make all the edits anew from the picture you uploaded",
    "help": "What I can do here",
}
_SHARE = "May your words, or words and pictures, of this conversation be used to train the bot?"
_RATE = "Give the newest picture one to five stars"

_CLOSED = "I may not write in this channel. Please try where I may, or ask an admin to let me in."


def register(tree: app_commands.CommandTree[Any]) -> None:
    """Put the commands on the tree; they still have to be synced."""
    for name, description in DESCRIPTIONS.items():
        tree.add_command(_command(name, description))
    tree.add_command(app_commands.Command(name="share", description=_SHARE, callback=_share))
    tree.add_command(app_commands.Command(name="rate", description=_RATE, callback=_rate))


def _command(name: CommandName, description: str) -> app_commands.Command[Any, ..., None]:
    async def callback(interaction: discord.Interaction) -> None:
        await _take(interaction, name)

    return app_commands.Command(name=name, description=description, callback=callback)


@app_commands.describe(answer="on: your words; pictures: your pictures, too; off: neither")
async def _share(interaction: discord.Interaction, answer: Literal["on", "pictures", "off"]) -> None:
    await _take(interaction, "share", answer)


async def _rate(interaction: discord.Interaction, stars: Literal["1", "2", "3", "4", "5"]) -> None:
    await _take(interaction, "rate", stars)


async def _take(interaction: discord.Interaction, name: CommandName, argument: str = "") -> None:
    if not _may_write(interaction):
        await interaction.response.send_message(_CLOSED, ephemeral=True)
        return
    try:
        await interaction.response.defer(ephemeral=True, thinking=True)
    except CALL_FAILED as error:  # it came late: it still counts
        _log.info("Discord: the command /%s could not be acknowledged: %s", name, error)
    try:
        await cast("Client", interaction.client).inbound.command(interaction, name, argument)
    finally:
        with contextlib.suppress(*CALL_FAILED):
            await interaction.delete_original_response()


def _may_write(interaction: discord.Interaction) -> bool:
    """Commands can be given in channels that the bot has no access to."""
    if interaction.guild_id is None:
        return True
    able = interaction.app_permissions
    in_thread = isinstance(interaction.channel, discord.Thread)
    return able.view_channel and (able.send_messages_in_threads if in_thread else able.send_messages)
