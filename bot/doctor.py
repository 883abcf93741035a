"""`dialogpaint doctor`: an admin's "why does it not answer?" as a list of findings, each with what to do.

Asks the platforms over plain HTTP, so that a wrong token or a missing switch is found without starting a bot.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

import aiohttp

from bot.settings import Settings, Telegram

DISCORD_API = "https://discord.com/api/v10"
# https://discord.com/developers/docs/resources/application#application-object-application-flags
MESSAGE_CONTENT_FLAGS = (1 << 18) | (1 << 19)
# https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags
DISCORD_PERMISSIONS = {
    "View Channels": 1 << 10,
    "Send Messages": 1 << 11,
    "Send Messages in Threads": 1 << 38,
    "Create Public Threads": 1 << 35,
    "Attach Files": 1 << 15,
    "Embed Links": 1 << 14,
    "Read Message History": 1 << 16,
    "Add Reactions": 1 << 6,
}
ADMINISTRATOR = 1 << 3
INVITE = (
    "https://discord.com/oauth2/authorize?client_id={id}&scope=bot+applications.commands"
    f"&permissions={sum(DISCORD_PERMISSIONS.values())}"
)
TIMEOUT = aiohttp.ClientTimeout(total=15)
FREE_BYTES_WANTED = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """`wrong` needs the admin's hand, `note` is worth knowing."""

    about: str
    state: Literal["good", "note", "wrong"]
    sentence: str

    def __str__(self) -> str:
        mark = {"good": "ok   ", "note": "note ", "wrong": "WRONG"}[self.state]
        return f"{mark} {self.about}: {self.sentence}"

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


async def examine(
    settings: Settings, others: Sequence[Finding], discord_api: str = DISCORD_API
) -> list[Finding]:
    """Everything at once; `others` are the findings that need the engine. Never raises."""
    async with aiohttp.ClientSession(timeout=TIMEOUT) as http:
        discord, telegram = await asyncio.gather(
            _discord(settings, http, discord_api), _telegram(settings, http)
        )
    data, web = await asyncio.to_thread(lambda: (_data_dir(settings), _web(settings)))
    return [*data, *web, *others, *discord, *telegram]


def _data_dir(settings: Settings) -> list[Finding]:
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return [
            Finding("data", "wrong", f"{folder} can't be made ({error.strerror}); set data_dir elsewhere.")
        ]
    if not os.access(folder, os.W_OK):
        return [Finding("data", "wrong", f"{folder} can't be written; give the bot's user the right to.")]
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES_WANTED:
        return [Finding("data", "wrong", f"only {free / 1e6:.0f} MB are free for {folder}; make room.")]
    return [Finding("data", "good", f"{folder} can be written, {free / 1e9:.0f} GB are free.")]


def _web(settings: Settings) -> list[Finding]:
    web = settings.web
    if not web.enabled:
        return [Finding("web chat", "note", "switched off (web.enabled = false).")]
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((web.host, web.port))
        except OSError as error:
            return [
                Finding(
                    "web chat",
                    "note",
                    f"{web.host}:{web.port} is taken ({error.strerror}): the bot is running, or another "
                    "program has it; then set web.port.",
                )
            ]
    sentence = f"{web.host}:{web.port} is free."
    if web.host not in {"127.0.0.1", "::1", "localhost"}:
        return [Finding("web chat", "note", sentence + " It has no accounts: whoever reaches it can use it.")]
    return [Finding("web chat", "good", sentence)]


class NoInvite(Exception):
    """There is no link to give; the message is one sentence for the admin."""


async def invite(settings: Settings, discord_api: str = DISCORD_API) -> str:
    """The link that lets the bot into a Discord server. Raises `NoInvite`."""
    async with aiohttp.ClientSession(timeout=TIMEOUT) as http:
        status, application = await _application(settings, http, discord_api)
    if status != 200:
        raise NoInvite(_trouble(settings, status, application))
    return INVITE.format(id=application["id"])


async def _application(
    settings: Settings, http: aiohttp.ClientSession, api: str
) -> tuple[int, dict[str, Any]]:
    """What Discord says of the token's application; status 0 without a token, or on a broken line."""
    if settings.discord_token is None:
        return 0, {}
    return await _get(http, f"{api}/applications/@me", _authorization(settings))


def _authorization(settings: Settings) -> dict[str, str]:
    assert settings.discord_token is not None
    return {"Authorization": f"Bot {settings.discord_token.get_secret_value()}"}


def _trouble(settings: Settings, status: int, application: dict[str, Any]) -> str:
    if settings.discord_token is None:
        return "no DISCORD_TOKEN in the environment, so it is off."
    if status == 401:
        return "the token is refused; make a new one in the developer portal (Bot → Reset Token)."
    return f"discord.com can't be asked ({application.get('error', status)})."


async def _discord(settings: Settings, http: aiohttp.ClientSession, api: str) -> list[Finding]:
    status, application = await _application(settings, http, api)
    if status != 200:
        state = "note" if settings.discord_token is None else "wrong"
        return [Finding("Discord", state, _trouble(settings, status, application))]
    link = INVITE.format(id=application.get("id", ""))
    return [
        Finding("Discord", "good", f"logged in as {application.get('name')}; invite it with {link}"),
        _intents(settings, int(application.get("flags", 0))),
        *await _discord_servers(settings, http, api, link),
    ]


