"""Load the real models: find weights, choose the device, load, warm up. Runs in the worker process only."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from engine.config import EngineConfig
from engine.errors import EngineError, WeightsError, is_cuda_error, is_out_of_memory, one_line
from engine.jobs import Decision, DialogueJob, Edited, EditJob, Refused, Step, Turn
from engine.messages import Pace
from engine.sources import resolve, resolve_checker

if TYPE_CHECKING:
    from engine.device import Compute

LOAD_SECONDS = 600.0  # a cold disk and a full-size model need two minutes; longer than this is a hang
SMALL_BYTES = 100_000_000  # weights; the starter's are a third of it

Say = Callable[[str, float | None], None]
"""Tells what the start is busy with, and after how many seconds it must be a hang (None: can't tell)."""

T = TypeVar("T")


class Decides(Protocol):
    def decide(self, jobs: Sequence[DialogueJob]) -> list[Decision]:
        """One decision per job, in order."""
        ...


class Edits(Protocol):
    def edit(self, job: EditJob) -> Generator[Step, None, Edited | Refused]:
        """Yields after each denoising step and returns the outcome; closing the generator cancels."""
        ...


@dataclass(frozen=True, slots=True)
class Models:
    """`detail` says where the models run; `free_memory` gives back what a failed job has left cached.

    `pace` is what the warm-up took, for the first forecast of how long people have to wait.
    """

    dialogue: Decides
    editor: Edits
    detail: str
    free_memory: Callable[[], None]
    pace: Pace | None = None


def load(config: EngineConfig, say: Say) -> Models:
    """Raises `EngineError` with one sentence for the admin."""
    say("Looking for the weights.", None)
    dialogue_folder = resolve("dialogue", config.dialogue, config.dialogue_revision)
    editor_folder = resolve("editor", config.editor, config.editor_revision)
    checker_folder = resolve_checker(config)

    say("Starting torch.", LOAD_SECONDS)
    import diffusers
    import torch
    import transformers

    from engine.device import choose
    from engine.dialogue.model import DialogueModel
    from engine.editing.editor import Editor

    transformers.utils.logging.disable_progress_bar()
    diffusers.utils.logging.disable_progress_bar()
    folders = [folder for folder in (dialogue_folder, editor_folder, checker_folder) if folder]
    torch.set_num_threads(config.threads or _threads(*folders))
    compute = choose(config.device)
    say("Loading the models.", LOAD_SECONDS)
    dialogue = _load(dialogue_folder, lambda: DialogueModel.load(dialogue_folder, *compute))
    guidance = (config.text_guidance, config.image_guidance)
    load_editor = partial(Editor.load, editor_folder, *compute, config.steps, *guidance)
    editor: Edits = _load(editor_folder, load_editor)
    if checker_folder is not None:
        from engine.safety.checker import SafetyChecker
        from engine.safety.guard import Guard

        load_checker = partial(SafetyChecker.load, checker_folder, compute.device)
        editor = Guard(editor, _load(checker_folder, load_checker))
    say("Warming up.", LOAD_SECONDS)
    _load(dialogue_folder, lambda: dialogue.decide([_QUESTION]))
    pace = _load(editor_folder, lambda: _first_steps(editor))
    checked = ", with a safety check" if checker_folder else ""
    return Models(dialogue, editor, f"Ready on {compute}{checked}.", _free_memory(compute), pace)


_QUESTION = DialogueJob("warm-up", "warm-up", (Turn("user", "can you change the background?"),))


def _first_steps(editor: Edits) -> Pace | None:
    """The first step compiles and allocates nearly all that later ones use; the second shows their pace."""
    from PIL import Image

    png = BytesIO()
    Image.new("RGB", (256, 256), (120, 130, 140)).save(png, "PNG")
    steps = editor.edit(EditJob("warm-up", "warm-up", png.getvalue(), "make it winter", seed=0))
    first = next(steps, None)
    began = time.perf_counter()
    second = next(steps, None) if first is not None else None
    seconds = time.perf_counter() - began
    steps.close()
    return Pace(seconds, second.steps) if second is not None else None


def _threads(*folders: Path) -> int:
    """All cores, or one for small networks: there a second one gains a tenth on an idle machine, and on a
    busy one the threads wait for each other, which makes an edit two to three times slower."""
    size = sum(file.stat().st_size for folder in folders for file in folder.rglob("*.safetensors"))
    return 1 if size < SMALL_BYTES else os.cpu_count() or 1


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


def _free_memory(compute: Compute) -> Callable[[], None]:
    import gc

    import torch

    def free() -> None:
        gc.collect()
        if compute.device.type == "cuda":
            torch.cuda.empty_cache()

    return free
