"""Who may talk to the web chat: the right host name, the right origin, a browser session of one's own.

The chat has no accounts. What keeps people's pictures apart is one unguessable cookie per browser; what keeps
other web sites out is the check of `Host` (DNS rebinding) and `Origin` (forged requests).
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import secrets
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

COOKIE = "dialogpaint"
COOKIE_SECONDS = 400 * 24 * 3600  # the longest that browsers keep one
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # secrets.token_urlsafe(32)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Refused(Exception):
    """A request is turned down with an HTTP status and one sentence for the person."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def space_of(token: str) -> str:
    """A session's name in the store: a hash, so that the cookie itself is kept nowhere."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def session_id(request: web.Request) -> str:
    """The name of this browser's session.

    Raises `Refused` (401) when the browser has none yet; the page then asks for one.
    """
    token = request.cookies.get(COOKIE, "")
    if not _TOKEN.fullmatch(token):
        raise Refused(401, "This browser has no session yet; please reload the page.")
    return space_of(token)


def keep_session(request: web.Request, response: web.Response) -> None:
    """Give the browser a session, or make the one that it has last longer."""
    token = request.cookies.get(COOKIE, "")
    if not _TOKEN.fullmatch(token):
        token = secrets.token_urlsafe(32)
    response.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=request.headers.get("X-Forwarded-Proto") == "https",
    )


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """The same strict headers on everything, by aiohttp's `on_response_prepare`."""
    response.headers.update(HEADERS)
    response.headers.setdefault(hdrs.CACHE_CONTROL, "no-cache")


def is_loopback(host: str) -> bool:
    """Whether a host, without its port, can only be this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _named_local(request: web.Request) -> bool:
    try:
        return is_loopback(urlsplit(f"//{request.host}").hostname or "")
    except ValueError:  # half a bracket
        return False


def doorkeeper(bound_to: str) -> Middleware:
    """Refuses requests that came through a foreign name or from a foreign page.

    Only a chat bound to this machine knows which names are its own; on any other address the proxy before it
    must answer for the name, and what is left to check is the browser's own word (`Sec-Fetch-Site`).
    """
    local = is_loopback(bound_to)

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if local and not _named_local(request):
            raise Refused(403, "This chat answers only to the name localhost.")
        if (
            request.method not in ("GET", "HEAD")
            or request.headers.get(hdrs.UPGRADE, "").lower() == "websocket"
        ):
            origin = request.headers.get(hdrs.ORIGIN)
            foreign = request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin"
            if foreign or (local and origin not in (None, f"http://{request.host}")):
                raise Refused(403, "This chat takes messages only from its own page.")
        return await handler(request)

    return check
