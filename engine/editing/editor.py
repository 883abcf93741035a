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

from engine.editing import merge, pictures, sampler, views
from engine.editing.data.subjects import subject_mask
from engine.editing.exact import CannotApply, NobodyFound, Plan, plan
from engine.editing.knowledge import REFUSAL, Knowledge, content, read_knowledge
from engine.editing.loading import Components, load_components
from engine.jobs import Edited, EditJob, Refused, Step

PREVIEW_SIDE = 320
BACKGROUND = frozenset(("background", "backdrop"))


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

        The same job gives the same bytes. Raises `OSError` if `job.image` is not a picture.
        """
        started = time.perf_counter()
        picture, is_jpeg = pictures.decode(job.image)
        exact = plan(job.instruction)
        if exact is not None:
            done = self._exactly(job, exact, picture, is_jpeg, started)
            if done is not None:
                return done
        if self.knowledge is not None and not self.knowledge.covers(job.instruction):
            return Refused(REFUSAL)
        source = np.asarray(picture.convert("RGB"))
        guidance = self._guidance(job)
        planes = yield from self._diffuse(job, picture, guidance)
        result = Image.fromarray(merge.apply(planes, source))
        if picture.mode == "RGBA":
            result.putalpha(picture.getchannel("A"))
        encoded = pictures.encode(result, is_jpeg)
        seconds = time.perf_counter() - started
        return Edited(
            encoded.data,
            encoded.mime,
            *result.size,
            "diffusion",
            job.seed,
            seconds,
            text_guidance=guidance.text,
            image_guidance=guidance.image,
        )

    def _exactly(
        self, job: EditJob, exact: Plan, picture: Image.Image, is_jpeg: bool, started: float
    ) -> Edited | Refused | None:
        """None when the wish is about people or their background, and nobody is seen."""
        try:
            result = exact.apply(picture)
        except NobodyFound:
            return None
        except CannotApply as refusal:
            return Refused(str(refusal))
        encoded = pictures.encode(result, is_jpeg)
        seconds = time.perf_counter() - started
        return Edited(
            encoded.data, encoded.mime, *result.size, "exact", job.seed, seconds, summary=exact.summary
        )

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
        working, wider = self.working_size(picture.size), views.margin(defaults.views)
        small = picture.convert("RGB").resize(
            (working[0] + wider, working[1] + wider), Image.Resampling.LANCZOS
        )
        thumbnail = picture.convert("RGB")
        thumbnail.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
        thumb = np.asarray(thumbnail)
        pixels = pictures.to_tensor(small)
        image = sampler.encode_image(parts.vae, views.split(pixels, defaults.views))
        again = sampler.decode(parts.vae, image * parts.vae.config.scaling_factor)
        source = pictures.to_unit(pixels)

        kept = self._kept(job.instruction, thumb, small.size)

        def found(latents: torch.Tensor) -> merge.Array:
            # What the autoencoder itself loses cancels out in the difference.
            change = views.join(sampler.decode(parts.vae, latents) - again)[0].float().cpu()
            change = change.permute(1, 2, 0).numpy() * kept
            return merge.coefficients(source, np.clip(source + change / 2, 0, 1))

        conditions = sampler.Conditions(
            sampler.encode_text(parts.tokenizer, parts.text_encoder, job.instruction), self._empty, image
        )
        generator = torch.Generator().manual_seed(job.seed)
        latents = image
        for done in sampler.sample(
            parts.unet, parts.scheduler, conditions, guidance, defaults.steps, generator
        ):
            latents = done.latents
            shown = pictures.preview(merge.apply(found(done.clean), thumb))
            yield Step(done.step, defaults.steps, shown)
        return found(latents)

    def _kept(self, instruction: str, picture: np.ndarray, size: tuple[int, int]) -> merge.Array:
        """(h, w, 1): how much of the change to let through.

        The starter was taught by `subject_mask` what a subject is, so a wish about the background leaves a
        clear subject alone; else it is all 1.
        """
        if self.knowledge is None or not BACKGROUND & content(instruction) or min(picture.shape[:2]) < 32:
            return np.ones((1, 1, 1), np.float32)
        subject, clear = subject_mask(picture.astype(np.float32) / 255)
        if not clear:
            return np.ones((1, 1, 1), np.float32)
        return 1 - np.asarray(Image.fromarray(subject).resize(size, Image.Resampling.BILINEAR))[..., None]

    def working_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """(width, height) at which the network sees a picture of `size`."""
        side = self.defaults.resolution
        if self.defaults.square:
            return side, side
        scale = (side * side / (size[0] * size[1])) ** 0.5
        width, height = (min(max(64, round(edge * scale / 64) * 64), 2 * side) for edge in size)
        return width, height
