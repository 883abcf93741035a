"""What the engine needs to know. The bot's settings are mapped onto this; the engine reads no file itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Preset = Literal["quality", "balanced", "fast"]
Scheduler = Literal["euler-a", "dpm++", "unipc", "ddim"]


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """Picklable: the worker process gets it unchanged.

    `dialogue` and `editor` are "starter", a folder, or a Hub id with its pinned revision. None for steps and
    guidance scales means what the weights recommend. `safety_checker` is "auto" (the one that the editor's
    weights bring, if any), "off", a folder or a Hub id. `preset`: what an edit leaves out to be quicker, see
    `engine.editing.presets`. `scheduler`: None for the weights' own. Both time limits count the seconds that
    the worker spent on the one job, not those it spent on others in between, and its share of what several
    were given together. `edits_at_once`: so many advance together, None for what suits the device. The bounds
    count jobs that wait or run, messages and pictures each by themselves. `threads`: CPU threads of the
    worker, None for what suits the weights.
    """

    device: Literal["auto", "cpu", "cuda"] = "auto"
    dialogue: str = "starter"
    dialogue_revision: str | None = None
    editor: str = "starter"
    editor_revision: str | None = None
    safety_checker: str = "auto"
    safety_checker_revision: str | None = None
    preset: Preset = "quality"
    scheduler: Scheduler | None = None
    steps: int | None = None
    text_guidance: float | None = None
    image_guidance: float | None = None
    soft_seconds: float = 120.0
    hard_seconds: float = 180.0
    edits_at_once: int | None = None
    waiting_per_user: int = 3
    waiting_per_group: int = 8
    waiting_in_all: int = 50
    threads: int | None = None
