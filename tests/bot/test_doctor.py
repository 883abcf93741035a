"""The doctor never raises, never prints a token, and every wrong finding says what to do."""

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from click.testing import CliRunner
from safetensors.numpy import save_file

from bot import app, doctor
from bot.cli import main
from bot.doctor import Finding, examine
from bot.settings import Ratings, Settings
from tests.bot.world import BOB, World, photo, png

Answers = dict[str, tuple[int, Any]]
ALL = 309237763136


async def server(answers: Answers) -> TestServer:
    async def answer(request: web.Request) -> web.Response:
        status, body = answers.get(request.path, (404, {}))
        return web.json_response(body, status=status)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    site = TestServer(app)
    await site.start_server()
    return site


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.about: finding for finding in findings}


async def examined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: Answers) -> dict[str, Finding]:
    monkeypatch.setenv("DISCORD_TOKEN", "dtoken")
    monkeypatch.setenv("TELEGRAM_TOKEN", "1:ttoken")
    site = await server(answers)
    url = str(site.make_url("")).rstrip("/")
    settings = Settings(data_dir=tmp_path, telegram={"api_url": url}, web={"port": 0})  # type: ignore[arg-type]
    findings = await examine(settings, [], discord_api=url)
    await site.close()
    assert not any("dtoken" in finding.sentence or "ttoken" in finding.sentence for finding in findings)
    return by_name(findings)


async def test_all_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = await examined(
        tmp_path,
        monkeypatch,
        {
            "/applications/@me": (200, {"id": "77", "name": "Painter", "flags": 1 << 19}),
            "/users/@me/guilds": (200, [{"id": "5", "name": "Painters", "permissions": str(ALL)}]),
            "/bot1:ttoken/getMe": (
                200,
                {"result": {"username": "p_bot", "can_read_all_group_messages": True}},
            ),
        },
    )
    assert {finding.state for finding in found.values()} == {"good"}
    assert "client_id=77" in found["Discord"].sentence
    assert f"permissions={ALL}" in found["Discord"].sentence
    assert "Painters" in found["Discord permissions"].sentence


async def discord_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, servers: tuple[int, Any], **settings: Any
) -> list[Finding]:
    monkeypatch.setenv("DISCORD_TOKEN", "dtoken")
    monkeypatch.delenv("TELEGRAM_TOKEN", raising=False)
    application = {"id": "77", "name": "Painter", "flags": 1 << 19}
    site = await server({"/applications/@me": (200, application), "/users/@me/guilds": servers})
    url = str(site.make_url("")).rstrip("/")
    all_settings = Settings(data_dir=tmp_path, web={"enabled": False}, **settings)  # type: ignore[arg-type]
    findings = await examine(all_settings, [], discord_api=url)
    await site.close()
    return [finding for finding in findings if finding.about.startswith("Discord ")]


async def test_what_a_server_does_not_allow_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    servers = [
        {"name": "Painters", "permissions": str(ALL & ~(1 << 15) & ~(1 << 35))},
        {"name": "Owners", "permissions": str(1 << 3)},
        {"name": "Silent", "permissions": "0"},
    ]
    _, first, second = await discord_alone(tmp_path, monkeypatch, (200, servers))
    assert (first.about, first.state) == ("Discord permissions", "wrong")
    assert "in Painters it lacks Create Public Threads, Attach Files;" in first.sentence
    assert "in Silent it lacks View Channels, Send Messages," in second.sentence


async def test_a_bot_in_no_server_is_shown_the_way_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, finding = await discord_alone(tmp_path, monkeypatch, (200, []))
    assert finding.state == "note" and "in no server yet" in finding.sentence
    _, finding = await discord_alone(tmp_path, monkeypatch, (503, {}))
    assert finding.state == "note" and "503" in finding.sentence


async def test_without_the_intent_it_says_how_the_bot_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding, _ = await discord_alone(tmp_path, monkeypatch, (200, []), discord={"message_content": False})
    assert finding.state == "note"
    assert "by mention, in direct chats, by command and by menu" in finding.sentence


async def test_the_invite_link_comes_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "dtoken")
    site = await server({"/applications/@me": (200, {"id": "77", "name": "Painter", "flags": 0})})
    url = str(site.make_url("")).rstrip("/")
    monkeypatch.setattr(doctor, "invite", partial(doctor.invite, discord_api=url))
    said = await asyncio.to_thread(CliRunner().invoke, main, ["doctor", "--invite"])
    link = "https://discord.com/oauth2/authorize?client_id=77&scope=bot+applications.commands"
    assert (said.exit_code, said.stdout) == (0, f"{link}&permissions={ALL}\n")
    said = await asyncio.to_thread(CliRunner().invoke, main, ["doctor", "--invite", "--json"])
    assert json.loads(said.stdout) == {"invite": f"{link}&permissions={ALL}"}
    await site.close()


