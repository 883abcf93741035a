"""What is edited and asked in a bench: never the same picture twice, or a cache would do the work."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from engine.jobs import DialogueJob, EditJob, Turn

INSTRUCTIONS = (
    "make it winter",
    "make it night",
    "make it snow",
    "make it a sunset",
    "make it autumn",
    "make it stormy",
    "make it foggy",
    "make it look like an old photo",
)
"""Each is painted by the starter, too: neither refused nor done by a photo tool."""

WISHES = (
    "can you change the background?",
    "make it winter please",
    "could you change the colour of the dog",
    "i would like the car to be red",
    "something else for the sky",
    "make it look better",
    "turn the day into night",
    "can you change the animal?",
    "please make the dress of the woman on the left green",
    "what can you do?",
)


def picture(number: int, size: tuple[int, int]) -> bytes:
    """A JPEG of (width, height) with soft shapes and grain, about as large as a photo's; no two are equal."""
    random = np.random.default_rng(number)
    soft = Image.fromarray(random.integers(0, 256, (9, 12, 3), dtype=np.uint8))
    pixels = np.asarray(soft.resize(size, Image.Resampling.BICUBIC), dtype=np.int16)
    grain = random.integers(-6, 7, (size[1], size[0], 1), dtype=np.int16)
    out = io.BytesIO()
    Image.fromarray((pixels + grain).clip(0, 255).astype(np.uint8)).save(out, "JPEG", quality=92)
    return out.getvalue()


def edit_job(number: int, size: tuple[int, int]) -> EditJob:
    """By a person of its own, so that nobody's limit or turn counts."""
    instruction = INSTRUCTIONS[number % len(INSTRUCTIONS)]
    return EditJob(f"edit{number}", f"user{number}", picture(number, size), instruction, seed=number)


def dialogue_job(number: int) -> DialogueJob:
    turns = (Turn("user", WISHES[number % len(WISHES)]),)
    return DialogueJob(f"question{number}", f"user{number}", turns)
