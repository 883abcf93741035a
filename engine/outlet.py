"""The worker's end of the pipe: what it has to say, its log included, one message after the other."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

from engine.messages import FromWorker, Logged

Send = Callable[[FromWorker], None]


def outlet(connection: Connection) -> Send:
    """`connection.send` for several threads: a library may log from one of its own."""
    lock = threading.RLock()  # sending may log

    def send(message: FromWorker) -> None:
        with lock:
            connection.send(message)

    return send


class LogPipe:
    """The queue behind a `logging.handlers.QueueHandler`: the parent writes all lines, each with its ids."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def put_nowait(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError):  # the parent is gone, nobody reads any more
            self._send(Logged(record))
