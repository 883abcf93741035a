"""The buttons: the target travels in the button's custom_id, so a restart does not break them."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import discord
from discord import ui

from adapters.discord.receipts import CALL_FAILED
from bot.events import Action, ButtonName

if TYPE_CHECKING:
    from adapters.discord.client import Client

_log = logging.getLogger(__name__)

_LOOK: dict[ButtonName, tuple[str, str]] = {
    "undo": ("Undo", "↩️"),
    "redo": ("Redo", "↪️"),
    "again": ("Again", "🎲"),
    "stronger": ("Stronger", "➕"),
    "subtler": ("Subtler", "➖"),
    "original": ("From the original", "🔁"),
    "cancel": ("Cancel", "✖️"),
}


class ActionButton(
    ui.DynamicItem[ui.Button[Any]],
    template=rf"dialogpaint:(?P<name>{'|'.join(_LOOK)}):(?P<target>.{{1,32}})",
):
    """One button of a reply or a status message."""

    def __init__(self, action: Action) -> None:
        label, emoji = _LOOK[action.name]
        super().__init__(
            ui.Button(
                label=label,
                emoji=emoji,
                style=discord.ButtonStyle.secondary,
                custom_id=custom_id(action),
            )
        )
        self.action = action

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> ActionButton:
        return cls(Action(cast("ButtonName", match["name"]), match["target"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        client = cast("Client", interaction.client)
        try:
            await interaction.response.defer()  # Discord wants an answer within 3 s; ours comes as a message
        except CALL_FAILED as error:  # the press came late: it still counts
            _log.info("Discord: a button press could not be acknowledged: %s", error)
        await client.inbound.button(interaction, self.action)


def custom_id(action: Action) -> str:
    return f"dialogpaint:{action.name}:{action.target}"


def buttons(actions: Sequence[Action]) -> ui.View | None:
    """The row of buttons under a message; None without actions."""
    if not actions:
        return None
    view = ui.View(timeout=None)
    for action in actions:
        view.add_item(ActionButton(action))
    return view


def custom_ids(components: Sequence[object]) -> list[str]:
    """The ids of the buttons that a message holds."""
    rows = [row.children for row in components if isinstance(row, discord.ActionRow)]
    return [item.custom_id for row in rows for item in row if item.custom_id]
