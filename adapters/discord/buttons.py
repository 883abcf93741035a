"""The buttons: the target travels in the button's custom_id, so a restart does not break them."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import discord
from discord import ui

from adapters.discord.receipts import CALL_FAILED
from bot.events import STARS, Acknowledged, Action, ButtonName

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
    "retry": ("Try again", "🔄"),
    **{name: (str(stars), "⭐") for name, stars in STARS.items()},
}
_LAST_ROW = 4
"""Of the five that a message may have: stars stand below the other buttons, however many those are."""


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
            ),
            row=_LAST_ROW if action.name in STARS else None,
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
        acknowledged = await client.inbound.button(interaction, self.action)
        if acknowledged is not None:
            await _show(interaction, acknowledged)


async def _show(interaction: discord.Interaction[Any], acknowledged: Acknowledged) -> None:
    """Change the pressed message's buttons, and tell the person, whom alone it concerns."""
    view = buttons(acknowledged.actions)
    if view is not None:
        view.stop()
    try:
        await interaction.edit_original_response(view=view)
        await interaction.followup.send(acknowledged.text, ephemeral=True)
    except CALL_FAILED as error:  # it is noted all the same
        _log.info("Discord: a rating could not be acknowledged: %s", error)


def custom_id(action: Action) -> str:
    return f"dialogpaint:{action.name}:{action.target}"


def buttons(actions: Sequence[Action]) -> ui.View | None:
    """The buttons under a message, stars in a row of their own; None without actions."""
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
