"""The log: lines to read, or one JSON object each; both tell which job and conversation they are about."""

from __future__ import annotations

import json
import logging
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

LogFormat = Literal["text", "json"]

IDS = ("job", "conversation", "event")

_about: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("about", default=())


@contextmanager
def about(
    *, job: str | None = None, conversation: str | None = None, event: str | None = None
) -> Generator[None, None, None]:
    """Lines written in here, and in tasks begun in here, carry these ids besides those bound before."""
    known = {"job": job, "conversation": conversation, "event": event}
    ids = {**dict(_about.get()), **{name: value for name, value in known.items() if value is not None}}
    token = _about.set(tuple(ids.items()))
    try:
        yield
    finally:
        _about.reset(token)


def set_up(level: str, form: LogFormat) -> None:
    """Log to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.basicConfig(level=level, handlers=[handler])


def _ids(record: logging.LogRecord) -> dict[str, str]:
    """What a line is about. Formatters run where the line is written, so its context is the present one."""
    own = {name: str(getattr(record, name)) for name in IDS if hasattr(record, name)}
    return {**own, **dict(_about.get())}


class TextLines(logging.Formatter):
    """Ids that the message doesn't name itself are put behind it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:
        line = super().formatMessage(record)
        unsaid = [f"{name} {value}" for name, value in _ids(record).items() if value not in record.message]
        return f"{line} ({', '.join(unsaid)})" if unsaid else line


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, the ids, and error for a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_ids(record),
        }
        # A filter may have put a traceback without its secrets into `exc_text`.
        error = record.exc_text or (self.formatException(record.exc_info) if record.exc_info else None)
        if error:
            line["error"] = error
        return json.dumps(line)
