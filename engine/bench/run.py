"""What `dialogpaint bench` measures of the engine, and what it notes of the machine."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from engine.bench.measure import Plan, measure
from engine.bench.profile import profile
from engine.config import EngineConfig
from engine.device import choose

Size = Literal["starter", "full"]
PICTURES: dict[Size, tuple[int, int]] = {
    "starter": (1280, 960),  # what Telegram makes of a photo
    "full": (512, 512),  # the network's own size
}
ENDLESS = 24 * 3600.0
"""Seconds: nothing is stopped for being slow."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to measure of the engine. `cache`: where weights of the full size are kept."""

    size: Size
    edits: bool
    dialogue: bool
    profile: bool
    repeat: int
    waiting: tuple[int, ...]
    questions: int
    cache: Path


def machine(config: EngineConfig) -> dict[str, Any]:
    """What has to be known of a machine to compare two results."""
    compute = choose(config.device)
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "device": str(compute).rpartition(" (")[0],
        "device_type": compute.device.type,
        "dtype": str(compute.dtype).removeprefix("torch."),
        "processor": _processor(),
        "cores": os.cpu_count(),
        **{name: version(name) for name in ("torch", "diffusers", "transformers")},
        "python": platform.python_version(),
    }


def engine(wanted: Wanted, config: EngineConfig, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure the engine. Raises `BenchError`, `EngineError` and `OSError`."""
    config = replace(
        config,
        dialogue="starter",
        dialogue_revision=None,
        editor="starter",
        editor_revision=None,
        safety_checker="off",  # the stock pipeline has none here
        soft_seconds=ENDLESS,
        hard_seconds=ENDLESS,
        waiting_in_all=1 + max(wanted.waiting, default=0),
    )
    if wanted.size == "full":
        from engine.bench.full import full_size

        folders = full_size(wanted.cache, say)
        config = replace(config, dialogue=str(folders.dialogue), editor=str(folders.editor))
    size = PICTURES[wanted.size]
    results: dict[str, Any] = {"preset": config.preset}
    if wanted.edits or wanted.dialogue:
        plan = Plan(
            config,
            size,
            wanted.repeat,
            wanted.waiting,
            wanted.questions,
            edits=wanted.edits,
            dialogue=wanted.dialogue,
            say=say,
        )
        results |= measure(plan)
    if wanted.profile:
        say("Looking where the time goes.")
        results["profile"] = profile(config, size, wanted.repeat)
    return results


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
