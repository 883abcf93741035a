"""/edit and the menu "Edit this image": a wish for a picture without a mention of the bot."""

from __future__ import annotations

import contextlib
import logging
from collections import OrderedDict
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, cast

import discord
from discord import app_commands, ui

from adapters.discord.edits import CannotEdit
from adapters.discord.languages import translated
from adapters.discord.receipts import CALL_FAILED
from adapters.discord.text import MAX_TEXT, fit
from bot.events import ConversationRef

if TYPE_CHECKING:
    from adapters.discord.client import Client

_log = logging.getLogger(__name__)

MENU = "Edit this image"
_EDIT = "Edit a picture of yours: say what to change"
_LABEL = "What shall I change?"
_EXAMPLE = "In English, for example: make it winter"
_NO_PICTURE = "I see no picture in that message."
_FAILED = "Something went wrong on my side; please try again."
_LOST = (
    "I was restarted in between and can't see that picture any more. Please choose it once more. You wrote:"
)
_FORM = "dialogpaint:wish:"
_WISH_CHARACTERS = 4000  # what a form holds; the bot itself says where its own limit is
_KEPT = 256


def register(tree: app_commands.CommandTree[Any]) -> None:
    """Put both on the tree; they still have to be synced."""
    tree.add_command(app_commands.Command(name="edit", description=_EDIT, callback=_edit))
    tree.add_command(app_commands.ContextMenu(name=MENU, callback=_menu))


class Chosen:
    """The messages that somebody is writing a wish for: without the intent they can't be read again."""

    def __init__(self) -> None:
        self._messages: OrderedDict[int, discord.Message] = OrderedDict()

    def keep(self, message: discord.Message) -> None:
        self._messages[message.id] = message
        if len(self._messages) > _KEPT:
            self._messages.popitem(last=False)

    async def find(self, interaction: discord.Interaction[Any], message_id: int) -> discord.Message | None:
        """The message, fetched where the bot was restarted in between; None where that can't be had."""
        kept = self._messages.get(message_id)
        if kept is not None or not isinstance(interaction.channel, discord.abc.Messageable):
            return kept
        try:
            return await interaction.channel.fetch_message(message_id)
        except CALL_FAILED as error:
            _log.info("Discord: message %s can't be read again: %s", message_id, error)
            return None


class WishForm(ui.Modal):
    """Asks for the wish. Which message it is for travels in its custom_id, so a restart breaks nothing."""

    def __init__(self, message_id: int, locale: discord.Locale) -> None:
        super().__init__(title=translated(MENU, locale), custom_id=f"{_FORM}{message_id}")
        words: ui.TextInput[Any] = ui.TextInput(
            style=discord.TextStyle.paragraph,
            placeholder=translated(_EXAMPLE, locale),
            max_length=_WISH_CHARACTERS,
        )
        self.add_item(ui.Label(text=translated(_LABEL, locale), component=words))


@app_commands.describe(
    image="The picture to edit", wish="What to change, in English; if you leave it out, I ask"
)
async def _edit(interaction: discord.Interaction, image: discord.Attachment, wish: str = "") -> None:
    inbound = cast("Client", interaction.client).inbound
    if await inbound.refuses(interaction):
        return
    await _defer(interaction)
    await _take(interaction, inbound.edits.upload(interaction, image, wish))


async def _menu(interaction: discord.Interaction, message: discord.Message) -> None:
    client = cast("Client", interaction.client)
    if await client.inbound.refuses(interaction, below=message):
        return
    if not client.inbound.pictures_of(message):
        await interaction.response.send_message(_NO_PICTURE, ephemeral=True)
        return
    client.chosen.keep(message)
    form = WishForm(message.id, interaction.locale)
    await interaction.response.send_modal(form)
    form.stop()  # what was filled in comes to `filled` by custom_id; the form need not be kept in memory


def is_form(interaction: discord.Interaction[Any]) -> bool:
    """Whether an interaction is a filled form of the menu."""
    data = cast("dict[str, Any]", interaction.data or {})
    return interaction.type is discord.InteractionType.modal_submit and str(
        data.get("custom_id", "")
    ).startswith(_FORM)


async def filled(interaction: discord.Interaction[Any]) -> None:
    """Take a filled form."""
    await _defer(interaction)
    await _take(interaction, _edit_chosen(interaction))


async def _edit_chosen(interaction: discord.Interaction[Any]) -> ConversationRef:
    client, data = cast("Client", interaction.client), cast("dict[str, Any]", interaction.data)
    wish = _words(data["components"])
    message = await client.chosen.find(interaction, int(data["custom_id"].removeprefix(_FORM)))
    if message is None or not client.inbound.pictures_of(message):
        raise CannotEdit(f"{_LOST}\n{fit(wish, MAX_TEXT - len(_LOST) - 1)}")
    return await client.inbound.edits.message(interaction, message, wish)


def _words(components: list[dict[str, Any]]) -> str:
    """What was written into the one field of the form, however it is wrapped."""
    for component in components:
        if "value" in component:
            return component["value"]
        wrapped = component.get("components") or [component["component"]]
        if words := _words(wrapped):
            return words
    return ""


async def _defer(interaction: discord.Interaction[Any]) -> None:
    try:
        await interaction.response.defer(ephemeral=True, thinking=True)
    except CALL_FAILED as error:  # it came late: it still counts
        _log.info("Discord: a wish by command could not be acknowledged: %s", error)


async def _take(interaction: discord.Interaction[Any], edit: Awaitable[ConversationRef]) -> None:
    """Tell the person alone where it goes on, or why it can't; nothing where it goes on right here."""
    told: str | None = _FAILED
    try:
        place = await edit
        elsewhere = place.thread_id and place.thread_id != str(interaction.channel_id)
        told = f"I'm at it: <#{place.thread_id}>" if elsewhere else None
    except CannotEdit as error:
        told = str(error)
    finally:
        with contextlib.suppress(*CALL_FAILED):
            if told is None:
                await interaction.delete_original_response()
            else:
                await interaction.edit_original_response(content=told)
