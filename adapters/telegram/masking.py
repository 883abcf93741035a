"""The bot token never reaches a log, though Telegram puts it into every URL.

httpx logs each URL at INFO and python-telegram-bot its base URL at DEBUG, so both are quietened; `TokenMask`
covers what is left (an exception text that quotes a URL, another library's log line).
"""

from __future__ import annotations

import logging
import re
import traceback

TALKATIVE = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "telegram": logging.INFO,
    "telegram.ext.AIORateLimiter": logging.CRITICAL,  # and one for every 429
    "telegram.request.BaseRequest": logging.CRITICAL,  # a traceback for every 502; we report those ourselves
}


def quieten_libraries() -> None:
    """Raise the levels of the libraries that log URLs; call before the `Bot` is made."""
    for name, level in TALKATIVE.items():
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, level))


class TokenMask(logging.Filter):
    """Replaces the token in messages and tracebacks. Sits on handlers: there every logger's records pass."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = re.compile(re.escape(token).replace(":", "(?::|%3A)"))
        self._handlers: list[logging.Handler] = []

    def install(self) -> None:
        for handler in logging.getLogger().handlers:
            if handler not in self._handlers:
                handler.addFilter(self)
                self._handlers.append(handler)

    def remove(self) -> None:
        while self._handlers:
            self._handlers.pop().removeFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if self._token.search(message):
            record.msg, record.args = self._token.sub("<token>", message), None
        if record.exc_info and record.exc_info[0] is not None:
            text = "".join(traceback.format_exception(*record.exc_info)).rstrip()
            if self._token.search(text):
                # Handlers print `exc_text` where it is set, and don't format the exception again.
                record.exc_info, record.exc_text = None, self._token.sub("<token>", text)
        return True
