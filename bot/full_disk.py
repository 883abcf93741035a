"""What people see while the disk is full: one line each, taken away when what they asked for goes on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from bot import replies
from bot.events import ConversationRef, MessageRef, Platform, StatusUpdate
from bot.ids import new_id
from bot.ports import Adapter

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Patient:
    """Somebody whose message or picture is being kept. `key` names the line that they see."""

    place: ConversationRef
    key: str = field(default_factory=new_id)
    shown: asyncio.Task[MessageRef | None] | None = None
    over: bool = False


_patient: ContextVar[Patient | None] = ContextVar("patient", default=None)


class FullDisk:
    """Call it when something can't be kept: it tells whoever `waiting` is open for, once.

    It can't be an answer like others, as those are kept before they are sent. A status message is shown at
    once, and losing it is no harm.
    """

    def __init__(self, adapters: Mapping[Platform, Adapter]) -> None:
        self._adapters = adapters
        self._tasks: set[asyncio.Task[None]] = set()

    @contextmanager
    def waiting(self, place: ConversationRef) -> Generator[None]:
        """What happens inside is done for the people at `place`."""
        patient = Patient(place)
        before = _patient.set(patient)
        try:
            yield
        finally:
            _patient.reset(before)
            patient.over = True
            if patient.shown is not None:
                clearing = asyncio.create_task(self._clear(place, patient.shown))
                self._tasks.add(clearing)
                clearing.add_done_callback(self._tasks.discard)

    def __call__(self) -> None:
        patient = _patient.get()
        if patient is None or patient.over or patient.shown is not None:
            return
        adapter = self._adapters.get(patient.place.platform)
        if adapter is not None:
            line = StatusUpdate(patient.key, patient.place, replies.DISK_FULL)
            patient.shown = asyncio.create_task(_show(adapter, line))

    async def _clear(self, place: ConversationRef, shown: asyncio.Task[MessageRef | None]) -> None:
        message = await shown
        adapter = self._adapters.get(place.platform)
        if message is not None and adapter is not None:
            await adapter.clear_status(message)


async def _show(adapter: Adapter, line: StatusUpdate) -> MessageRef | None:
    try:
        return await adapter.show_status(line)
    except Exception:  # adapters don't raise; this one is shown in a task that nobody else looks after
        log.exception("an adapter broke")
        return None
