"""A small Discord on loop-back: REST and gateway on real sockets, people to act, faults to script.

    async with DiscordWire() as wire:                      # discord.py talks to it from here on
        adapter = DiscordAdapter(wire.token, …)
        await adapter.start()
        photo = await wire.post("make it night", [("dog.png", data)], mention=True)
        await wire.react(message_id, "↩️")
        wire.bot_messages(thread_id)

Ids are integers. `post`, `react`, `press` and `slash` return the payload that went over the gateway; `again`
delivers the last one a second time. SimCord is the better stage for behaviour; this one is for what needs a
wire: reconnects, replays, lost sessions, time-outs, refusals, nonces that are remembered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Self

import discord
import yarl
from aiohttp import web

from tests.fakes.discord_gateway import Gateway
from tests.fakes.discord_rest import API, Fault, Request, Rest
from tests.fakes.discord_world import ApiError, Payload, World

__all__ = ["ApiError", "DiscordWire", "Fault"]

_BUTTON = 2
_STRING_SELECT = 3
_STRING = 3
_ATTACHMENT = 11
_KINDS: dict[int, type] = {_STRING: str, 4: int, 5: bool}
"""Discord's numbers for what an option of a command takes."""


def point_at(base: str) -> None:
    """From here on the discord.py of this process talks to the wire at `base`."""
    discord.http.Route.BASE = base + API
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(base.replace("http", "ws", 1) + "/")


