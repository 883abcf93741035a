"""One worker process and the two threads that talk with it, so that the event loop never waits for a pipe."""

from __future__ import annotations

import logging
import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
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
        self._config = config
        self._models = models
        self._deliver = deliver
        self._process: SpawnProcess | None = None
        self._outbox: SimpleQueue[Job | Cancel | Stop | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._killed = False

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Returns at once; the process is spawned by the thread that reads from it."""
        threading.Thread(target=self._live, name="dialogpaint-worker-reader", daemon=True).start()

    def send(self, message: Job | Cancel | Stop) -> None:
        self._outbox.put(message)

    def kill(self) -> None:
        with self._lock:
            self._killed = True
            if self._process is not None:
                self._process.kill()

    def _live(self) -> None:
        """The whole life of the process, from its start to its last word."""
        exit_code = None
        try:
            near_end, far_end = _spawn.Pipe()
            with near_end:
                process = self._start(far_end)
                far_end.close()  # here, so that the worker's death closes the pipe
                if process is not None:
                    exit_code = self._serve(process, near_end)
        except Exception as error:
            log.error("the worker process could not be run: %s", one_line(error))
        finally:
            self._deliver(Died(exit_code))

    def _start(self, far_end: Connection) -> SpawnProcess | None:
        process = _spawn.Process(
            target=worker.main,
            args=(far_end, self._config, self._models, logging.getLogger().getEffectiveLevel()),
            name="dialogpaint-worker",
            daemon=True,  # killed when this process ends without having stopped it
        )
        with self._lock:
            if self._killed:
                return None
            process.start()
            self._process = process
        return process

    def _serve(self, process: SpawnProcess, near_end: Connection) -> int | None:
        writer = threading.Thread(
            target=self._write, args=(near_end,), name="dialogpaint-worker-writer", daemon=True
        )
        writer.start()
        try:
            while wait([near_end, process.sentinel]) and near_end.poll():
                self._deliver(near_end.recv())
        except (EOFError, OSError):
            pass  # it has closed its end
        finally:
            process.join(EXIT_SECONDS)
            process.kill()  # does nothing when it has ended
            process.join()
            self._outbox.put(None)
            writer.join()
        return process.exitcode

    def _write(self, near_end: Connection) -> None:
        try:
            while (message := self._outbox.get()) is not None:
                near_end.send(message)
        except OSError:
            return  # it is dead, which the reader sees as well
        except Exception as error:
            job = message.id if isinstance(message, Job) else "?"  # nothing else can fail to be pickled
            log.error("job %s could not be sent to the worker: %s", job, one_line(error), extra={"job": job})
            self.kill()