def _intents(settings: Settings, flags: int) -> Finding:
    about = "Discord intents"
    if not settings.discord.message_content:
        return Finding(
            about,
            "note",
            "discord.message_content = false: it works by mention, in direct chats, by command and by menu;"
            " in its own threads people must mention it, too.",
        )
    if flags & MESSAGE_CONTENT_FLAGS:
        return Finding(about, "good", "the Message Content intent is on; no other privileged one is needed.")
    return Finding(
        about,
        "wrong",
        "the Message Content intent is off in the developer portal (Bot → Privileged Gateway Intents); switch"
        " it on, or set discord.message_content = false.",
    )


async def _discord_servers(
    settings: Settings, http: aiohttp.ClientSession, api: str, link: str
) -> list[Finding]:
    """What the bot's roles lack in each server; channels may take more away, which the bot's log tells."""
    about = "Discord permissions"
    status, servers = await _get_list(http, f"{api}/users/@me/guilds", _authorization(settings))
    if status != 200:
        return [Finding(about, "note", f"its servers can't be listed ({status}).")]
    if not servers:
        return [Finding(about, "note", "it is in no server yet; open the link above to let it into one.")]
    findings = list[Finding]()
    for server in servers:
        has = int(server.get("permissions", 0))
        lacking = [name for name, bit in DISCORD_PERMISSIONS.items() if not has & (bit | ADMINISTRATOR)]
        if lacking:
            sentence = f"in {server.get('name')} it lacks {', '.join(lacking)}; give them to its role there."
            findings.append(Finding(about, "wrong", sentence))
    where = f"all {len(servers)} servers" if len(servers) > 1 else str(servers[0].get("name"))
    return findings or [Finding(about, "good", f"it has all that it needs in {where}.")]


async def _telegram(settings: Settings, http: aiohttp.ClientSession) -> list[Finding]:
    if settings.telegram_token is None:
        return [Finding("Telegram", "note", "no TELEGRAM_TOKEN in the environment, so it is off.")]
    url = f"{settings.telegram.api_url}/bot{settings.telegram_token.get_secret_value()}/getMe"
    status, answer = await _get(http, url, {})
    if status in {401, 404}:
        return [Finding("Telegram", "wrong", "the token is refused; ask @BotFather for it with /token.")]
    if status != 200:
        return [Finding("Telegram", "wrong", f"the Bot API can't be asked ({answer.get('error', status)}).")]
    me: dict[str, Any] = answer.get("result", {})
    findings = [Finding("Telegram", "good", f"logged in as @{me.get('username')}."), _telegram_groups(me)]
    status, answer = await _get(http, f"{url.removesuffix('getMe')}getWebhookInfo", {})
    if status == 200:
        findings.append(_telegram_updates(settings.telegram, answer.get("result", {})))
    return findings


def _telegram_groups(me: dict[str, Any]) -> Finding:
    """What the bot gets to see in groups (https://core.telegram.org/bots/features#privacy-mode)."""
    if not me.get("can_join_groups", True):
        return Finding("Telegram groups", "note", "it can't be added to groups (@BotFather /setjoingroups).")
    if me.get("can_read_all_group_messages"):
        return Finding(
            "Telegram groups",
            "good",
            "privacy mode is off: it sees every message in groups, and works on those meant for it alone; "
            "reactions it sees as an administrator only.",
        )
    return Finding(
        "Telegram groups",
        "note",
        "privacy mode is on: in groups it sees commands, mentions and replies to it only, and "
        "everything, with reactions, as an administrator (@BotFather /setprivacy changes the first).",
    )


def _telegram_updates(settings: Telegram, webhook: dict[str, Any]) -> Finding:
    """How messages come to the bot, and whether they do."""
    url, waiting = webhook.get("url"), webhook.get("pending_update_count", 0)
    if url != (settings.webhook_url or ""):
        means = f"Telegram calls {url}" if url else "no webhook is set"
        return Finding("Telegram updates", "note", f"{means}; the bot changes that when it starts.")
    if not url:
        return Finding("Telegram updates", "good", f"the bot asks for them (getUpdates); {waiting} wait.")
    if webhook.get("last_error_message") and waiting:
        trouble = (
            f"Telegram can't deliver to {url} ({webhook['last_error_message']}); {waiting} updates wait."
        )
        return Finding(
            "Telegram updates", "wrong", f"{trouble} Check the proxy, its certificate and the port."
        )
    return Finding("Telegram updates", "good", f"Telegram calls {url}; {waiting} wait.")


async def _get(http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Status and JSON; status 0 and an "error" without the address (it may hold a token) on a broken line."""
    status, body = await _fetch(http, url, headers)
    return status, cast("dict[str, Any]", body) if isinstance(body, dict) else {}


async def _get_list(
    http: aiohttp.ClientSession, url: str, headers: dict[str, str]
) -> tuple[int, list[dict[str, Any]]]:
    """The same for a list."""
    status, body = await _fetch(http, url, headers)
    return status, cast("list[dict[str, Any]]", body) if isinstance(body, list) else []


async def _fetch(http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> tuple[int, Any]:
    try:
        async with http.get(url, headers=headers) as response:
            return response.status, await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        return 0, {"error": type(error).__name__}
