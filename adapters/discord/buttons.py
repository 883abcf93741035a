"""The buttons and the list of versions: what they stand for travels in them, so a restart breaks nothing."""

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

_LOOK: dict[ButtonName, tuple[str, str | None]] = {
    "undo": ("Undo", "↩️"),
    "redo": ("Redo", "↪️"),
    "again": ("Again", "🎲"),
    "stronger": ("Stronger", "➕"),
    "subtler": ("Subtler", "➖"),
    "compare": ("Compare", "🆚"),
    "original": ("From the original", "🔁"),
    "cancel": ("Cancel", "✖️"),
    "retry": ("Try again", "🔄"),
    "all": ("All of them", "🖼️"),
    "pick": ("This one", None),
    "set": ("Change", None),
    "delete": ("Delete it all", "🗑️"),
    **{name: (str(stars), "⭐") for name, stars in STARS.items()},
}
_ROW: dict[ButtonName, int] = {"compare": 1, "original": 1, **dict.fromkeys(STARS, 4)}
"""Of the five that a message may have, of five buttons each; the others stand in the first."""
_IN_A_ROW = 5

_LIST_HOLDS = 25
_OPTION_LETTERS = 100


class ActionButton(
    ui.DynamicItem[ui.Button[Any]],
    template=rf"dialogpaint:(?P<name>{'|'.join(_LOOK)}):(?P<target>.{{1,32}})",
):
    """One button of a reply or a status message."""

    def __init__(self, action: Action) -> None:
        label, emoji = _LOOK[action.name]
        super().__init__(
            ui.Button(
                label=action.label or label,
                emoji=emoji,
                style=discord.ButtonStyle.secondary,
                custom_id=custom_id(action),
            ),
            row=_row(action),
        )
        self.action = action

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> ActionButton:
        return cls(Action(cast("ButtonName", match["name"]), match["target"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await _defer(interaction)
        acknowledged = await cast("Client", interaction.client).inbound.button(interaction, self.action)
        if acknowledged is not None:
            await _show(interaction, acknowledged)


def _row(action: Action) -> int:
    """Pictures to pick from stand below "All of them", in their order."""
    if action.name == "pick":
        return 1 + (action.number - 1) // _IN_A_ROW
    return _ROW.get(action.name, 0)


class VersionList(ui.DynamicItem[ui.Select[Any]], template=r"dialogpaint:select:(?P<newest>.{1,32})"):
    """The versions to choose from. Its custom_id names the newest, so that two lists are told apart."""

    def __init__(self, custom_id: str, options: list[discord.SelectOption]) -> None:
        menu: ui.Select[Any] = ui.Select(
            placeholder="Choose a picture to go on from", custom_id=custom_id, options=options
        )
        super().__init__(menu)

    @classmethod
    def of(cls, choices: Sequence[Action]) -> VersionList:
        newest = choices[-_LIST_HOLDS:]
        return cls(custom_id(newest[-1]), [_option(action) for action in newest])

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> VersionList:
        return cls(match.string, cast("ui.Select[Any]", item).options)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await _defer(interaction)
        (chosen,) = self.item.values
        acknowledged = await cast("Client", interaction.client).inbound.button(
            interaction, Action("select", chosen)
        )
        await self._reset(interaction)
        if acknowledged is not None:
            await _show(interaction, acknowledged)

    async def _reset(self, interaction: discord.Interaction[Any]) -> None:
        """Without this the person's app keeps the choice, and the same one can't be made again."""
        view = ui.View(timeout=None)
        view.add_item(VersionList(self.custom_id, self.item.options))
        view.stop()
        try:
            await interaction.edit_original_response(view=view)
        except CALL_FAILED as error:  # the choice was taken all the same
            _log.info("Discord: a list of versions could not be reset: %s", error)


async def _defer(interaction: discord.Interaction[Any]) -> None:
    try:
        await interaction.response.defer()  # Discord wants an answer within 3 s; ours comes as a message
    except CALL_FAILED as error:  # the press came late: it still counts
        _log.info("Discord: a button press could not be acknowledged: %s", error)


def _option(action: Action) -> discord.SelectOption:
    label = f"{action.number}. {action.label}".strip()  # shown as it is, without Markdown
    if len(label) > _OPTION_LETTERS:
        label = label[: _OPTION_LETTERS - 1] + "…"
    return discord.SelectOption(label=label, value=action.target)


async def _show(interaction: discord.Interaction[Any], acknowledged: Acknowledged) -> None:
    """Change the pressed message's buttons, and tell the person, whom alone it concerns."""
    try:
        if acknowledged.actions is not None:
            view = buttons(acknowledged.actions)
            if view is not None:
                view.stop()
            await interaction.edit_original_response(view=view)
        await interaction.followup.send(acknowledged.text, ephemeral=True)
    except CALL_FAILED as error:  # it is noted all the same
        _log.info("Discord: what a press came to could not be shown: %s", error)


def custom_id(action: Action) -> str:
    return f"dialogpaint:{action.name}:{action.target}"


def buttons(actions: Sequence[Action]) -> ui.View | None:
    """The buttons under a message in their rows, or the list of versions; None without actions."""
    if not actions:
        return None
    view = ui.View(timeout=None)
    for action in actions:
        if action.name != "select":
            view.add_item(ActionButton(action))
    if choices := [action for action in actions if action.name == "select"]:
        view.add_item(VersionList.of(choices))
    return view


def expected_ids(actions: Sequence[Action]) -> list[str]:
    """The ids that a message with these actions holds."""
    choices = [custom_id(action) for action in actions if action.name == "select"]
    return [custom_id(action) for action in actions if action.name != "select"] + choices[-1:]


def custom_ids(components: Sequence[object]) -> list[str]:
    """The ids of the buttons and lists that a message holds."""
    rows = [row.children for row in components if isinstance(row, discord.ActionRow)]
    return [item.custom_id for row in rows for item in row if item.custom_id]
