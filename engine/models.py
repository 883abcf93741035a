"""Load the real models: find weights, choose the device, load, warm up. Runs in the worker process only."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from engine.batch import Edits, alone
from engine.config import EngineConfig
from engine.errors import EngineError, WeightsError, is_cuda_error, is_out_of_memory, one_line
from engine.jobs import PREVIEW_SECONDS, Decision, DialogueJob, EditJob, Turn
from engine.messages import Pace
from engine.sources import resolve, resolve_checker

if TYPE_CHECKING:
    from engine.device import Compute

LOAD_SECONDS = 600.0  # a cold disk and a full-size model need two minutes; longer than this is a hang
PREVIEW_SHARE = 0.2  # of the worker's time: the pictures themselves go first
SMALL_BYTES = 100_000_000  # weights; the starter's are a third of it

Say = Callable[[str, float | None], None]
"""Tells what the start is busy with, and after how many seconds it must be a hang (None: can't tell)."""

T = TypeVar("T")


class Decides(Protocol):
    def decide(self, jobs: Sequence[DialogueJob]) -> list[Decision]:
        """One decision per job, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Models:
    """`detail` says where the models run; `free_memory` gives back what a failed job has left cached.

    `edits_at_once`: how many edits the worker is to be given at the same time. `pace` is what the warm-up
    took, for the first forecast of how long people have to wait. `lookups`: the hits and misses of each of
    its caches so far.
    """

    dialogue: Decides
    editor: Edits
    detail: str
    free_memory: Callable[[], None]
    edits_at_once: int
    pace: Pace | None = None
    lookups: Callable[[], Mapping[str, tuple[int, int]]] = dict


def load(config: EngineConfig, say: Say) -> Models:
    """Raises `EngineError` with one sentence for the admin."""
    say("Looking for the weights.", None)

    def found(progress: str) -> None:
        say(progress, None)

    dialogue_folder = resolve("dialogue", config.dialogue, config.dialogue_revision, found)
    editor_folder = resolve("editor", config.editor, config.editor_revision, found)
    checker_folder = resolve_checker(config, found)

    say("Starting torch.", LOAD_SECONDS)
    import diffusers
    import torch
    import transformers

    from engine.device import choose
    from engine.dialogue.model import DialogueModel
    from engine.editing.editor import Editor
    from engine.editing.previews import Previews
    from engine.finite import check_finite

    transformers.utils.logging.disable_progress_bar()
    diffusers.utils.logging.disable_progress_bar()
    folders = [folder for folder in (dialogue_folder, editor_folder, checker_folder) if folder]
    torch.set_num_threads(config.threads or threads_for(*folders))
    compute = choose(config.device)
    say("Loading the models.", LOAD_SECONDS)
    dialogue = _load(dialogue_folder, lambda: DialogueModel.load(dialogue_folder, *compute))
    check_finite(dialogue.model, dialogue_folder)
    guidance = (config.text_guidance, config.image_guidance)
    how = (config.steps, *guidance, config.preset, config.scheduler)
    load_editor = partial(Editor.load, editor_folder, *compute, *how)
    painter = _load(editor_folder, load_editor)
    painter.previews = Previews(PREVIEW_SECONDS, PREVIEW_SHARE)
    editor: Edits = painter
    if checker_folder is not None:
        from engine.safety.checker import SafetyChecker
        from engine.safety.guard import Guard

        load_checker = partial(SafetyChecker.load, checker_folder, compute.device)
        editor = Guard(editor, _load(checker_folder, load_checker))
    say("Warming up.", LOAD_SECONDS)
    _load(dialogue_folder, lambda: dialogue.decide([_QUESTION]))
    shapes = _SHAPES if compute.device.type == "cuda" else _SHAPES[:1]
    pace = _load(editor_folder, lambda: [_first_steps(editor, shape) for shape in shapes])[0]
    checked = ", with a safety check" if checker_folder else ""
    at_once = config.edits_at_once or _edits_at_once(compute, *folders)
    detail = f"Ready on {compute}{checked}."
    return Models(dialogue, editor, detail, painter.free_memory, at_once, pace, painter.caches.lookups)


_QUESTION = DialogueJob("warm-up", "warm-up", (Turn("user", "can you change the background?"),))


_SHAPES = ((256, 256), (320, 240), (240, 320))  # what most pictures are like


def _first_steps(editor: Edits, size: tuple[int, int]) -> Pace | None:
    """The first step sets up nearly all that later ones use, on a card the second records the network; the
    last one shows the pace. The decoder has run by then, too."""
    from PIL import Image

    png = BytesIO()
    Image.new("RGB", size, (120, 130, 140)).save(png, "PNG")
    job = EditJob("warm-up", "warm-up", png.getvalue(), "make it winter", seed=0)
    steps = alone(editor.edit(job), editor.predict)
    pace = None
    next(steps, None)
    for _ in range(2):
        began = time.perf_counter()
        step = next(steps, None)
        if step is not None:
            pace = Pace(time.perf_counter() - began, step.steps)
    steps.close()
    return pace


def threads_for(*folders: Path) -> int:
    """All cores, or one for small networks: there a second one gains a tenth on an idle machine, and on a
    busy one the threads wait for each other, which makes an edit two to three times slower."""
    return 1 if _small(*folders) else os.cpu_count() or 1


def _edits_at_once(compute: Compute, *folders: Path) -> int:
    """As many as share a pass at a gain: a card has room for more of them, a CPU that is busy with one
    picture for none. Two there all the same, so that a short edit need not wait for a long one."""
    if compute.device.type == "cuda":
        return 8
    return 4 if _small(*folders) else 2


def _small(*folders: Path) -> bool:
    size = sum(file.stat().st_size for folder in folders for file in folder.rglob("*.safetensors"))
    return size < SMALL_BYTES


def _load(folder: Path, action: Callable[[], T]) -> T:
    """Run `action`, which loads or tries the weights in `folder`; an error is a sentence that names it."""
    try:
        return action()
    except EngineError:
        raise
    except Exception as error:
        temporary = is_out_of_memory(error) or is_cuda_error(error)
        raise WeightsError(
            f"The weights in {folder} can't be used ({one_line(error)}).", temporary=temporary
        ) from error
