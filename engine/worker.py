"""The worker process: loads the models, then serves jobs from one pipe until told to stop or its parent dies.

In each tick all running edits get one step further, and what they ask of the network is computed in one pass
for all of one size. Waiting questions are answered between any two pieces of that, so a question never waits
for a picture. Torch is imported by the models' loader, not here.
"""

from __future__ import annotations

import importlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue

from engine.batch import by_kind
from engine.config import EngineConfig
from engine.errors import EngineError, is_cuda_error, is_out_of_memory, one_line
from engine.jobs import (
    Cancelled,
    Decision,
    DialogueJob,
    EditJob,
    Failed,
    Job,
    Outcome,
    Step,
)
from engine.messages import (
    Broken,
    Cancel,
    Finished,
    Loading,
    LookedUp,
    Progressed,
    Ready,
    Stop,
    Unable,
    Worked,
    Working,
)
from engine.models import Models, Say
from engine.outlet import LogPipe, Send, outlet
from engine.running import Running

log = logging.getLogger(__name__)


def main(connection: Connection, config: EngineConfig, models: str, log_level: int) -> None:
    """The process's target. `models`: import path "module:function" of `load(config, say) -> Models`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    os.dup2(2, 1)  # what a library prints must not mix with a command's JSON on standard output
    send = outlet(connection)
    logging.basicConfig(level=log_level, format="%(message)s", handlers=[QueueHandler(LogPipe(send))])
    inbox = Inbox(connection)
    inbox.start()
    try:
        loaded = _load(send, config, models)
        if loaded is not None:
            inbox.serving.set()
            send(Ready(loaded.detail, loaded.edits_at_once))
            Server(loaded, inbox.messages, send, config.soft_seconds).serve()
    except (BrokenPipeError, ConnectionResetError):
        pass  # the parent is gone, nobody is left to be told
    os._exit(0)  # nothing to save, and the clean-up of a broken device may hang


def _load(send: Send, config: EngineConfig, models: str) -> Models | None:
    module, _, function = models.partition(":")

    def say(detail: str, limit: float | None) -> None:
        send(Loading(detail, limit))

    try:
        load: Callable[[EngineConfig, Say], Models] = getattr(importlib.import_module(module), function)
        return load(config, say)
    except EngineError as error:
        send(Unable(error.sentence, error.temporary))
    except Exception as error:
        log.debug("start failed", exc_info=True)
        send(Unable(f"The models can't be started ({one_line(error)}).", temporary=True))
    return None


class Inbox(threading.Thread):
    """Reads the pipe all the time: a full pipe never blocks the parent, and its death is seen at once."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(name="inbox", daemon=True)
        self._connection = connection
        self.messages: SimpleQueue[Job | Cancel | Stop] = SimpleQueue()
        self.serving = threading.Event()

    def run(self) -> None:
        try:
            while True:
                message = self._connection.recv()
                if isinstance(message, Stop) and not self.serving.is_set():
                    os._exit(0)
                self.messages.put(message)
        except (EOFError, OSError):
            os._exit(0)  # even in the middle of a step: nobody waits for it any more


