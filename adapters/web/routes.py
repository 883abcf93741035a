"""The HTTP API of the web chat. Every path under a conversation works only with the cookie of its session."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler as RequestHandler
from pydantic import ValidationError

from adapters.web.guard import Refused, keep_session, session_id
from adapters.web.hub import Hub
from adapters.web.requests import Body, Button, Command, Reaction, read_message
from bot.events import (
    Acknowledged,
    ButtonPressed,
    CommandInvoked,
    ConversationRef,
    InboundEvent,
    MessageIn,
    MessageRef,
    ReactionChanged,
    UserRef,
)
from bot.ports import Handler, Transcript

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
HEARTBEAT = 30.0
_SUFFIX = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif"}
_VARIATION_SELECTOR = "\ufe0f"
_Checked = TypeVar("_Checked", bound=Body)


class Api:
    """Translates requests into events for `handler`, and the store's `transcript` into answers.

    `config` is what the page must know: {"undo_emoji", "max_upload_bytes", "wish_characters"}.
    """

    def __init__(
        self,
        hub: Hub,
        transcript: Transcript,
        handler: Handler,
        health: Callable[[], dict[str, object]],
        config: dict[str, Any],
    ) -> None:
        self._hub = hub
        self._transcript = transcript
        self._handler = handler
        self._health = health
        self._config = config

    def routes(self) -> list[web.AbstractRouteDef]:
        conversation = "/api/conversations/{conversation:[A-Za-z0-9_-]{22,64}}"  # 22 letters hold 128 bits
        return [
            web.get("/", self.page),
            web.static("/static", STATIC),
            web.get("/healthz", self.healthz),
            web.post("/api/session", self.session),
            web.get(conversation, self.show),
            web.get(conversation + "/images/{sha256:[0-9a-f]{64}}", self.image),
            web.get(conversation + "/socket", self.socket),
            web.post(conversation + "/messages", self.message),
            web.post(conversation + "/reactions", self.reaction),
            web.post(conversation + "/buttons", self.button),
            web.post(conversation + "/commands", self.command),
        ]

    # ------------------------------------------------------------ the page asks

    async def page(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "index.html")

    async def healthz(self, request: web.Request) -> web.Response:
        health = self._health()
        return web.json_response(health, status=200 if health.get("ok") is True else 503)

    async def session(self, request: web.Request) -> web.Response:
        """The page asks for its session itself: on a click from another site `Strict` cookies stay at home,
        and a cookie set together with the page would then overwrite the one that is there."""
        response = web.json_response(self._config)
        keep_session(request, response)
        return response

    async def show(self, request: web.Request) -> web.Response:
        conversation = _conversation(request)
        busy = await self._transcript.busy(conversation)
        if not busy:
            self._hub.drop_statuses(conversation)
        # statuses before messages: a reply that comes in between is then in the messages, not lost in the gap
        statuses = self._hub.statuses(conversation)
        messages = await self._transcript.messages(conversation)
        return web.json_response({"messages": messages, "busy": busy, "statuses": statuses})

    async def image(self, request: web.Request) -> web.Response:
        sha256 = request.match_info["sha256"]
        found = await self._transcript.image(_conversation(request), sha256)
        if found is None:
            raise Refused(404, "That picture is not part of this conversation.")
        data, mime = found
        name = f"dialogpaint-{sha256[:8]}{_SUFFIX.get(mime, '')}"
        headers = {
            hdrs.CACHE_CONTROL: "private, max-age=31536000, immutable",
            hdrs.CONTENT_DISPOSITION: f'inline; filename="{name}"',
        }
        return web.Response(body=data, content_type=mime, headers=headers)

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        conversation = _conversation(request)
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=1024)
        await socket.prepare(request)
        await self._hub.serve(socket, conversation)
        return socket

    # ------------------------------------------------------------ the person acts

    async def message(self, request: web.Request) -> web.Response:
        conversation = _conversation(request)
        posted = await read_message(request, self._config["max_upload_bytes"])
        words = posted.words
        await self._take(
            MessageIn(
                _event_id(conversation, words),
                MessageRef(conversation, words.event_id),
                _user(conversation),
                words.text,
                posted.pictures,
                MessageRef(conversation, words.reply_to) if words.reply_to else None,
            )
        )
        return web.json_response({"id": words.event_id})

    async def reaction(self, request: web.Request) -> web.Response:
        conversation = _conversation(request)
        body = await _checked(request, Reaction)
        emoji = (body.emoji.replace(_VARIATION_SELECTOR, ""),)
        await self._take(
            ReactionChanged(
                _event_id(conversation, body),
                MessageRef(conversation, body.message),
                _user(conversation),
                added=emoji if body.added else (),
                removed=() if body.added else emoji,
            )
        )
        return web.json_response({})

    async def button(self, request: web.Request) -> web.Response:
        conversation = _conversation(request)
        body = await _checked(request, Button)
        ref = MessageRef(conversation, body.message)
        acknowledged = await self._take(
            ButtonPressed(_event_id(conversation, body), ref, _user(conversation), body.name, body.target)
        )
        return web.json_response({"said": acknowledged.text if acknowledged else None})

    async def command(self, request: web.Request) -> web.Response:
        conversation = _conversation(request)
        body = await _checked(request, Command)
        ref = MessageRef(conversation, body.event_id)
        event_id, user = _event_id(conversation, body), _user(conversation)
        await self._take(CommandInvoked(event_id, ref, user, body.name, body.argument))
        return web.json_response({})

    async def _take(self, event: InboundEvent) -> Acknowledged | None:
        """Hand the event over for good, even if the page hangs up meanwhile; then tell every open tab."""
        acknowledged = await asyncio.shield(self._handler(event))
        if isinstance(event, MessageIn | ReactionChanged | ButtonPressed | CommandInvoked):
            self._hub.push(event.ref.conversation, {"type": "changed"})
        return acknowledged


@web.middleware
async def sentences(request: web.Request, handler: RequestHandler) -> web.StreamResponse:
    """Every error ends in {"error": one sentence for the person}; a surprise also in the log."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Refused as refused:
        return _error(refused.status, refused.sentence)
    except (ValidationError, ValueError):  # JSON, UTF-8 and multipart errors are ValueErrors
        return _error(400, "I could not understand that request; please reload the page.")
    except Exception:
        log.exception("web: %s of a conversation failed", request.path.rpartition("/")[2])
        return _error(500, "Something went wrong on my side; please try again in a moment.")


def _error(status: int, sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=status)


async def _checked(request: web.Request, kind: type[_Checked]) -> _Checked:
    return kind.model_validate_json(await request.read())


def _conversation(request: web.Request) -> ConversationRef:
    return ConversationRef("web", session_id(request), request.match_info["conversation"])


def _user(conversation: ConversationRef) -> UserRef:
    return UserRef("web", conversation.space_id)


def _event_id(conversation: ConversationRef, body: Body) -> str:
    """The page's id within its session, so that no browser can use up another one's ids."""
    return f"{conversation.space_id}:{body.event_id}"
