"""The slash commands. Answers come as ordinary messages: an interaction's token dies after 15 minutes."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any, Literal, cast

import discord
from discord import app_commands

from adapters.discord.receipts import CALL_FAILED
from bot.events import Action, CommandName, GroupCommand

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
    "original": "Make all the edits anew from the picture you uploaded",
    "cancel": "Stop what I'm working on for you",
    "help": "What I can do here",
}
FOR_MODERATORS: dict[GroupCommand, str] = {
    "pause": "Be quiet in this server until /resume",
    "resume": "Work in this server again after /pause",
    "stats": "What I did in this server so far",
}
"""Shown to those who may manage messages; the bot checks it once more."""
_HISTORY = "See all pictures of this conversation, and choose one to go on from"
_SETTINGS = "How I behave in this conversation, or by default in this server"
_PRIVACY = "What I keep of this conversation, and how to delete it"
_SHARE = "May your words, or words and pictures, of this conversation be used to train the bot?"
_RATE = "Give the newest picture one to five stars"
_PICTURE = "Go on from the picture with this number"

_CHOICES = 25
_CHOICE_LETTERS = 100


def register(tree: app_commands.CommandTree[Any]) -> None:
    """Put the commands on the tree; they still have to be synced."""
    for name, description in DESCRIPTIONS.items():
        tree.add_command(_command(name, description))
    for name, description in FOR_MODERATORS.items():
        command = _command(name, description)
        command.guild_only = True
        command.default_permissions = discord.Permissions(manage_messages=True)
        tree.add_command(command)
    tree.add_command(app_commands.Command(name="history", description=_HISTORY, callback=_history))
    tree.add_command(app_commands.Command(name="settings", description=_SETTINGS, callback=_settings))
    tree.add_command(app_commands.Command(name="privacy", description=_PRIVACY, callback=_privacy))
    tree.add_command(app_commands.Command(name="share", description=_SHARE, callback=_share))
    tree.add_command(app_commands.Command(name="rate", description=_RATE, callback=_rate))


def _command(name: CommandName, description: str) -> app_commands.Command[Any, ..., None]:
    async def callback(interaction: discord.Interaction) -> None:
        await _take(interaction, name)

    return app_commands.Command(name=name, description=description, callback=callback)


@app_commands.describe(answer="on: your words; pictures: your pictures, too; off: neither")
async def _share(interaction: discord.Interaction, answer: Literal["on", "pictures", "off"]) -> None:
    await _take(interaction, "share", answer)


@app_commands.describe(stars="From one, not at all, to five, just as wished")
async def _rate(interaction: discord.Interaction, stars: Literal["1", "2", "3", "4", "5"]) -> None:
    await _take(interaction, "rate", stars)


async def _pictures(interaction: discord.Interaction, current: int | str) -> list[app_commands.Choice[int]]:
    """The newest pictures whose number or wish holds what was typed so far."""
    typed = str(current).strip().casefold()
    pictures = await cast("Client", interaction.client).inbound.pictures_here(interaction)
    fitting = [action for action in reversed(pictures) if typed in _name(action).casefold()]
    return [app_commands.Choice(name=_name(action), value=action.number) for action in fitting[:_CHOICES]]


@app_commands.describe(picture=_PICTURE)
@app_commands.autocomplete(picture=_pictures)
async def _history(interaction: discord.Interaction, picture: int | None = None) -> None:
    await _take(interaction, "history", str(picture) if picture is not None else "")


def _name(action: Action) -> str:
    """A picture as the list of choices names it."""
    name = f"{action.number}. {action.label}".strip()
    return name if len(name) <= _CHOICE_LETTERS else name[: _CHOICE_LETTERS - 1] + "…"


@app_commands.describe(
    setting="What to change; leave it out to see how things stand",
    value="on or off; for undo: requester or anyone; default takes a change back",
    server="For all conversations of this server that don't say otherwise (moderators only)",
)
async def _settings(
    interaction: discord.Interaction,
    setting: Literal["questions", "stars", "previews", "undo"] | None = None,
    value: Literal["on", "off", "requester", "anyone", "default"] | None = None,
    server: bool = False,
) -> None:
    words = ("server" if server else None, setting, value)
    await _take(interaction, "settings", " ".join(word for word in words if word))


@app_commands.describe(what="delete: take everything away that I keep of this conversation; I ask once more")
async def _privacy(interaction: discord.Interaction, what: Literal["delete"] | None = None) -> None:
    await _take(interaction, "privacy", what or "")


async def _take(interaction: discord.Interaction, name: CommandName, argument: str = "") -> None:
    inbound = cast("Client", interaction.client).inbound
    if await inbound.refuses(interaction):
        return
    try:
        await interaction.response.defer(ephemeral=True, thinking=True)
    except CALL_FAILED as error:  # it came late: it still counts
        _log.info("Discord: the command /%s could not be acknowledged: %s", name, error)
    try:
        await inbound.command(interaction, name, argument)
    finally:
        with contextlib.suppress(*CALL_FAILED):
            await interaction.delete_original_response()
