"""diffusers' stock pipeline on the same weights, from JPEG to JPEG as the engine does it.

The engine may take several looks at a picture (see `engine.editing.views`); the stock pipeline takes one by
itself, and as many when it is to do the same work: they are one batch then, and their mean is the result.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image

from engine.bench.ours import Timed
from engine.editing import pictures, views
from engine.editing.editor import Editor
from engine.editing.measures.editors import stock_pipeline
from engine.errors import is_out_of_memory
from engine.jobs import EditJob


class Stock:
    """The pipeline of an editor's own parts, so the weights are in memory once."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._pipe = stock_pipeline(editor)
        self._device = editor.parts.unet.device
        self.looks = editor.defaults.views
        self.steps = editor.defaults.steps

    def variants(self) -> dict[str, int]:
        """Names and looks: as it comes, and doing the same work where the engine looks more than once."""
        return {"stock": 1} | ({"stock_same_looks": self.looks} if self.looks > 1 else {})

    def quickest(self, threads: set[int], job: Callable[[], EditJob]) -> int:
        """Try these numbers of threads, and keep the best one for this process."""
        self.edit([job()], self.looks)
        if self._device.type == "cuda":
            return torch.get_num_threads()
        seconds: dict[int, float] = {}
        for number in sorted(threads):
            torch.set_num_threads(number)
            if len(threads) > 1:
                seconds[number] = min(self.edit([job()], self.looks).seconds for _ in range(2))
        best = min(seconds or threads, key=lambda number: seconds.get(number, 0.0))
        torch.set_num_threads(best)
        return best

    def batch(self, jobs: Sequence[EditJob], looks: int) -> Timed | None:
        """`edit`, or None where so many are too much for the memory."""
        try:
            return self.edit(jobs, looks)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            return None

    def edit(self, jobs: Sequence[EditJob], looks: int) -> Timed:
        """All jobs as one batch."""
        marks = _Marks(self._device)
        begun = time.perf_counter()
        sources = [pictures.decode(job.image)[0].convert("RGB") for job in jobs]
        width, height = self._editor.working_size(sources[0].size)
        crops = [crop for source in sources for crop in _crops(source, (width, height), looks)]
        found = self._paint([job.instruction for job in jobs for _ in range(looks)], crops, marks)
        for index, source in enumerate(sources):
            seen = found[index * looks : (index + 1) * looks]
            pictures.encode(_joined(seen).resize(source.size, Image.Resampling.LANCZOS), as_jpeg=True)
        return Timed(time.perf_counter() - begun, marks.seconds())

    def _paint(self, instructions: list[str], crops: list[Image.Image], marks: _Marks) -> list[Image.Image]:
        parts, defaults = self._editor.parts, self._editor.defaults
        width, height = crops[0].size
        generator = torch.Generator().manual_seed(0)
        shape = (len(crops), parts.vae.config.latent_channels, height // 8, width // 8)

        def step_end(_pipe: Any, _step: int, _timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            marks.add()
            return tensors

        return self._pipe(
            instructions,
            image=crops,
            num_inference_steps=defaults.steps,
            guidance_scale=defaults.text_guidance,
            image_guidance_scale=defaults.image_guidance,
            generator=generator,
            latents=torch.randn(shape, generator=generator).to(parts.unet.dtype),
            callback_on_step_end=step_end,
        ).images


class _Marks:
    """When the steps were done; on a card its own clock tells, as the program runs ahead of it."""

    def __init__(self, device: torch.device) -> None:
        self._on_card = device.type == "cuda"
        self._marks: list[Any] = []

    def add(self) -> None:
        if self._on_card:
            mark = torch.cuda.Event(enable_timing=True)
            mark.record()
            self._marks.append(mark)
        else:
            self._marks.append(time.perf_counter())

    def seconds(self) -> tuple[float, ...]:
        """Read after the edit is done."""
        if self._on_card:
            return tuple(self._marks[0].elapsed_time(mark) / 1000 for mark in self._marks)
        return tuple(self._marks)


def _crops(source: Image.Image, size: tuple[int, int], looks: int) -> list[Image.Image]:
    (width, height), wider = size, views.margin(looks)
    small = source.resize((width + wider, height + wider), Image.Resampling.LANCZOS)
    return [small.crop((x, y, x + width, y + height)) for y, x in views.OFFSETS[:looks]]


def _joined(seen: list[Image.Image]) -> Image.Image:
    if len(seen) == 1:
        return seen[0]
    pixels = torch.from_numpy(np.stack([np.asarray(each) for each in seen])).permute(0, 3, 1, 2).float()
    mean = views.join(pixels)[0].permute(1, 2, 0).numpy()
    return Image.fromarray(mean.round().astype(np.uint8))
