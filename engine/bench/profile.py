"""Where the time of one edit goes, told by Python's own profiler around the real editor.

It runs in a process of its own, in which CUDA waits for every kernel: a card would else work on while the
program is somewhere else. The profiler makes small networks a little slower; shares are what to read.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from engine.config import EngineConfig

SAMPLER, PICTURES = "editing/sampler.py", "editing/pictures.py"
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "JPEG in": (PICTURES, ("decode",)),
    "reading the instruction": ("editing/series.py", ("read",)),
    "text encoder": (SAMPLER, ("encode_text",)),
    "image encoder": (SAMPLER, ("encode_image",)),
    "UNet and guidance": (SAMPLER, ("predict",)),
    "decoder": (SAMPLER, ("decode",)),
    "region": ("editing/region.py", ("__init__", "__call__")),
    "merge": ("editing/merge.py", ("coefficients", "within", "apply")),
    "preview JPEG": (PICTURES, ("preview",)),
    "JPEG out": (PICTURES, ("encode",)),
}
"""Functions of the product by name; none of them calls another of the list."""


def profile(config: EngineConfig, size: tuple[int, int], repeat: int) -> dict[str, Any]:
    """{"edit_ms": without the profiler, "parts": [{"part", "ms", "share"}], the rest among them}."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn, initializer=_wait_for_every_kernel) as process:
        return process.submit(_profile, config, size, repeat).result()


def _wait_for_every_kernel() -> None:
    os.environ["CUDA_LAUNCH_BLOCKING"] = "1"
    os.dup2(2, 1)  # what a library prints must not mix with the command's JSON


def _profile(config: EngineConfig, size: tuple[int, int], repeat: int) -> dict[str, Any]:
    import cProfile
    import time

    import torch

    from engine.bench.material import edit_job
    from engine.device import choose
    from engine.editing.editor import Editor
    from engine.editing.measures.editors import run
    from engine.models import threads_for
    from engine.sources import resolve

    folders = [resolve("dialogue", config.dialogue), resolve("editor", config.editor)]
    torch.set_num_threads(config.threads or threads_for(*folders))
    guidance = (config.text_guidance, config.image_guidance)
    editor = Editor.load(folders[1], *choose(config.device), config.steps, *guidance, config.preset)
    jobs = [edit_job(number, size) for number in range(1 + 2 * repeat)]
    run(editor, jobs[0])
    begun = time.perf_counter()
    for job in jobs[1 : 1 + repeat]:
        run(editor, job)
    plain = (time.perf_counter() - begun) / repeat
    profiler = cProfile.Profile()
    profiler.enable()
    begun = time.perf_counter()
    for job in jobs[1 + repeat :]:
        run(editor, job)
    whole = (time.perf_counter() - begun) / repeat
    profiler.disable()
    return {"edit_ms": 1000 * plain, "parts": _shares(profiler, whole, repeat)}


def _shares(profiler: Any, whole: float, repeat: int) -> list[dict[str, Any]]:
    import pstats

    found = dict.fromkeys(PARTS, 0.0)
    stats: Any = pstats.Stats(profiler)
    for (file, _line, function), (_, _, _, seconds, _) in stats.stats.items():
        for part, (module, functions) in PARTS.items():
            if function in functions and Path(file).as_posix().endswith(f"engine/{module}"):
                found[part] += seconds / repeat
    found["the rest"] = max(0.0, whole - sum(found.values()))
    ordered = sorted(found.items(), key=lambda each: each[1], reverse=True)
    return [
        {"part": part, "ms": round(1000 * seconds, 2), "share": round(seconds / whole, 4)}
        for part, seconds in ordered
    ]
