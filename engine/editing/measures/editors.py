"""The editors that are measured, as functions of one kind: this project's, and diffusers' stock pipeline."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal

import torch
from diffusers import StableDiffusionInstructPix2PixPipeline
from PIL import Image

from engine.batch import alone
from engine.editing.editor import Editor
from engine.jobs import Edited, EditJob, Refused

SEED = 0


@dataclass(frozen=True, slots=True)
class Output:
    """What came out of one edit; the source itself where the editor refused."""

    picture: Image.Image
    by: Literal["diffusion", "exact", "refused"]
    seconds: float


Edit = Callable[[Image.Image, str, float | None], Output]
"""(source, instruction, s_I or None for the weights' own) -> output, from the same seed every time."""


def editors(editor: Editor, side_by_side: bool) -> dict[str, Edit]:
    """`ours`, and `stock` if asked for."""
    return {"ours": own(editor)} | ({"stock": stock(editor)} if side_by_side else {})


def own(editor: Editor) -> Edit:
    """The editor as people meet it: exact edits and refusals included, encoded picture in and out."""

    def edit(source: Image.Image, instruction: str, image_guidance: float | None) -> Output:
        buffer = io.BytesIO()
        source.save(buffer, "PNG", compress_level=1)
        job = EditJob(
            "0", "evaluation", buffer.getvalue(), instruction, seed=SEED, image_guidance=image_guidance
        )
        started = time.perf_counter()
        outcome = run(editor, job)
        seconds = time.perf_counter() - started
        if isinstance(outcome, Refused):
            return Output(source, "refused", seconds)
        with Image.open(io.BytesIO(outcome.image)) as picture:
            return Output(picture.convert("RGB"), outcome.editor, seconds)

    return edit


def run(editor: Editor, job: EditJob) -> Edited | Refused:
    """One edit from beginning to end, here and now."""
    steps = alone(editor.edit(job), editor.predict)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value


def stock(editor: Editor) -> Edit:
    """The stock pipeline on the same weights, scheduler, steps, scales, working size and noise.

    It has one look at the picture and neither exact edits nor refusals, and its output is enlarged to the
    source's size. For s_I < 1 it guides by nothing at all.
    """
    parts, defaults = editor.parts, editor.defaults
    pipe = stock_pipeline(editor)

    def edit(source: Image.Image, instruction: str, image_guidance: float | None) -> Output:
        started = time.perf_counter()
        width, height = editor.working_size(source.size)
        generator = torch.Generator().manual_seed(SEED)
        shape = (1, parts.vae.config.latent_channels, height // 8, width // 8)
        # Drawn here: the pipeline would draw in its own number format, other noise in half precision.
        noise = torch.randn(shape, generator=generator).to(parts.unet.dtype)
        found = pipe(
            instruction,
            image=source.resize((width, height), Image.Resampling.LANCZOS),
            num_inference_steps=defaults.steps,
            guidance_scale=defaults.text_guidance,
            image_guidance_scale=defaults.image_guidance if image_guidance is None else image_guidance,
            generator=generator,
            latents=noise,
        ).images[0]
        picture = found.resize(source.size, Image.Resampling.LANCZOS)
        return Output(picture, "diffusion", time.perf_counter() - started)

    return edit


def stock_pipeline(editor: Editor) -> Any:
    """diffusers' own pipeline on an editor's parts, without a safety checker."""
    parts = editor.parts
    pipe = StableDiffusionInstructPix2PixPipeline(
        vae=parts.vae,
        text_encoder=parts.text_encoder,
        tokenizer=parts.tokenizer,
        unet=parts.unet,
        scheduler=deepcopy(parts.scheduler),  # it holds state
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe
