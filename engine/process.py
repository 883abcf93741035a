"""One worker process and the two threads that talk with it, so that the event loop never waits for a pipe."""

from __future__ import annotations

import logging
import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import wait
from queue import SimpleQueue

from engine import worker
from engine.config import EngineConfig
from engine.errors import one_line
from engine.jobs import Job
from engine.messages import Cancel, Died, FromWorker, Stop

log = logging.getLogger(__name__)

EXIT_SECONDS = 10.0  # between the worker's last word and its end

_spawn = multiprocessing.get_context("spawn")  # CUDA does not survive a fork


class WorkerProcess:
    """`deliver` is called in a thread with every message, and with `Died` as the very last one, always."""

    def __init__(
        self, config: EngineConfig, models: str, deliver: Callable[[FromWorker | Died], None]
    ) -> None:
        self._deliver = deliver
        self._connection, self._far_end = _spawn.Pipe()
        self._process = _spawn.Process(
            target=worker.main,
            args=(self._far_end, config, models, logging.getLogger().getEffectiveLevel()),
            name="dialogpaint-worker",
            daemon=True,  # killed when this process ends without having stopped it
        )
        self._outbox: SimpleQueue[Job | Cancel | Stop | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._killed = False

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def start(self) -> None:
        """Returns at once; the process is spawned by the thread that reads from it."""
        threading.Thread(target=self._live, name="dialogpaint-worker-reader", daemon=True).start()

    def send(self, message: Job | Cancel | Stop) -> None:
        self._outbox.put(message)

    def kill(self) -> None:
        with self._lock:
            self._killed = True
            if self._process.pid is not None:
                self._process.kill()

    def _live(self) -> None:
        exit_code = None
        try:
            with self._lock:
                if self._killed:
                    return
                self._process.start()
            self._far_end.close()  # so that the worker's death closes the pipe
            writer = threading.Thread(target=self._write, name="dialogpaint-worker-writer", daemon=True)
            writer.start()
            self._read()
            self._process.join(EXIT_SECONDS)
            self._process.kill()  # does nothing when it has ended
            self._process.join()
            exit_code = self._process.exitcode
            self._outbox.put(None)
            writer.join()
        except Exception as error:
            log.error("the worker process could not be run: %s", one_line(error))
        finally:
            self._far_end.close()
            self._connection.close()
            self._deliver(Died(exit_code))

    def _read(self) -> None:
        """Until the worker has ended and everything it said was read."""
        try:
            while True:
                wait([self._connection, self._process.sentinel])
                if not self._connection.poll():
                    return
                self._deliver(self._connection.recv())
        except (EOFError, OSError):
            return

    def _write(self) -> None:
        try:
            while (message := self._outbox.get()) is not None:
                self._connection.send(message)
        except OSError:
            return  # the reader sees the death, too
        except Exception as error:
            log.error("a job could not be sent to the worker: %s", one_line(error))
            self.kill()
