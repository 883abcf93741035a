"""No command is ever refused by Discord, or nameless to somebody, for the words of one language."""

from __future__ import annotations

import re
from typing import Any

import discord
import pytest

from adapters.discord.edit_command import WishForm
from adapters.discord.languages import WORDS, translated
from tests.adapters.discord.live import connected

# https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-naming
NAME = re.compile(r"[-_'\w]{1,32}")
LOCALES = ("de", "fr", "es-ES", "es-419", "pt-BR")


async def registered() -> list[dict[str, Any]]:
    """The commands as Discord got them."""
    async with connected() as (wire, _, _):
        (call,) = wire.calls("PUT", "/commands$")
        return call.json


async def test_every_command_has_words_in_every_language_that_discord_takes() -> None:
    for command in await registered():
        is_menu = command["type"] == 3
        for locale in LOCALES:
            names = [one["name_localizations"].get(locale, one["name"]) for one in command.get("options", [])]
            name = command["name_localizations"].get(locale)
            assert name or translated(command["name"], discord.Locale(locale)) == command["name"], command
            if is_menu:
                assert len(name) <= 32
                continue
            assert all(
                NAME.fullmatch(one) and one == one.lower() for one in [name or command["name"], *names]
            )
            for described in [command, *command.get("options", [])]:
                said = described["description_localizations"][locale]
                assert 1 <= len(said) <= 100, said
                assert said != described["description"]


async def test_no_two_commands_share_a_name_in_any_language() -> None:
    commands = await registered()
    for locale in LOCALES:
        names = [one["name_localizations"].get(locale, one["name"]) for one in commands]
        assert len(set(names)) == len(names), names


@pytest.mark.parametrize("locale", [discord.Locale(locale) for locale in LOCALES])
def test_the_form_fits_in_every_language(locale: discord.Locale) -> None:
    form = WishForm(1, locale).to_dict()
    (label,) = form["components"]
    assert len(form["title"]) <= 45
    assert len(label["label"]) <= 45
    assert len(label["component"]["placeholder"]) <= 100
    assert form["title"] != "Edit this image"


def test_other_languages_read_english() -> None:
    assert all(translated(text, discord.Locale.japanese) == text for text in WORDS)
