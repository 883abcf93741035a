"""How long each exact edit takes on a picture: a table for the README.

    python -m tests.engine.editing.exact.timings PICTURE [PORTRAIT]

Each edit is done three times at 12 megapixels, and the median counts. Edits of a part need a portrait.
"""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable
from statistics import median

import torch
from PIL import Image

from engine.editing import pictures
from engine.editing.exact import plan

WISHES = (
    "brighter",
    "more contrast",
    "brighter, more contrast and warmer",
    "more saturated",
    "more vibrant",
    "warmer",
    "fix the white balance",
    "auto levels",
    "black and white",
    "sepia",
    "add a vignette",
    "blur it a bit",
    "blur it",
    "blur it a lot",
    "sharpen it",
    "denoise it",
    "crop it to a square",
    "cut off the left third",
    "rotate it 90°",
    "rotate it 5°",
    "straighten it",
    "flip it",
    "resize it to 50 %",
    "resize it to 120 %",
    "add a white border",
    "round the corners",
    'write "Hello there" at the top',
    "invert the colours",
    "brighten the shadows",
)
PORTRAIT = (
    "blur the background",
    "blur the background a lot",
    "make the background black and white",
    "make the background blue",
    "make the background transparent",
    "brighten only her",
)


def measure(work: Callable[[], object]) -> str:
    """Milliseconds that pass, and of processor time on all cores, by which other work does not count."""
    passed, worked = [], []
    for _ in range(3):
        began, started = time.perf_counter(), time.process_time()
        work()
        passed.append(time.perf_counter() - began)
        worked.append(time.process_time() - started)
    return f"{median(passed) * 1000:.0f} | {median(worked) * 1000:.0f}"


def main(files: list[str]) -> None:
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    for file, wishes in zip(files, (WISHES, PORTRAIT), strict=False):
        picture = Image.open(file).convert("RGB")
        picture = picture.resize((4000, 3000), Image.Resampling.BICUBIC)
        stored = io.BytesIO()
        picture.save(stored, "JPEG", quality=90)
        print("| edit | ms | of processor time |\n|---|--:|--:|")
        print(f"| decode JPEG | {measure(lambda: pictures.decode(stored.getvalue()))} |")  # noqa: B023
        print(f"| encode JPEG | {measure(lambda: pictures.encode(picture, True))} |")  # noqa: B023
        for wish in wishes:
            found = plan(wish)
            assert found is not None, wish
            print(f"| {wish} | {measure(lambda: found.apply(picture))} |", flush=True)  # noqa: B023


if __name__ == "__main__":
    main(sys.argv[1:])