class Server:
    def __init__(
        self,
        models: Models,
        inbox: SimpleQueue[Job | Cancel | Stop],
        send: Send,
        soft_seconds: float,
    ) -> None:
        self._models = models
        self._inbox = inbox
        self._send = send
        self._soft_seconds = soft_seconds
        self._questions: dict[str, DialogueJob] = {}
        self._edits: dict[str, Running] = {}
        self._told: dict[str, tuple[int, int]] = {}  # of the caches' hits and misses
        self._stopping = False

    def serve(self) -> None:
        """Returns when told to stop, or when the device can't be trusted any more."""
        try:
            while self._attend():
                self._tick()
        except _DeviceBroken as broken:
            self._send(Broken(str(broken)))
        finally:
            for edit in self._edits.values():
                edit.close()

    def _tick(self) -> None:
        """Every edit goes on until it needs the network, then the network runs: once for each size."""
        for edit in list(self._edits.values()):
            if self._goes_on(edit) and edit.request is None:
                self._advance(edit)
                if not self._attend():
                    return
        groups = by_kind((edit, edit.request) for edit in self._edits.values() if edit.request is not None)
        while groups:
            group = [edit for edit in groups.pop(0) if self._goes_on(edit)]
            if group and not self._predict(group):
                groups[:0] = [[edit] for edit in group]
            if not self._attend():
                return

    def _goes_on(self, edit: Running) -> bool:
        """Whether it was not cancelled since."""
        return self._edits.get(edit.job.id) is edit

    def _attend(self) -> bool:
        """Take in what has come, answer questions; waits if idle. False when told to stop."""
        try:
            self._receive(self._inbox.get(block=not (self._edits or self._stopping)))
            while True:
                self._receive(self._inbox.get_nowait())
        except Empty:
            pass
        if self._questions and not self._stopping:
            jobs = list(self._questions.values())
            self._questions.clear()
            self._decide(jobs)
        return not self._stopping

    def _receive(self, message: Job | Cancel | Stop) -> None:
        match message:
            case DialogueJob():
                self._questions[message.id] = message
            case EditJob():
                self._begin(message)
            case Cancel(job_id):
                self._cancel(job_id)
            case Stop():
                self._stopping = True

    def _begin(self, job: EditJob) -> None:
        self._send(Working((job.id,)))
        try:
            self._edits[job.id] = Running(job, self._models.editor.edit(job))
        except Exception as error:
            self._fail(job.id, error)

    def _cancel(self, job_id: str) -> None:
        edit = self._edits.pop(job_id, None)
        if edit is not None:
            edit.close()
        elif self._questions.pop(job_id, None) is None:
            return  # done already
        self._send(Finished(job_id, Cancelled()))

    def _decide(self, jobs: list[DialogueJob]) -> None:
        self._send(Working(tuple(job.id for job in jobs)))
        started = time.monotonic()
        try:
            decisions = self._models.dialogue.decide(jobs)
            if len(decisions) != len(jobs) or not all(isinstance(each, Decision) for each in decisions):
                raise TypeError(f"{len(jobs)} jobs got {decisions!r:.200}")
        except Exception as error:
            if len(jobs) == 1 or is_cuda_error(error):
                self._fail(jobs[0].id, error)
            else:  # one of them is at fault; the others get their answer
                for job in jobs:
                    self._decide([job])
            return
        self._send(Worked("dialogue", len(jobs), time.monotonic() - started))
        for job, decision in zip(jobs, decisions, strict=True):
            self._finish(job.id, decision)

    def _advance(self, edit: Running) -> None:
        """Its last prediction becomes a step, and its next request is made; or whatever else it has to do."""
        self._send(Working((edit.job.id,)))
        try:
            came = edit.go_on()
            if isinstance(came, Step) and self._tell(edit, came):
                came = edit.go_on()
                if isinstance(came, Step):
                    self._tell(edit, came)
        except Exception as error:
            self._drop(edit)
            self._fail(edit.job.id, error)
            return
        if came is not None and not isinstance(came, Step):
            self._drop(edit)
            self._tell_lookups()
            self._finish(edit.job.id, came)

    def _tell(self, edit: Running, step: Step) -> bool:
        """False when the edit has taken too long and was stopped."""
        self._send(Progressed(edit.job.id, step))
        if edit.seconds <= self._soft_seconds * (1 + len(edit.job.earlier)):
            return True
        self._drop(edit)
        self._finish(
            edit.job.id,
            Failed(
                "That picture took too long, so I stopped. A smaller picture may work.",
                f"stopped after {edit.seconds:.0f} s at step {step.step} of {step.steps}",
                retry=False,
                cause="time_out",
            ),
        )
        return False

    def _predict(self, edits: list[Running]) -> bool:
        """One pass for all. False when it failed, and it takes a pass for each to find the guilty one."""
        self._send(Working(tuple(edit.job.id for edit in edits)))
        started = time.monotonic()
        try:
            answers = self._models.editor.predict([edit.request for edit in edits])
            if len(answers) != len(edits):
                raise TypeError(f"{len(edits)} requests got {len(answers)} answers")
        except Exception as error:
            if is_cuda_error(error):
                self._fail(edits[0].job.id, error)
            log.debug("a pass for %d edits failed", len(edits), exc_info=error)
            if len(edits) == 1:
                edits[0].fail(error)
                return True
            crowded = is_out_of_memory(error)
        else:
            seconds = time.monotonic() - started
            for edit, answer in zip(edits, answers, strict=True):
                edit.answer(answer, seconds / len(edits))
            self._send(Worked("edit", len(edits), seconds))
            return True
        if crowded:  # here, where no traceback holds the tensors of the pass any more
            self._free_memory(edits[0].job.id)
        return False

    def _tell_lookups(self) -> None:
        now = dict(self._models.lookups())
        hits, misses = (
            {cache: counts[which] - self._told.get(cache, (0, 0))[which] for cache, counts in now.items()}
            for which in (0, 1)
        )
        self._told = now
        self._send(LookedUp(hits, misses))

    def _drop(self, edit: Running) -> None:
        del self._edits[edit.job.id]
        edit.close()

    def _finish(self, job_id: str, outcome: Outcome) -> None:
        try:
            self._send(Finished(job_id, outcome))
        except OSError:
            raise  # the pipe
        except Exception as error:  # something in it can't be pickled
            self._fail(job_id, error)

    def _fail(self, job_id: str, error: Exception) -> None:
        """The one job fails; the others go on, unless the device is broken."""
        if is_cuda_error(error):
            raise _DeviceBroken(one_line(error)) from error
        log.debug("job %s failed", job_id, exc_info=error, extra={"job": job_id})
        if is_out_of_memory(error):
            self._free_memory(job_id)
            sentence = (
                "That picture was too much for my memory just now; please try again or send a smaller one."
            )
            failed = Failed(sentence, one_line(error), retry=True, cause="out_of_memory")
            self._send(Finished(job_id, failed))
            return
        sentence = "Something went wrong while I worked on that; please try it once more."
        self._send(Finished(job_id, Failed(sentence, one_line(error), retry=False)))

    def _free_memory(self, job_id: str) -> None:
        try:
            self._models.free_memory()
        except Exception as error:  # cleaning up must not take the other jobs down
            if is_cuda_error(error):
                raise _DeviceBroken(one_line(error)) from error
            why = one_line(error)
            log.warning("memory could not be freed after job %s: %s", job_id, why, extra={"job": job_id})


class _DeviceBroken(Exception):
    """Carries the one line that says why."""
