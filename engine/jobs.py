"""What crosses the border of the engine: jobs in, progress and one outcome out. No torch in here.

All values are frozen and picklable: they travel to the worker process unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

Act = Literal["ask", "edit", "undo", "reset", "chat"]

PREVIEW_SECONDS = 1.0  # platforms allow about one edit of a message a second


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said. The bot's turns are what the user read."""

    speaker: Literal["user", "bot"]
    text: str


@dataclass(frozen=True, slots=True)
class DialogueJob:
    """Decide what the newest user turn means.

    `applied`: instructions that made the current picture, oldest first. `may_ask`: False once two questions
    were asked for this wish, so that the most likely thing is done.
    """

    id: str
    user: str
    turns: tuple[Turn, ...]
    applied: tuple[str, ...] = ()
    may_ask: bool = True
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One instruction of a series, with the seed and the scales that it was carried out with."""

    instruction: str
    seed: int
    text_guidance: float | None = None
    image_guidance: float | None = None


@dataclass(frozen=True, slots=True)
class EditJob:
    """Edit one picture. `image` is an encoded PNG or JPEG at full resolution, upright, without metadata.

    `text_guidance` is s_T and `image_guidance` s_I of the paper's equation 3; None: the weights' own default.
    `earlier` rounds are carried out on it first, oldest first, with nothing encoded between the rounds.
    `safety_check`: whether the picture and what becomes of it are looked at, where there is a safety checker.
    """

    id: str
    user: str
    image: bytes = field(repr=False)
    instruction: str
    seed: int
    text_guidance: float | None = None
    image_guidance: float | None = None
    group: str | None = None
    safety_check: bool = True
    earlier: tuple[Round, ...] = ()


Job = DialogueJob | EditJob


# ---------------------------------------------------------------- outcomes: exactly one per job


@dataclass(frozen=True, slots=True)
class Decision:
    """`text` is what the user reads (the question, the small talk, or the summary of the edit)."""

    act: Act
    text: str
    instruction: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Edited:
    """`image` has the source's size unless the instruction changes it; JPEG if the source was, else PNG.

    All but the picture is of the job's own instruction, whatever rounds went before. `editor` is "diffusion"
    where any part was painted. `summary` is set when the editor knows better than the dialogue model what was
    done. `text_guidance` and `image_guidance` are the scales that were used; None where the edit has none.
    """

    image: bytes = field(repr=False)
    mime: str
    width: int
    height: int
    editor: Literal["exact", "diffusion"]
    seed: int
    seconds: float
    summary: str | None = None
    text_guidance: float | None = None
    image_guidance: float | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The job can't be done and never will be; `sentence` is for the person who asked.

    `reason`: one line for the admin where the sentence doesn't say it all.
    """

    sentence: str
    reason: str | None = None


Death = Literal["hung", "died", "device", "unable"]
"""Why a worker is gone: killed as it hung, dead by itself, on a broken device, or never able to start."""

Cause = Literal["error", "out_of_memory", "time_out", Death, "stopped"]
"""The class of a failure, for counting: the job's own error, or what became of the worker or the engine."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Something broke. `sentence` is for the person, `error` one line for the admin."""

    sentence: str
    error: str
    retry: bool = True
    cause: Cause = "error"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Cancelled by its id, queued or running."""


Outcome = Decision | Edited | Refused | Failed | Cancelled


# ---------------------------------------------------------------- progress


@dataclass(frozen=True, slots=True)
class Waiting:
    """`place` counts from 1; `eta` is in seconds, None while nothing has been measured."""

    place: int
    eta: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Denoising step `step` of `steps` is done; `preview` is a small JPEG or None.

    The engine tells every step, and shows a preview once in `PREVIEW_SECONDS`.
    """

    step: int
    steps: int
    preview: bytes | None = field(default=None, repr=False)


Progress = Waiting | Step


class QueueFull(Exception):
    """Raised by `submit`; the message is one sentence for the person (who waits, how long)."""


State = Literal["loading", "ready", "restarting", "stopped"]


@dataclass(frozen=True, slots=True)
class Status:
    """Health of the engine. `detail` is one sentence for the admin."""

    state: State
    detail: str
    waiting: int
    running: int


Kind = Literal["dialogue", "edit"]


class Observer:
    """Told what happens in the engine, from the event loop's thread. This one takes no notes."""

    def turned_away(self, kind: Kind) -> None:
        """The line was full."""

    def waited(self, kind: Kind, seconds: float) -> None:
        """A job was given to the worker for the first time."""

    def worked(self, kind: Kind, batch: int, seconds: float) -> None:
        """The worker answered `batch` messages, or advanced `batch` edits by one step, all together."""

    def looked_up(self, hits: Mapping[str, int], misses: Mapping[str, int]) -> None:
        """The worker looked into its caches so often; keys: the caches' names."""

    def ended(self, kind: Kind, outcome: Outcome, seconds: float | None) -> None:
        """A job has its outcome. `seconds` since it was first given to the worker; None: it never was."""

    def restarted(self, cause: Death) -> None:
        """The worker is gone and a new one will be started."""


class Engine(Protocol):
    """The one way to the models. Calls are made from the event loop's thread."""

    def observe(self, observer: Observer) -> None:
        """Tell this one from now on what happens."""
        ...

    async def start(self) -> None:
        """Spawn the worker; returns at once, jobs wait until it is ready."""
        ...

    async def stop(self) -> None: ...

    async def run(self, job: Job, on_progress: Callable[[Progress], None] | None = None) -> Outcome:
        """Queue a job, wait for its one outcome; raises `QueueFull`. Cancelling the task cancels the job."""
        ...

    def cancel(self, job_id: str) -> bool:
        """Cancel one job by id, queued or running; False when there is no such job."""
        ...

    def status(self) -> Status: ...
