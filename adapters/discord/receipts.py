"""What a failed call to Discord means for the reply: try again, look first, or give up."""

from __future__ import annotations

import aiohttp
import discord

from bot.events import NotSent, Receipt, Rejected, Unknown

CALL_FAILED = (discord.DiscordException, aiohttp.ClientError, OSError)
"""What a call through discord.py may raise besides mistakes in the program; time-outs are OSErrors."""

_TOO_LARGE = 40005
_GATEWAY_TIMEOUTS = (504, 524)


class NotConnected(Exception):
    """There is no session with Discord at the moment."""


def is_too_large(error: discord.HTTPException) -> bool:
    return error.status == 413 or error.code == _TOO_LARGE


def receipt_of(error: Exception) -> Receipt:
    """The receipt of a call that failed.

    discord.py has already retried 500, 502, 504 and 524 for 25 seconds and waited out short rate limits.
    """
    match error:
        case NotConnected():
            return NotSent("not connected to Discord", retry_after=5.0)
        case discord.RateLimited():
            return NotSent("rate limited", retry_after=error.retry_after)
        case discord.HTTPException():
            return _of_answer(error)
        case aiohttp.ClientConnectorError():
            return NotSent("Discord can't be reached", retry_after=10.0)
        case OSError() | aiohttp.ClientError():
            # The request was on its way when the connection broke: it may have been carried out.
            return Unknown(f"no answer from Discord ({type(error).__name__})")
        case RuntimeError():  # aiohttp: the session was closed, as the client is being replaced
            return NotSent("the connection to Discord was closed", retry_after=5.0)
        case _:
            return Rejected(f"{type(error).__name__}: {error}")


def _of_answer(error: discord.HTTPException) -> Receipt:
    if error.status == 429:
        return NotSent("rate limited", retry_after=_retry_after(error))
    if error.status in _GATEWAY_TIMEOUTS:
        return Unknown(str(error))
    if error.status >= 500:
        return NotSent(str(error), retry_after=15.0)
    if error.status == 401:  # the token was reset: the answer is kept for when it works again
        return NotSent(str(error), retry_after=300.0)
    return Rejected(str(error))


def _retry_after(error: discord.HTTPException) -> float:
    try:
        return float(error.response.headers.get("Retry-After", ""))
    except ValueError:
        return 30.0
