"""The HTTP side of a small Discord: what the bot calls, with Discord's own refusals, and scripted faults."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from tests.fakes.discord_gateway import Gateway
from tests.fakes.discord_world import ApiError, Payload, World

API = "/api/v10"
TOO_LONG, TOO_LARGE, EMPTY = 50035, 40005, 50006


@dataclass
class Fault:
    """Something that goes wrong with the next `times` requests whose method and path match."""

    method: str
    path: str
    times: int = 1
    status: int | None = None
    code: int = 0
    message: str = "scripted"
    headers: dict[str, str] = field(default_factory=dict)
    retry_after: float | None = None
    reset: bool = False
    silent: bool = False
    """No answer at all."""
    delivered: bool = False
    """The request is carried out before it goes wrong."""
    half: Literal["stalls", "breaks"] | None = None
    """The answer begins, and then nothing more comes, or the connection breaks."""


@dataclass
class Request:
    """One call of the bot, for looking at afterwards."""

    method: str
    path: str
    json: Any
    files: list[tuple[str, bytes]]


class Rest:
    """Routes under /api/v10 and the attachments; every request is logged in `requests`."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self.acknowledged: set[str] = set()
        self.follow_ups: list[Payload] = []
        """What was said after an interaction; flag 64: to the person alone."""
        self.forbidden: set[int] = set()

    def routes(self) -> list[web.RouteDef]:
        channel, message = "/channels/{channel}", "/channels/{channel}/messages/{message}"
        table: list[tuple[str, str, Callable[[web.Request, Request], Awaitable[Any]]]] = [
            ("GET", "/users/@me", self._me),
            ("GET", "/oauth2/applications/@me", self._application),
            ("PUT", "/applications/{application}/commands", self._sync),
            ("GET", "/gateway/bot", self._shards),
            ("POST", "/users/@me/channels", self._direct),
            ("GET", channel, self._get_channel),
            ("GET", f"{channel}/messages", self._history),
            ("POST", f"{channel}/messages", self._create),
            ("GET", message, self._get_message),
            ("PATCH", message, self._edit),
            ("DELETE", message, self._delete),
            ("POST", f"{message}/threads", self._start_thread),
            ("PUT", f"{message}/reactions/{{emoji}}/@me", self._add_reaction),
            ("PUT", f"{channel}/thread-members/{{user}}", self._nothing),
            ("POST", "/interactions/{interaction}/{token}/callback", self._callback),
            ("DELETE", "/webhooks/{application}/{token}/messages/@original", self._nothing),
            ("PATCH", "/webhooks/{application}/{token}/messages/@original", self._edit_pressed),
            ("POST", "/webhooks/{application}/{token}", self._follow_up),
        ]
        found = [web.route(method, API + path, self._wrapped(answer)) for method, path, answer in table]
        return [*found, web.get("/attachments/{id}/{name}", self._wrapped(self._file))]

    def _wrapped(
        self, answer: Callable[[web.Request, Request], Awaitable[Any]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            seen = await _read(request)
            self.requests.append(seen)
            fault = self._fault(seen)
            if fault and not fault.delivered:
                return await _go_wrong(request, fault)
            if request.path.startswith(API) and (
                request.headers.get("Authorization") != f"Bot {self._world.token}"
                and "/interactions/" not in request.path
                and "/webhooks/" not in request.path
            ):
                return _json({"code": 0, "message": "401: Unauthorized"}, status=401)
            try:
                result = await answer(request, seen)
            except ApiError as error:
                return _json({"code": error.code, "message": error.message}, status=error.status)
            if fault:
                return await _go_wrong(request, fault)
            if isinstance(result, web.StreamResponse):
                return result
            return web.Response(status=204) if result is None else _json(result)

        return handle

    def _fault(self, seen: Request) -> Fault | None:
        for fault in self.faults:
            if fault.times and fault.method == seen.method and re.search(fault.path, seen.path):
                fault.times -= 1
                return fault
        return None

    # ------------------------------------------------------------ the bot itself

    async def _me(self, request: web.Request, seen: Request) -> Payload:
        return self._world.users[self._world.bot]

    async def _application(self, request: web.Request, seen: Request) -> Payload:
        owner = {**self._world.users[self._world.bot], "bot": False}
        return {
            "id": str(self._world.bot),
            "name": "DialogPaint",
            "description": "",
            "icon": None,
            "bot_public": True,
            "bot_require_code_grant": False,
            "owner": owner,
            "verify_key": "",
            "flags": 0,
        }

    async def _shards(self, request: web.Request, seen: Request) -> Payload:
        limit = {"total": 1000, "remaining": 999, "reset_after": 14400000, "max_concurrency": 1}
        url = self._world.base.replace("http", "ws") + "/"
        return {"url": url, "shards": 1, "session_start_limit": limit}

    async def _sync(self, request: web.Request, seen: Request) -> list[Payload]:
        ids = {"application_id": str(self._world.bot), "version": "1", "default_member_permissions": None}
        ids["description"] = ""  # a menu has none of its own
        self._world.commands = [{"id": str(self._world.snowflake()), **ids, **one} for one in seen.json]
        return self._world.commands

    # ------------------------------------------------------------ channels and messages

    def _channel(self, request: web.Request) -> Payload:
        channel_id = int(request.match_info["channel"])
        if channel_id not in self._world.channels:
            raise ApiError(404, 10003, "Unknown Channel")
        if channel_id in self.forbidden:
            raise ApiError(403, 50013, "Missing Permissions")
        return self._world.channels[channel_id]

    def _message(self, request: web.Request) -> Payload:
        channel = self._channel(request)
        message = self._world.messages.get(int(request.match_info["message"]))
        if message is None or message["channel_id"] != channel["id"]:
            raise ApiError(404, 10008, "Unknown Message")
        return message

    async def _get_channel(self, request: web.Request, seen: Request) -> Payload:
        return self._channel(request)

    async def _direct(self, request: web.Request, seen: Request) -> Payload:
        return self._world.channels[self._world.direct(int(seen.json["recipient_id"]))]

    async def _history(self, request: web.Request, seen: Request) -> list[Payload]:
        messages = self._world.history(int(self._channel(request)["id"]))
        limit = int(request.query.get("limit", 50))
        after, before = request.query.get("after"), request.query.get("before")
        if after is not None:
            messages = [m for m in messages if int(m["id"]) > int(after)][:limit]
        if before is not None:
            messages = [m for m in messages if int(m["id"]) < int(before)]
        # As far as is known the history does not tell nonces, so it does not here either.
        return [
            {key: value for key, value in m.items() if key != "nonce"} for m in reversed(messages[-limit:])
        ]

    async def _get_message(self, request: web.Request, seen: Request) -> Payload:
        return self._message(request)

    async def _create(self, request: web.Request, seen: Request) -> Payload:
        channel = self._channel(request)
        channel_id, body = int(channel["id"]), seen.json
        nonce = body.get("nonce")
        if body.get("enforce_nonce") and (channel_id, nonce) in self._world.nonces:
            before = self._world.messages.get(self._world.nonces[channel_id, nonce])
            if before is None:
                raise ApiError(404, 10008, "Unknown Message")
            return before
        self._check(channel, body, seen.files)
        reference = body.get("message_reference")
        if reference:
            target = self._world.messages.get(int(reference["message_id"]))
            if target is None or target["channel_id"] != channel["id"]:
                if reference.get("fail_if_not_exists", True):
                    raise ApiError(400, 50035, "Invalid Form Body")
                reference = None
        message = self._world.say(
            channel_id,
            self._world.bot,
            body.get("content") or "",
            components=body.get("components", []),
            attachments=[self._world.attachment(name, data) for name, data in seen.files],
            allowed_mentions=body.get("allowed_mentions"),
            **({"nonce": nonce} if nonce else {}),
            **({"message_reference": reference} if reference else {}),
        )
        if nonce:
            self._world.nonces[channel_id, nonce] = int(message["id"])
        await self._tell("MESSAGE_CREATE", message)
        return message

    def _check(self, channel: Payload, body: Payload, files: list[tuple[str, bytes]]) -> None:
        if channel.get("thread_metadata", {}).get("locked"):
            raise ApiError(400, 50083, "Thread is archived")
        if sum(len(data) for _, data in files) > self._world.upload_limit:
            raise ApiError(413, TOO_LARGE, "Request entity too large")
        content = body.get("content") or ""
        if len(content) > 2000 or len(str(body.get("nonce") or "")) > 25:
            raise ApiError(400, TOO_LONG, "Invalid Form Body")
        if not content and not files:
            raise ApiError(400, EMPTY, "Cannot send an empty message")

    async def _edit(self, request: web.Request, seen: Request) -> Payload:
        message, body = self._message(request), seen.json
        kept = [item["id"] for item in body["attachments"]] if "attachments" in body else None
        message.update({key: body[key] for key in ("content", "components") if key in body})
        if kept is not None:
            message["attachments"] = [a for a in message["attachments"] if a["id"] in kept]
            message["attachments"] += [self._world.attachment(name, data) for name, data in seen.files]
        await self._tell("MESSAGE_UPDATE", message)
        return message

    async def _delete(self, request: web.Request, seen: Request) -> None:
        message = self._message(request)
        del self._world.messages[int(message["id"])]
        guild = self._world.guild_of(int(message["channel_id"]))
        gone = {"id": message["id"], "channel_id": message["channel_id"], **guild}
        await self._gateway.emit("MESSAGE_DELETE", gone)

    async def _add_reaction(self, request: web.Request, seen: Request) -> None:
        message, emoji = self._message(request), request.match_info["emoji"]
        mine = {"count": 1, "me": True, "emoji": {"id": None, "name": emoji}, "me_burst": False}
        mine["burst_colors"], mine["count_details"] = [], {"burst": 0, "normal": 1}
        message.setdefault("reactions", []).append(mine)

    async def _start_thread(self, request: web.Request, seen: Request) -> Payload:
        message = self._message(request)
        if int(message["id"]) in self._world.channels:
            raise ApiError(400, 160004, "A thread has already been created for this message")
        thread = self._world.thread(
            int(message["channel_id"]), int(message["id"]), seen.json["name"], self._world.bot
        )
        message["flags"] |= 1 << 5
        await self._gateway.emit("THREAD_CREATE", {**thread, "newly_created": True})
        return thread

    async def _tell(self, event: str, message: Payload) -> None:
        content = self._gateway.message_content
        await self._gateway.emit(event, self._world.gateway_message(message, message_content=content))

    # ------------------------------------------------------------ interactions and files

    async def _callback(self, request: web.Request, seen: Request) -> Payload:
        interaction = request.match_info["interaction"]
        if interaction in self.acknowledged:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        self.acknowledged.add(interaction)
        return {"interaction": {"id": interaction, "type": 3}}

    async def _edit_pressed(self, request: web.Request, seen: Request) -> Payload:
        """After a deferred press "@original" is the message that holds the button."""
        pressed = self._world.pressed.get(request.match_info["token"])
        if pressed is None:  # after a deferred command it is what the person alone is told
            return self._world.answer(int(request.match_info["application"]), seen.json["content"])
        message = self._world.messages[pressed]
        message.update({key: seen.json[key] for key in ("content", "components") if key in seen.json})
        await self._tell("MESSAGE_UPDATE", message)
        return message

    async def _follow_up(self, request: web.Request, seen: Request) -> Payload:
        pressed = self._world.messages[self._world.pressed[request.match_info["token"]]]
        said = {
            "id": str(self._world.snowflake()),
            "content": seen.json["content"],
            "flags": seen.json["flags"],
        }
        self.follow_ups.append(said)
        return {**pressed, "components": [], "attachments": [], **said}

    async def _nothing(self, request: web.Request, seen: Request) -> None:
        return None

    async def _file(self, request: web.Request, seen: Request) -> web.Response:
        data = self._world.files.get(request.path)
        return web.Response(status=404) if data is None else web.Response(body=data)


def _json(body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """discord.py takes an answer as JSON only if the content type is this and nothing more (no charset)."""
    shape = {"Content-Type": "application/json", **(headers or {})}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=shape)


async def _read(request: web.Request) -> Request:
    body, files = None, []
    if request.content_type.startswith("multipart/"):
        async for part in await request.multipart():
            data = await part.read()
            if part.name == "payload_json":
                body = json.loads(data)
            else:
                files.append((part.filename or "", bytes(data)))
    elif request.can_read_body:
        body = json.loads(await request.text())
    return Request(request.method, request.path.removeprefix(API), body, files)


async def _go_wrong(request: web.Request, fault: Fault) -> web.StreamResponse:
    begun = web.StreamResponse(headers={"Content-Length": "100000"})
    if fault.half:
        await begun.prepare(request)
        await begun.write(b"\x89PNG")
    if fault.silent or fault.half == "stalls":
        await asyncio.sleep(3600)
    if fault.reset or fault.half:
        assert request.transport is not None
        request.transport.abort()
        return begun
    body: Payload = {"code": fault.code, "message": fault.message}
    if fault.retry_after is not None:
        body |= {"retry_after": fault.retry_after, "global": False}
    return _json(body, status=fault.status or 500, headers=fault.headers)
