"""Models for many people at once: decisions by simple rules, pictures as large as what was sent.

They compute nothing: what is measured with them is the bot, its adapters, its store and the queue.
"""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from typing import Any

from PIL import Image

from engine.batch import Editing
from engine.config import EngineConfig
from engine.jobs import Decision, DialogueJob, Edited, EditJob, Step
from engine.models import Models, Say
from tests.fakes.engine import decided

STEPS = 3
STEP_SECONDS = 0.005


def load(config: EngineConfig, say: Say) -> Models:
    return Models(Decides(), Signs(), "Ready for a crowd.", lambda: None, edits_at_once=8)


def signed(jpeg: bytes, by: str) -> bytes:
    """The same JPEG with a comment in it: another file of the same size."""
    comment = by.encode()
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:]


class Decides:
    def decide(self, jobs: Sequence[DialogueJob]) -> list[Decision]:
        return [decided(job) for job in jobs]


class Signs:
    def predict(self, requests: Sequence[Any]) -> list[Any]:
        raise AssertionError("no edit asks the network for anything")

    def edit(self, job: EditJob) -> Editing:
        for step in range(STEPS):
            time.sleep(STEP_SECONDS)
            yield Step(step + 1, STEPS)
        width, height = Image.open(io.BytesIO(job.image)).size
        image = signed(job.image, job.id)
        return Edited(image, "image/jpeg", width, height, editor="exact", seed=job.seed, seconds=0.0)
