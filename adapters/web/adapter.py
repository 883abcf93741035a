"""The web chat as a platform: a conversation is one tab of one browser."""

from __future__ import annotations

import base64
import errno
import logging
from collections.abc import Callable

from aiohttp import web

from adapters.web.guard import add_headers, doorkeeper
from adapters.web.hub import Hub
from adapters.web.requests import MAX_TEXT_BYTES
from adapters.web.routes import Api, sentences
from bot.events import (
    MOST_PICTURES,
    Capabilities,
    ConversationRef,
    Delivered,
    MessageRef,
    Platform,
    Receipt,
    Reply,
    StatusUpdate,
)
from bot.ports import AdapterError, Handler, Transcript

log = logging.getLogger(__name__)

MAX_REPLY_BYTES = 2**30  # pictures come from the store over HTTP: there is no real limit
SHUTDOWN_SECONDS = 2.0


class WebAdapter:
    """Serves the page and its API on `host:port` (port 0: any free one; `url` tells which).

    The conversation of a tab is `ConversationRef("web", session, id)`: the session is the hash of a cookie,
    the id is made by the page. `health()` is the JSON of /healthz: 200 where its "ok" is true, else 503.
    """

    platform: Platform = "web"

    def __init__(
        self,
        *,
        host: str,
        port: int,
        undo_emoji: tuple[str, ...],
        max_upload_bytes: int,
        wish_characters: int,
        transcript: Transcript,
        handler: Handler,
        health: Callable[[], dict[str, object]],
    ) -> None:
        self._host = host
        self._port = port
        self._undo_emoji = undo_emoji
        self._hub = Hub()
        config: dict[str, object] = {
            "undo_emoji": undo_emoji,
            "max_upload_bytes": max_upload_bytes,
            "max_pictures": MOST_PICTURES,
            "wish_characters": wish_characters,
        }
        self._api = Api(self._hub, transcript, handler, health, config)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The address of the page, as long as the adapter runs."""
        if self._runner is None:
            raise RuntimeError("the web chat is not running")
        port = self._runner.addresses[0][1]
        return f"http://[{self._host}]:{port}" if ":" in self._host else f"http://{self._host}:{port}"

    async def start(self) -> None:
        app = web.Application(middlewares=[sentences, doorkeeper(self._host)], client_max_size=MAX_TEXT_BYTES)
        app.add_routes(self._api.routes())
        app.on_response_prepare.append(add_headers)
        app.on_shutdown.append(self._hang_up)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            await runner.cleanup()
            raise AdapterError(self._why_not(error)) from error
        self._runner = runner

    async def stop(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            try:
                await runner.cleanup()
            except Exception:
                log.exception("web: could not stop cleanly")

    async def capabilities(self, conversation: ConversationRef) -> Capabilities:
        return Capabilities(self._undo_emoji, max_upload=MAX_REPLY_BYTES, max_text=MAX_TEXT_BYTES)

    async def send(self, reply: Reply) -> Receipt:
        """Tell the open tabs. The reply itself is in the store already, where every tab fetches it from."""
        self._hub.replace(reply.conversation, reply.status.message_id if reply.status else None, reply.key)
        return Delivered((MessageRef(reply.conversation, reply.key),))

    async def find(self, reply: Reply) -> Receipt:
        return Delivered((MessageRef(reply.conversation, reply.key),))

    async def show_status(self, update: StatusUpdate) -> MessageRef | None:
        status_id = f"status-{update.job_id}"
        preview = base64.b64encode(update.preview).decode() if update.preview else None
        self._hub.show(
            update.conversation,
            {
                "id": status_id,
                "text": update.text,
                "progress": update.progress,
                "preview": f"data:image/jpeg;base64,{preview}" if preview else None,
                "actions": [{"name": action.name, "target": action.target} for action in update.actions],
            },
        )
        return MessageRef(update.conversation, status_id)

    async def clear_status(self, message: MessageRef) -> None:
        self._hub.clear(message.conversation, message.message_id)

    async def _hang_up(self, app: web.Application) -> None:
        self._hub.close()

    def _why_not(self, error: OSError) -> str:
        if error.errno == errno.EADDRINUSE:
            return (
                f"Port {self._port} on {self._host} is taken by another program: stop that one, "
                "or set another port under [web] in config.toml."
            )
        return f"The web chat can't listen on {self._host}, port {self._port}: {error.strerror or error}."