@pytest.mark.parametrize(("token", "why"), [("", "no DISCORD_TOKEN"), ("dtoken", "the token is refused")])
async def test_without_a_link_to_give_it_says_why(
    monkeypatch: pytest.MonkeyPatch, token: str, why: str
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", token)
    site = await server({"/applications/@me": (401, {})})
    with pytest.raises(doctor.NoInvite, match=why) as caught:
        await doctor.invite(Settings(), str(site.make_url("")).rstrip("/"))
    assert "dtoken" not in str(caught.value)
    await site.close()


async def test_refused_tokens_and_missing_intent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = await examined(
        tmp_path,
        monkeypatch,
        {"/applications/@me": (401, {}), "/bot1:ttoken/getMe": (404, {})},
    )
    assert found["Discord"].state == found["Telegram"].state == "wrong"
    found = await examined(
        tmp_path,
        monkeypatch,
        {
            "/applications/@me": (200, {"id": "77", "name": "P", "flags": 0}),
            "/bot1:ttoken/getMe": (200, {"result": {"username": "p_bot"}}),
        },
    )
    assert "Message Content" in found["Discord intents"].sentence
    assert "privacy mode" in found["Telegram groups"].sentence


async def test_without_tokens_it_says_what_is_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    monkeypatch.delenv("TELEGRAM_TOKEN", raising=False)
    found = by_name(await examine(Settings(data_dir=tmp_path, web={"port": 0}), []))  # type: ignore[arg-type]
    assert "no DISCORD_TOKEN" in found["Discord"].sentence
    assert "no TELEGRAM_TOKEN" in found["Telegram"].sentence


@pytest.mark.parametrize(
    ("me", "state", "words"),
    [
        ({}, "note", "privacy mode is on"),
        ({"can_read_all_group_messages": True}, "good", "privacy mode is off"),
        ({"can_join_groups": False}, "note", "can't be added to groups"),
    ],
)
async def test_what_telegram_shows_in_groups_is_told(
    me: dict[str, Any], state: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await examined(
        tmp_path,
        monkeypatch,
        {
            "/applications/@me": (401, {}),
            "/bot1:ttoken/getMe": (200, {"result": {"username": "p_bot"} | me}),
            "/bot1:ttoken/getWebhookInfo": (500, {}),
        },
    )
    assert found["Telegram groups"].state == state
    assert words in found["Telegram groups"].sentence
    assert "Telegram updates" not in found


@pytest.mark.parametrize(
    ("wanted", "info", "state", "words"),
    [
        (None, {"url": "", "pending_update_count": 3}, "good", "asks for them (getUpdates); 3 wait"),
        ("https://a.org/t", {"url": "https://a.org/t"}, "good", "Telegram calls https://a.org/t"),
        ("https://a.org/t", {"url": ""}, "note", "no webhook is set"),
        (None, {"url": "https://old.org/t"}, "note", "Telegram calls https://old.org/t"),
        (
            "https://a.org/t",
            {
                "url": "https://a.org/t",
                "pending_update_count": 7,
                "last_error_message": "Wrong response: 502",
            },
            "wrong",
            "Wrong response: 502",
        ),
    ],
)
async def test_how_telegrams_messages_come_is_told(
    wanted: str | None,
    info: dict[str, Any],
    state: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if wanted:
        monkeypatch.setenv("DIALOGPAINT_TELEGRAM__WEBHOOK_URL", wanted)
    found = await examined(
        tmp_path,
        monkeypatch,
        {
            "/applications/@me": (401, {}),
            "/bot1:ttoken/getMe": (200, {"result": {"username": "p_bot"}}),
            "/bot1:ttoken/getWebhookInfo": (200, {"result": info}),
        },
    )
    assert found["Telegram updates"].state == state
    assert words in found["Telegram updates"].sentence


async def test_a_dead_line_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "dtoken")
    monkeypatch.delenv("TELEGRAM_TOKEN", raising=False)
    settings = Settings(data_dir=tmp_path, web={"port": 0})  # type: ignore[arg-type]
    found = by_name(await examine(settings, [], discord_api="http://127.0.0.1:1"))
    assert "can't be asked" in found["Discord"].sentence


def test_the_safety_checks_are_told(tmp_path: Path) -> None:
    def told(**safety: Any) -> Finding:
        return app.safety_finding(Settings(safety=safety))  # type: ignore[arg-type]

    assert told().state == told(checker="off").state == "note"
    assert "not checked, as the editor's weights bring no checker" in told().sentence
    assert 'safety.checker = "off"' in told(checker="off").sentence
    assert "the word list is empty" in told().sentence
    broken = told(checker=str(tmp_path))
    assert broken.state == "wrong"
    assert "config.json is missing" in broken.sentence
    for name in ("config.json", "preprocessor_config.json"):
        (tmp_path / name).write_text("{}")
    save_file({"weight": np.ones(1, np.float32)}, tmp_path / "model.safetensors")
    found = told(checker=str(tmp_path), skip_age_restricted=True, words=["blood", "gore"])
    assert found.state == "good"
    assert str(tmp_path) in found.sentence
    assert "except in age-restricted Discord channels" in found.sentence
    assert "the word list holds 2" in found.sentence
    assert "blood" not in found.sentence


async def test_what_the_stars_say_is_told(tmp_path: Path, at_once: None) -> None:
    world = World(tmp_path)

    def told() -> Finding:
        return app.ratings_finding(world.settings)

    assert told().sentence == 'ratings.ask = "seldom"; the bot has not run here.'
    await world.start()
    await world.say("sepia", photo(png()))
    assert told().sentence.endswith("; no ratings yet.")
    await world.command("rate", "5")
    assert told().sentence.endswith("; 1 rating by 1 person, MOS 5.00, overall satisfaction 5.00.")
    await world.say("brighter")
    await world.command("rate", "2")
    await world.command("rate", "1", user=BOB)
    world.settings = world.settings.model_copy(update={"ratings": Ratings(ask="never")})
    assert told() == Finding(
        "ratings",
        "good",
        'ratings.ask = "never"; 3 ratings by 2 people, MOS 2.67, overall satisfaction 2.25.',
    )
    await world.stop()
    (tmp_path / "dialogpaint.db").write_bytes(b"no database" * 99)
    assert told().state == "note"
    assert "can't be read" in told().sentence
