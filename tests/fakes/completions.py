"""A server that speaks OpenAI's chat completions on the wire, and misbehaves when the script says so."""

from __future__ import annotations

import asyncio
import hashlib
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

Request = dict[str, Any]
_COLOURS = ("red", "blue", "green", "yellow", "pink", "grey", "white", "black", "brown", "orange", "purple")
_THINGS = (
    "car",
    "dog",
    "hat",
    "tree",
    "lamp",
    "sofa",
    "kite",
    "boat",
    "cake",
    "chair",
    "fence",
    "roof",
    "bird",
)


def dialogue(request: Request) -> str:
    """A sound dialogue; the same request always gets the same one."""
    rng = random.Random(_hash(request))
    (a, b, c), (x, y, z) = rng.sample(_THINGS, 3), rng.sample(_COLOURS, 3)
    return (
        f"user: hey can you make the {a} {x} and the {b} {y}\nedit: make the {a} {x} and the {b} {y}\n"
        f"user: and the {c}\nask: Which colour should the {c} be?\n"
        f"user: {z}\nedit: make the {c} {z}\nuser: thanks\nchat: thanks"
    )


def instruction(request: Request) -> str:
    """A sound instruction about the caption at the end of the prompt."""
    before = request["messages"][-1]["content"].rpartition("caption: ")[2]
    rng = random.Random(_hash(request))
    (a, b), (x, y) = rng.sample(_THINGS, 2), rng.sample(_COLOURS, 2)
    added = f"a {x} {a} beside a {y} {b}"
    return f"instruction: add {added}\nafter: {before} with {added}"


def _hash(request: Request) -> str:
    return hashlib.sha256(repr(request["messages"]).encode()).hexdigest()


def completion(text: str | None, finish: str = "stop") -> web.Response:
    """What a good server sends."""
    return web.json_response(
        {
            "id": "cmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "fake",
            "choices": [
                {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}
            ],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        }
    )


def failure(status: int, message: str = "no", code: str | None = None, **headers: str) -> web.Response:
    """What a good server sends when it can't; `retry_after="1"` becomes a header."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    error = {"message": message, "type": "error", "code": code}
    return web.json_response({"error": error}, status=status, headers=named)


def html() -> web.Response:
    """A proxy in between."""
    return web.Response(text="<html>Bad hair day</html>", content_type="text/html")


def half_json() -> web.Response:
    return web.Response(text='{"choices": [{"mess', content_type="application/json")


def hang() -> None:
    """No answer at all; see `CompletionServer`."""


class CompletionServer:
    """Answers with the script's items first, one for each request, then as `answer` says.

    An item is a text, a function that makes a response, or `hang`. `requests`, `keys` and `headers` are what
    came in.
    """

    def __init__(
        self,
        *script: str | Callable[[], Any],
        answer: Callable[[Request], str] = dialogue,
        jitter: float = 0.0,
    ) -> None:
        self.requests: list[Request] = []
        self.keys: list[str | None] = []
        self.headers: list[dict[str, str]] = []
        self._script = list(script)
        self._answer = answer
        self._jitter = jitter
        self._closing = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._runner: web.AppRunner | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.url = ""

    def __enter__(self) -> CompletionServer:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(30)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)

    def wait_for(self, count: int, alive: Callable[[], bool]) -> None:
        """Until so many requests have come; fails when whoever sends them is gone before."""
        while len(self.requests) < count:
            assert alive(), "nobody asks any more"
            time.sleep(0.02)

    def captions(self) -> Sequence[str]:
        """The captions that were asked about, in order."""
        return [request["messages"][-1]["content"].rpartition("caption: ")[2] for request in self.requests]

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"

    async def _end(self) -> None:
        self._closing.set()
        assert self._runner is not None
        await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.requests.append(body)
        self.keys.append(request.headers.get("Authorization"))
        self.headers.append(dict(request.headers))
        item = self._script.pop(0) if self._script else None
        await asyncio.sleep(random.random() * self._jitter)
        if item is hang:
            await self._closing.wait()
            return html()
        if callable(item):
            return item()
        return completion(item if item is not None else self._answer(body))
