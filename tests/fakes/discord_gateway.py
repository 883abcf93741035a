"""The gateway of a small Discord: sessions that can be dropped, resumed with replay, or lost."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord_world import World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME = 0, 1, 2, 6
RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 9, 10, 11
MESSAGE_CONTENT = 1 << 15


@dataclass
class Session:
    """What a client may resume: every event since it identified, by sequence number."""

    intents: int
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    events: list[str] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None


class Gateway:
    """Answers on `/`; set the attributes to change what clients meet."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.session: Session | None = None
        self.identified = 0
        self.resumed = 0
        self.approves_message_content = True
        self.accepts_resume = True
        self.replay_extra = 0
        """How many events that the client has already are replayed once more with a resume."""
        self._ready = asyncio.Condition()

    async def emit(self, event: str, data: dict[str, Any]) -> None:
        """Send an event, or keep it for a resume while the client is away."""
        session = self.session
        if session is None:
            return
        frame = json.dumps({"op": DISPATCH, "t": event, "s": len(session.events) + 1, "d": data})
        session.events.append(frame)
        if session.socket and not session.socket.closed:
            await session.socket.send_str(frame)

    @property
    def message_content(self) -> bool:
        return self.session is not None and bool(self.session.intents & MESSAGE_CONTENT)

    async def wait_for_session(self, *, identified: int = 0, resumed: int = 0) -> None:
        """Until clients identified and resumed as often as told (counted from the start)."""
        async with self._ready:
            await asyncio.wait_for(
                self._ready.wait_for(lambda: self.identified >= identified and self.resumed >= resumed), 20
            )

    async def drop(self, *, code: int = 4000) -> None:
        """Close the connection; the session lives on and can be resumed."""
        if self.session and self.session.socket:
            socket, self.session.socket = self.session.socket, None
            await socket.close(code=code)

    # ------------------------------------------------------------ the wire

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": 40000}})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            frame = json.loads(message.data)
            if frame["op"] == HEARTBEAT:
                await socket.send_json({"op": HEARTBEAT_ACK})
            elif frame["op"] == IDENTIFY:
                await self._identify(socket, frame["d"])
            elif frame["op"] == RESUME:
                await self._resume(socket, frame["d"])
        return socket

    async def _identify(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> None:
        if data["token"] != self._world.token:
            await socket.close(code=4004)
            return
        if data["intents"] & MESSAGE_CONTENT and not self.approves_message_content:
            await socket.close(code=4014)
            return
        self.session = Session(data["intents"], socket=socket)
        guild = {"id": str(self._world.guild_id), "unavailable": True}
        bot = self._world.users[self._world.bot]
        await self.emit(
            "READY",
            {
                "v": 10,
                "user": bot,
                "guilds": [guild],
                "session_id": self.session.id,
                "resume_gateway_url": self._world.base.replace("http", "ws") + "/",
                "application": {"id": bot["id"], "flags": 0},
                "private_channels": [],
                **({"shard": data["shard"]} if "shard" in data else {}),
            },
        )
        await self.emit("GUILD_CREATE", self._world.guild())
        self.identified += 1
        async with self._ready:
            self._ready.notify_all()

    async def _resume(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> None:
        session = self.session
        if session is None or not self.accepts_resume or data["session_id"] != session.id:
            self.session = None
            await socket.send_json({"op": INVALID_SESSION, "d": False})
            return
        first = max(0, int(data["seq"] or 0) - self.replay_extra)
        for frame in session.events[first:]:
            await socket.send_str(frame)
        session.socket = socket
        await self.emit("RESUMED", {})
        self.resumed += 1
        async with self._ready:
            self._ready.notify_all()
