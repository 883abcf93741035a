"""Edits pictures: exactly where a photo tool does precisely what was asked, else by InstructPix2Pix."""

from __future__ import annotations

import json
import time
from collections.abc import Generator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from engine.editing import merge, pictures, sampler, series
from engine.editing.change import Change
from engine.editing.exact import CannotApply
from engine.editing.knowledge import Knowledge, read_knowledge
from engine.editing.loading import Components, load_components
from engine.editing.region import Region
from engine.jobs import Edited, EditJob, Refused, Step

PREVIEW_SIDE = 320


@dataclass(frozen=True, slots=True)
class Defaults:
    """How weights want to be used; `editor.json` beside them. Without one: InstructPix2Pix's own values.

    `square`: pictures are squeezed to `resolution` x `resolution`, as in training; else they keep their shape
    at about that many pixels, sides in multiples of 64. `views`: looks at the picture, see `views.py`.
    """

    resolution: int = 512
    square: bool = False
    views: int = 1
    steps: int = 20
    text_guidance: float = 7.5
    image_guidance: float = 1.5


def read_defaults(folder: Path) -> Defaults:
    file = folder / "editor.json"
    if not file.is_file():
        return Defaults()
    found = json.loads(file.read_text(encoding="utf-8"))
    return Defaults(**{field.name: found[field.name] for field in fields(Defaults) if field.name in found})


class Editor:
    """One set of weights, ready to edit. Not thread-safe; edits may be interleaved step by step."""

    def __init__(self, parts: Components, defaults: Defaults, knowledge: Knowledge | None) -> None:
        self.parts = parts
        self.defaults = defaults
        self.knowledge = knowledge
        self._empty = sampler.encode_text(parts.tokenizer, parts.text_encoder, "")

    @classmethod
    def load(
        cls,
        folder: Path,
        device: torch.device,
        dtype: torch.dtype,
        steps: int | None = None,
        text_guidance: float | None = None,
        image_guidance: float | None = None,
    ) -> Editor:
        """Load weights in diffusers' layout; None keeps the weights' own default. Raises `WeightsError`."""
        given = {"steps": steps, "text_guidance": text_guidance, "image_guidance": image_guidance}
        defaults = replace(read_defaults(folder), **{k: v for k, v in given.items() if v is not None})
        return cls(load_components(folder, device, dtype), defaults, read_knowledge(folder))

    def edit(self, job: EditJob) -> Generator[Step, None, Edited | Refused]:
        """Yields after each denoising step, returns the outcome; close the generator to cancel.

        An instruction may hold exact and painted parts, and a job earlier rounds: all in series, see
        `series.py`. The same job gives the same bytes. Raises `OSError` if `job.image` is not a picture.
        """
        started = time.perf_counter()
        picture, is_jpeg = pictures.decode(job.image)
        try:
            read = [(each, series.read(each.instruction, self.knowledge)) for each in series.rounds(job)]
            work = [(each, part) for each, parts in read for part in parts]
            result, done = yield from series.run(work, picture, self._paint)
        except (CannotApply, series.CannotDo) as refusal:
            return Refused(str(refusal))
        own = done[-len(read[-1][1]) :]
        guidance = self._guidance(job) if any(part.plan is None for part in own) else None
        encoded = pictures.encode(result, is_jpeg)
        return Edited(
            encoded.data,
            encoded.mime,
            *result.size,
            "exact" if guidance is None else "diffusion",
            job.seed,
            time.perf_counter() - started,
            summary=series.summary(own),
            text_guidance=guidance and guidance.text,
            image_guidance=guidance and guidance.image,
        )

    def _paint(self, job: EditJob, picture: Image.Image) -> Generator[Step, None, Image.Image]:
        planes = yield from self._diffuse(job, picture, self._guidance(job))
        result = Image.fromarray(merge.apply(planes, np.asarray(picture.convert("RGB"))))
        if picture.mode == "RGBA":
            result.putalpha(picture.getchannel("A"))
        return result

    def _guidance(self, job: EditJob) -> sampler.Guidance:
        text, image = self.defaults.text_guidance, self.defaults.image_guidance
        return sampler.Guidance(
            text if job.text_guidance is None else job.text_guidance,
            image if job.image_guidance is None else job.image_guidance,
        )

    def _diffuse(
        self, job: EditJob, picture: Image.Image, guidance: sampler.Guidance
    ) -> Generator[Step, None, merge.Array]:
        """The edit as the merge's coefficients."""
        parts, defaults = self.parts, self.defaults
        thumbnail = picture.convert("RGB")
        thumbnail.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
        thumb = np.asarray(thumbnail)
        change = Change(parts.vae, picture, self.working_size(picture.size), defaults.views)

        # The starter was taught what a background is; other weights are trusted to know by themselves.
        region = Region(job.instruction, thumbnail) if self.knowledge is not None else None

        def found(latents: torch.Tensor) -> merge.Array:
            edited = change.edited(latents)
            planes = merge.coefficients(change.source, edited)
            allowed = region(edited - change.source) if region is not None else None
            return planes if allowed is None else merge.within(planes, allowed)

        conditions = sampler.Conditions(
            sampler.encode_text(parts.tokenizer, parts.text_encoder, job.instruction),
            self._empty,
            change.latents,
        )
        generator = torch.Generator().manual_seed(job.seed)
        latents = change.latents
        for done in sampler.sample(
            parts.unet, parts.scheduler, conditions, guidance, defaults.steps, generator
        ):
            latents = done.latents
            shown = pictures.preview(merge.apply(found(done.clean), thumb))
            yield Step(done.step, defaults.steps, shown)
        return found(latents)

    def working_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """(width, height) at which the network sees a picture of `size`."""
        side = self.defaults.resolution
        if self.defaults.square:
            return side, side
        scale = (side * side / (size[0] * size[1])) ** 0.5
        width, height = (min(max(64, round(edge * scale / 64) * 64), 2 * side) for edge in size)
        return width, height
