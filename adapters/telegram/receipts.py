"""What an error of the Bot API means for a message that was to be sent.

Classes and their traps: python-telegram-bot's `telegram.error`; `BadRequest` and `TimedOut` are subclasses of
`NetworkError`, and 401 and 404 both come as `InvalidToken`.
"""

from __future__ import annotations

import datetime as dt

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.events import NotSent, Receipt, Rejected, Unknown

NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
TOKEN_REFUSED_PAUSE = 60.0
FLOODED = "Telegram asks to wait"


def seconds(error: RetryAfter) -> float:
    """The wait that Telegram asks for; an int, or a timedelta when PTB_TIMEDELTA is set."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, dt.timedelta) else float(wait)


def receipt_of(error: TelegramError) -> Receipt:
    """The receipt for a call that raised `error`."""
    if isinstance(error, RetryAfter):
        return NotSent(FLOODED, seconds(error))
    if isinstance(error, InvalidToken):
        return NotSent("Telegram does not accept the bot token", TOKEN_REFUSED_PAUSE)
    if isinstance(error, ChatMigrated):
        return NotSent("the group got a new id")
    if isinstance(error, Forbidden | BadRequest):
        return Rejected(error.message)
    if isinstance(error.__cause__, NEVER_LEFT):
        return NotSent(f"no connection to Telegram ({error.message})")
    if isinstance(error, TimedOut):
        return Unknown("Telegram did not answer in time")
    if is_too_large(error):
        return Rejected("the file is larger than Telegram takes")
    return Unknown(error.message)


def is_too_large(error: TelegramError) -> bool:
    """The server, or one before it, takes no file of this size."""
    return isinstance(error, NetworkError) and error.message.startswith("Request Entity Too Large")


def may_not_send(error: BadRequest) -> bool:
    """The group's administrators let nobody, or not the bot, send this kind of file."""
    text = error.message.lower()
    kinds = ("photos", "documents", "docs", "media")
    return any(f"not enough rights to send {kind}" in text or f"chat_send_{kind}_" in text for kind in kinds)


def unchanged(error: BadRequest) -> bool:
    """The message already shows exactly this: an edit that came through before."""
    return "message is not modified" in error.message.lower()


def not_editable(error: BadRequest) -> bool:
    """The message is gone, or is a picture where a text should go: only a new message helps."""
    text = error.message.lower()
    return any(
        sign in text
        for sign in (
            "message to edit not found",
            "message can't be edited",
            "message_id_invalid",
            "there is no text in the message to edit",
        )
    )


def not_a_photo(error: BadRequest) -> bool:
    """Telegram can't show this file as a photo, though it may take it as a document."""
    text = error.message.lower()
    signs = ("photo_invalid_dimensions", "image_process_failed", "photo_save", "file is too big")
    return any(sign in text for sign in signs)
