"""An edit never comes out differently because another ran beside it (the real code on tiny weights)."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.config import EngineConfig
from engine.dialogue.tokenizer import train_tokenizer
from engine.dialogue.training.new_model import new_model
from engine.jobs import Decision, Edited, EditJob, Failed, Refused, Step
from engine.service import LocalEngine
from tests.engine.editing.tiny import encoded, photo, save, starter_parts
from tests.engine.safety import tiny as safety
from tests.fakes.local_engine import Watched, question

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TINY_DIALOGUE = {
    "d_model": 32,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_ffn_dim": 64,
    "decoder_ffn_dim": 64,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Tiny dialogue and editor weights."""
    words = ["can you change the background ?", "which colour shall it be ?", "make it night"] * 20
    tokenizer = train_tokenizer(words, 400)
    dialogue = tmp_path / "dialogue"
    new_model(TINY_DIALOGUE, tokenizer, seed=0).save_pretrained(dialogue)
    tokenizer.save_pretrained(dialogue)
    return dialogue, save(starter_parts(), tmp_path / "editor")


@pytest.fixture
async def engine(folders: tuple[Path, Path]) -> AsyncIterator[LocalEngine]:
    dialogue, editor = folders
    engine = LocalEngine(
        EngineConfig(device="cpu", dialogue=str(dialogue), editor=str(editor), steps=3, threads=1)
    )
    await engine.start()
    assert (await engine.settled()).state == "ready", engine.status().detail
    yield engine
    await engine.stop()


async def test_what_the_safety_checker_flags_never_leaves_the_worker(folders: tuple[Path, Path]):
    dialogue, editor = folders
    safety.save(safety.model(safety.FLAGS_ALL), editor)
    engine = LocalEngine(
        EngineConfig(device="cpu", dialogue=str(dialogue), editor=str(editor), steps=3, threads=1)
    )
    await engine.start()
    assert (await engine.settled()).state == "ready", engine.status().detail
    assert engine.status().detail.endswith(", with a safety check.")
    flagged = Watched(engine, job("flagged", "make it night", 1))
    outcome = await flagged.task
    assert isinstance(outcome, Refused)
    assert outcome.reason == "the source picture was flagged by the Stable Diffusion safety checker"
    assert not any(isinstance(step, Step) for step in flagged.progress)
    unchecked = await engine.run(replace(job("unchecked", "make it night", 1), safety_check=False))
    assert isinstance(unchecked, Edited)
    await engine.stop()


def job(name: str, instruction: str, seed: int, image: bytes | None = None) -> EditJob:
    return EditJob(name, name, encoded(photo()) if image is None else image, instruction, seed)


def pixels(outcome: Edited) -> np.ndarray:
    with Image.open(io.BytesIO(outcome.image)) as picture:
        return np.asarray(picture.convert("RGB"), np.int16)


async def test_real_models_serve(engine: LocalEngine):
    assert engine.status().detail in ("Ready on the CPU (float32).", "Ready on the CPU (bfloat16).")
    assert isinstance(await engine.run(question("q", "make it night")), Decision)
    exact = await engine.run(job("exact", "make it black and white", 1))
    assert isinstance(exact, Edited)
    assert (exact.editor, exact.width, exact.height) == ("exact", 90, 60)
    broken = await engine.run(job("broken", "make it night", 1, b"no picture"))
    assert isinstance(broken, Failed | Refused)

    alone = Watched(engine, job("alone", "make it night", 1))
    first = await alone.task
    assert isinstance(first, Edited)
    assert (first.editor, first.width, first.height, first.seed) == ("diffusion", 90, 60, 1)
    assert [step.step for step in alone.progress if isinstance(step, Step)] == [1, 2, 3]
    together = await asyncio.gather(
        engine.run(job("again", "make it night", 1)), engine.run(job("beside", "make the background blue", 2))
    )
    assert [type(outcome) for outcome in together] == [Edited, Edited]
    assert isinstance(together[0], Edited)
    assert isinstance(together[1], Edited)
    assert np.abs(pixels(together[0]) - pixels(first)).max() <= 1
    assert np.abs(pixels(together[1]) - pixels(first)).max() > 1
