"""Edits pictures: exactly where a photo tool does precisely what was asked, else by InstructPix2Pix."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from engine.batch import Editing
from engine.config import Preset as PresetName
from engine.config import Scheduler as SchedulerName
from engine.editing import ladder, merge, pictures, sampler, schedulers, series, subject_net, views
from engine.editing.autoencoder import PatchAutoencoder
from engine.editing.caches import Caches, Source
from engine.editing.exact import CannotApply
from engine.editing.falling import fallen, falling
from engine.editing.frozen import Frozen
from engine.editing.knowledge import Knowledge, Looks, read_knowledge
from engine.editing.ladder import Rung
from engine.editing.linear_preview import LinearPreview
from engine.editing.loading import Components, load_components
from engine.editing.network import Network, Run
from engine.editing.precision import NotFinite, Precise, check_finite
from engine.editing.presets import PRESETS
from engine.editing.previews import Previews
from engine.editing.recorded import Recorded
from engine.editing.region import Region, scope
from engine.editing.segmenter.network import Segmenter, load_segmenter
from engine.editing.series import Pieces
from engine.editing.subject_net import SubjectNet
from engine.jobs import Edited, EditJob, Refused, Step

PREVIEW_SIDE = 320
SMALL = 50_000_000
"""Parameters under which Python takes as long as the numbers on a CPU; the starter has 5.5 million."""

log = logging.getLogger(__name__)


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


def quickest(unet: Any) -> Run:
    """How this UNet is run where it is: nothing here changes what is computed."""
    network = Network(unet)
    if unet.device.type == "cuda":
        return Recorded(network)
    return Frozen(network) if unet.num_parameters() < SMALL else network


def read_defaults(folder: Path) -> Defaults:
    file = folder / "editor.json"
    if not file.is_file():
        return Defaults()
    found = json.loads(file.read_text(encoding="utf-8"))
    return Defaults(**{field.name: found[field.name] for field in fields(Defaults) if field.name in found})


class Editor:
    """One set of weights, ready to edit; an `engine.batch.Edits`. Not thread-safe."""

    def __init__(
        self,
        parts: Components,
        defaults: Defaults,
        knowledge: Knowledge | None,
        preset: PresetName = "quality",
        network: Run | None = None,
        subjects: SubjectNet | None = None,
        kinds: Segmenter | None = None,
    ) -> None:
        """`network` runs the UNet of `parts`, where there is a quicker way than to call it; `subjects` tells
        what a wish is about, `kinds` where the kinds of things are that it knows."""
        self.caches = Caches()
        self.previews = Previews()
        self.parts = parts
        self.preset = PRESETS[preset]
        self._network = network or Network(parts.unet)
        self._dtype = parts.unet.dtype
        self.defaults = defaults
        self.subjects = subjects
        if knowledge is not None and knowledge.filters:
            knowledge = replace(
                knowledge,
                looks=lambda wish: self._looks(wish, self.parts),
                kinds={} if kinds is None else kinds.kinds(),
                before=None if kinds is None else kinds.in_front,
            )
        self.knowledge = knowledge
        self._precise = Precise(parts)
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
        preset: PresetName = "quality",
        scheduler: SchedulerName | None = None,
    ) -> Editor:
        """Load weights in diffusers' layout; None keeps the weights' own default. Raises `WeightsError`.

        `preset` may take fewer steps than the weights would; `steps` are taken as they are.
        """
        own = read_defaults(folder)
        given = {"steps": steps, "text_guidance": text_guidance, "image_guidance": image_guidance}
        own = replace(own, steps=PRESETS[preset].count(own.steps))
        defaults = replace(own, **{k: v for k, v in given.items() if v is not None})
        parts = load_components(folder, device, dtype)
        parts = replace(parts, scheduler=schedulers.choose(scheduler, parts.scheduler))
        for network in (parts.unet, parts.vae):  # convolutions are quicker so, on the card and on the CPU
            network.to(memory_format=torch.channels_last)
        subjects = subject_net.load(folder)
        network, knowledge = quickest(parts.unet), read_knowledge(folder)
        return cls(parts, defaults, knowledge, preset, network, subjects, load_segmenter(folder))

    @cached_property
    def linear(self) -> LinearPreview | None:
        """Draws the previews where the decoder is too dear for that; None where it is no dearer itself."""
        vae = self.parts.vae
        return None if isinstance(vae, PatchAutoencoder) else LinearPreview.fit(vae)

    def predict(self, requests: Sequence[sampler.Predict]) -> list[torch.Tensor]:
        """The guided predictions for edits of one latent size, at whatever step each of them is."""
        network = self._network
        if requests[0].latents.dtype != self._dtype:
            network = Network(self._precise.parts.unet)
        predictions = sampler.predict(network, requests)
        if predictions[0].is_cuda:  # or time and errors of this pass would fall to whoever waits for it first
            torch.cuda.synchronize(predictions[0].device)
        return predictions

    def edit(self, job: EditJob) -> Editing:
        """Yields as `engine.batch` says, a step after each denoising step, and returns the outcome.

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
        yield None
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

    def _paint(self, job: EditJob, picture: Image.Image) -> Pieces[Image.Image]:
        planes = yield from self._planes(job, picture)
        pixels = yield from merge.applied(planes, np.asarray(pictures.rgb(picture)))
        falls = falling(job.instruction) if self.knowledge is not None and self.knowledge.filters else None
        if falls is not None:
            pixels = fallen(pixels, falls, job.seed)
        result = Image.fromarray(pixels)
        if picture.mode == "RGBA":
            result.putalpha(picture.getchannel("A"))
        return result

    def _planes(self, job: EditJob, picture: Image.Image) -> Pieces[merge.Array]:
        """The edit as the merge's coefficients.

        With less where the memory is too little for it, and once more in fp32 where half precision overflows.
        """
        rungs = self._rungs(picture.size)

        def on(parts: Components) -> Pieces[merge.Array]:
            return ladder.descend(
                rungs, lambda rung: self._diffuse(job, picture, parts, rung), self.free_memory
            )

        try:
            return (yield from on(self.parts))
        except NotFinite as error:
            if self.parts.unet.dtype == torch.float32:
                raise
            log.warning("job %s: %s; once more in fp32", job.id, error)
        with self._precise.use() as parts:
            return (yield from on(parts))

    def _rungs(self, size: tuple[int, int]) -> list[Rung]:
        tiles = hasattr(self.parts.vae, "enable_tiling")
        return list(
            dict.fromkeys(
                Rung(self.working_size(size, share), tiled and tiles) for share, tiled in ladder.SHARES
            )
        )

    def free_memory(self) -> None:
        """Give back what can be computed again."""
        self.caches.clear()
        if isinstance(self._network, Frozen | Recorded):
            self._network.free()
        ladder.free_memory(self.parts.unet.device)

    def _guidance(self, job: EditJob) -> sampler.Guidance:
        text, image = self.defaults.text_guidance, self.defaults.image_guidance
        return sampler.Guidance(
            text if job.text_guidance is None else job.text_guidance,
            image if job.image_guidance is None else job.image_guidance,
        )

    def _diffuse(
        self, job: EditJob, picture: Image.Image, parts: Components, rung: Rung
    ) -> Pieces[merge.Array]:
        """`_planes` with these weights and no more memory than this. Raises `NotFinite`."""
        defaults = self.defaults
        picture = pictures.rgb(picture)
        small = views.shrunk(picture, rung.size, defaults.views)
        thumbnail = pictures.thumbnail(picture, PREVIEW_SIDE)
        seen = self._seen(small, parts.vae, rung)
        # As the autoencoder gives it back: what that loses is no part of the edit, and follows the rest.
        source = pictures.to_unit(views.join(seen.again).float().cpu())

        region = self._region(job.instruction, thumbnail, parts)

        def changed(latents: torch.Tensor) -> torch.Tensor:
            # What the autoencoder itself loses cancels out in the difference.
            with ladder.tiles(parts.vae, rung):
                change = views.join(sampler.decode(parts.vae, latents) - seen.again)[0].float().cpu()
            check_finite(change, "the decoded picture")
            return change

        def found(latents: torch.Tensor) -> merge.Array:
            edited = merge.laid_over(source, changed(latents))
            planes = merge.coefficients(source, edited, isinstance(parts.vae, PatchAutoencoder))
            allowed = region(edited - source) if region is not None else None
            return planes if allowed is None else merge.within(planes, allowed)

        def preview(clean: torch.Tensor) -> bytes:
            if self.linear is not None:
                change = self.linear.change(seen.latents, clean / parts.vae.config.scaling_factor)
            else:
                change = changed(clean)
            return pictures.preview(pictures.laid_over(np.asarray(thumbnail), change))

        usual = parts is self.parts
        empty = self._empty if usual else sampler.encode_text(parts.tokenizer, parts.text_encoder, "")
        generator = torch.Generator().manual_seed(job.seed)
        denoising = sampler.denoise(
            parts.scheduler,
            sampler.Conditions(self._text(job.instruction, parts), empty, seen.latents),
            self._guidance(job),
            defaults.steps,
            generator,
            self.preset,
        )
        latents = yield from self._steps(denoising, preview)
        yield None
        return found(latents)

    def _region(self, instruction: str, picture: Image.Image, parts: Components) -> Region | None:
        """The starter was taught what a background is; other weights are trusted to know by themselves."""
        if self.knowledge is None:
            return None
        looks = self._looks(instruction, parts)
        if scope(instruction) == "background":
            looks = self.knowledge.before_or(looks)
        return Region(instruction, picture, looks)

    def _looks(self, instruction: str, parts: Components) -> Looks | None:
        net = self.subjects
        if net is None:
            return None
        return lambda picture: subject_net.subject(net, picture, self._text(instruction, parts))

    def _steps(
        self, denoising: sampler.Denoising, preview: Callable[[torch.Tensor], bytes]
    ) -> Pieces[torch.Tensor]:
        """The final latents; some steps with a `preview` of the clean ones."""
        prediction: torch.Tensor | None = None
        shown = self.previews.now()  # what is done within a second needs no preview
        while True:
            try:
                came = denoising.send(prediction)
            except StopIteration as end:
                return end.value
            if isinstance(came, sampler.Predict):
                prediction = yield came
                check_finite(prediction, "the network's prediction")
                continue
            picture = self.previews.make(shown, partial(preview, came.clean))
            yield Step(came.step, self.defaults.steps, picture)
            if picture is not None:  # by now all who hand it on have looked at their clocks
                shown = self.previews.now()

    def _text(self, instruction: str, parts: Components) -> torch.Tensor:
        return self.caches.texts.get(
            (instruction, parts.text_encoder.dtype),
            lambda: sampler.encode_text(parts.tokenizer, parts.text_encoder, instruction),
        )

    def _seen(self, small: Image.Image, vae: Any, rung: Rung) -> Source:
        """An RGB picture at its working size as the network sees it."""

        def encoded() -> Source:
            with ladder.tiles(vae, rung):
                pixels = views.split(pictures.to_tensor(small), self.defaults.views)
                latents = sampler.encode_image(vae, pixels)
                return Source(latents, sampler.decode(vae, latents * vae.config.scaling_factor))

        key = (small.size, hashlib.sha256(small.tobytes()).digest(), vae.dtype, rung.tiled)
        return self.caches.pictures.get(key, encoded)

    def working_size(self, size: tuple[int, int], share: float = 1.0) -> tuple[int, int]:
        """(width, height) at which the network sees a picture of `size`, or `share` of that where it can."""
        side = self.defaults.resolution
        if self.defaults.square:
            side = min(side, max(64, round(side * share / 64) * 64))
            return side, side
        scale = share * (side * side / (size[0] * size[1])) ** 0.5
        width, height = (min(max(64, round(edge * scale / 64) * 64), 2 * side) for edge in size)
        return width, height