class DiscordWire:
    """Start and stop it as a context manager; one at a time, as discord.py's addresses are global."""

    def __init__(
        self, world: Callable[[str], World] = World, token: str = "wire-token-never-to-be-logged"
    ) -> None:
        self.world = world(token)
        self.gateway = Gateway(self.world)
        self.rest = Rest(self.world, self.gateway)
        self.token = token
        self.last: tuple[str, Payload] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """`port`: the one that it had before, for a Discord that comes back."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.add_routes([web.get("/", self.gateway.handle), *self.rest.routes()])
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.world.base = f"http://127.0.0.1:{self.port}"
        self._before = (discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)
        point_at(self.world.base)

    async def stop(self) -> None:
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = self._before
        await self.gateway.drop(code=1001)
        await self._runner.cleanup()

    # ------------------------------------------------------------ what people do

    @property
    def mention(self) -> str:
        return f"<@{self.world.bot}>"

    async def post(
        self,
        text: str = "",
        files: list[tuple[str, bytes]] | None = None,
        *,
        channel: int | None = None,
        author: int | None = None,
        reply_to: int | None = None,
        mention: bool = False,
        **more: Any,
    ) -> Payload:
        """A person (Ann) posts (in #general); `mention` puts the bot's mention before the text."""
        channel_id = channel or self.world.general
        if reply_to is not None:
            more["message_reference"] = {
                "message_id": str(reply_to),
                "channel_id": str(channel_id),
                **self.world.guild_of(channel_id),
            }
        message = self.world.say(
            channel_id,
            author or self.world.ann,
            f"{self.mention} {text}" if mention else text,
            attachments=[self.world.attachment(name, data) for name, data in files or []],
            **more,
        )
        content = self.gateway.message_content
        shown = self.world.gateway_message(message, message_content=content)
        return await self._deliver("MESSAGE_CREATE", shown)

    async def missed(self, text: str, *, hours_ago: float, channel: int | None = None) -> Payload:
        """What Ann wrote so long ago, while the bot was not there to get it."""
        message = self.world.say(channel or self.world.general, self.world.ann, text)
        then = discord.utils.utcnow() - timedelta(hours=hours_ago)
        del self.world.messages[int(message["id"])]
        message["id"] = str(discord.utils.time_snowflake(then) + self.world.snowflake() % 2**20)
        self.world.messages[int(message["id"])] = message
        return message

    async def react(
        self, message_id: int, emoji: str, *, added: bool = True, user: int | None = None
    ) -> Payload:
        """A person puts an emoji under a message, or takes it back."""
        channel_id = int(self.world.messages[message_id]["channel_id"])
        user_id = user or self.world.ann
        payload: Payload = {
            "user_id": str(user_id),
            "channel_id": str(channel_id),
            "message_id": str(message_id),
            "emoji": {"id": None, "name": emoji},
            "burst": False,
            "type": 0,
            **self.world.guild_of(channel_id),
        }
        if added and "guild_id" in payload:
            payload["member"] = {**self.world.member(user_id), "user": self.world.users[user_id]}
        return await self._deliver("MESSAGE_REACTION_ADD" if added else "MESSAGE_REACTION_REMOVE", payload)

    async def press(self, message_id: int, custom_id: str, *, user: int | None = None) -> Payload:
        """A person presses a button that the message has."""
        if custom_id not in self.custom_ids(self.world.messages[message_id]):
            raise LookupError(f"There is no button {custom_id} under the message.")
        return await self._use(message_id, {"custom_id": custom_id, "component_type": _BUTTON}, user)

    async def choose(self, message_id: int, value: str, *, user: int | None = None) -> Payload:
        """A person chooses an option of the list that the message has."""
        rows = self.world.messages[message_id]["components"]
        menus = [item for row in rows for item in row["components"] if item["type"] == _STRING_SELECT]
        menu = next(one for one in menus if value in [option["value"] for option in one["options"]])
        data = {"custom_id": menu["custom_id"], "component_type": _STRING_SELECT, "values": [value]}
        return await self._use(message_id, data, user)

    async def _use(self, message_id: int, data: Payload, user: int | None) -> Payload:
        message = self.world.messages[message_id]
        payload = self.world.interaction(
            int(message["channel_id"]), user or self.world.ann, 3, data, message=message
        )
        self.world.pressed[payload["token"]] = message_id
        return await self._deliver("INTERACTION_CREATE", payload)

    async def slash(
        self,
        name: str,
        options: Mapping[str, str | int | bool] | None = None,
        *,
        channel: int | None = None,
        user: int | None = None,
    ) -> Payload:
        """A person gives a slash command that the bot registered; where it lists choices, one of them."""
        command = next(one for one in self.world.commands if one["name"] == name)
        given: list[Payload] = []
        for key, value in (options or {}).items():
            known = next(one for one in command["options"] if one["name"] == key)
            choices = [choice["value"] for choice in known.get("choices", ())]
            if (choices and value not in choices) or _KINDS[known["type"]] is not type(value):
                raise LookupError(f"/{name} has no such choice: {key}={value}.")
            given.append({"type": known["type"], "name": key, "value": value})
        data = {"id": command["id"], "name": name, "type": 1, "options": given}
        channel_id = channel or self.world.general
        payload = self.world.interaction(channel_id, user or self.world.ann, 2, data)
        return await self._deliver("INTERACTION_CREATE", payload)

    async def edit_command(
        self, wish: str, file: tuple[str, bytes], *, channel: int | None = None
    ) -> Payload:
        """A person gives /edit with a picture and a wish."""
        command = next(one for one in self.world.commands if one["name"] == "edit")
        picture = self.world.attachment(*file)
        options = [
            {"type": _ATTACHMENT, "name": "image", "value": picture["id"]},
            {"type": _STRING, "name": "wish", "value": wish},
        ]
        data = {"id": command["id"], "name": "edit", "type": 1, "options": options}
        data["resolved"] = {"attachments": {picture["id"]: picture}}
        payload = self.world.interaction(channel or self.world.general, self.world.ann, 2, data)
        return await self._deliver("INTERACTION_CREATE", payload)

    async def restrict(self, channel: int) -> Payload:
        """An admin makes a channel age-restricted."""
        self.world.channels[channel]["nsfw"] = True
        return await self._deliver("CHANNEL_UPDATE", self.world.channels[channel])

    async def again(self) -> None:
        """The last act is delivered a second time."""
        assert self.last is not None
        await self.gateway.emit(*self.last)

    async def _deliver(self, event: str, payload: Payload) -> Payload:
        self.last = (event, payload)
        await self.gateway.emit(event, payload)
        return payload

    # ------------------------------------------------------------ what is there

    def bot_messages(self, channel: int | None = None) -> list[Payload]:
        """The bot's messages in a channel or thread, oldest first."""
        messages = self.world.history(channel or self.world.general)
        return [m for m in messages if m["author"]["id"] == str(self.world.bot)]

    def file(self, attachment: Payload) -> bytes:
        """The bytes of a message's attachment."""
        return self.world.files[attachment["url"].removeprefix(self.world.base)]

    @staticmethod
    def custom_ids(message: Payload) -> list[str]:
        return [item["custom_id"] for row in message["components"] for item in row["components"]]

    @staticmethod
    def labels(message: Payload) -> list[str]:
        """What the buttons say."""
        return [item.get("label", "") for row in message["components"] for item in row["components"]]

    @staticmethod
    def as_read(text: str) -> str:
        """What people see of a text: Discord drops a backslash before any sign that is no letter or digit."""
        small_print = re.compile(r"^-# ", re.MULTILINE)
        return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", small_print.sub("", text))

    def calls(self, method: str, path: str) -> list[Request]:
        """The bot's requests with that method whose path matches the pattern."""
        return [one for one in self.rest.requests if one.method == method and re.search(path, one.path)]

    # ------------------------------------------------------------ what goes wrong

    def fail(self, method: str, path: str, **how: Any) -> Fault:
        """Script a fault: `fail("POST", "/messages$", status=500, times=2)`; see `Fault` for the kinds."""
        fault = Fault(method, path, **how)
        self.rest.faults.append(fault)
        return fault

    def remove_channel(self, channel: int) -> None:
        """The channel or thread is deleted, with all that it holds."""
        del self.world.channels[channel]
        for message in self.world.history(channel):
            del self.world.messages[int(message["id"])]
