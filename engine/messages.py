"""What goes through the pipe between the engine and its worker process, besides jobs. All are picklable."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from engine.jobs import Kind, Outcome, Step

# ---------------------------------------------------------------- to the worker


@dataclass(frozen=True, slots=True)
class Cancel:
    job_id: str


@dataclass(frozen=True, slots=True)
class Stop:
    """End between two steps; at once while the models are being loaded."""


# ---------------------------------------------------------------- from the worker


@dataclass(frozen=True, slots=True)
class Loading:
    """The next part of the start. `limit`: seconds after which it hangs; None where nobody can tell."""

    detail: str
    limit: float | None


@dataclass(frozen=True, slots=True)
class Ready:
    """Models are loaded and warm; `detail` says which, and where they run. `edits_at_once`: to be sent."""

    detail: str
    edits_at_once: int


@dataclass(frozen=True, slots=True)
class Unable:
    """The worker can't start and ends; `sentence` is for the admin."""

    sentence: str
    temporary: bool


@dataclass(frozen=True, slots=True)
class Working:
    """The worker turns to these jobs together now: sent before each piece of work, so that we know whom to
    blame."""

    job_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Progressed:
    job_id: str
    step: Step


@dataclass(frozen=True, slots=True)
class Finished:
    job_id: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Broken:
    """The device can't be trusted any more; the worker ends. `error` is one line."""

    error: str


@dataclass(frozen=True, slots=True)
class Worked:
    """So many messages were answered in one batch, or so many edits went through the network in one pass."""

    kind: Kind
    batch: int
    seconds: float


@dataclass(frozen=True, slots=True)
class LookedUp:
    """Look-ups in the worker's caches since the last such message; keys: the caches' names."""

    hits: Mapping[str, int]
    misses: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of the worker's log, to be written with all others; its `job`, if it has one, is a job's id."""

    record: logging.LogRecord


FromWorker = Loading | Ready | Unable | Working | Progressed | Finished | Broken | Worked | LookedUp | Logged


@dataclass(frozen=True, slots=True)
class Died:
    """The last word about a worker, said by the process that watched it: it is gone and reaped."""

    exit_code: int | None
