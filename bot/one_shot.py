"""`dialogpaint edit`: one wish on one picture file, without a conversation."""

from __future__ import annotations

import asyncio
import io
import uuid
from pathlib import Path
from typing import Any

from PIL import Image

from bot import replies
from bot.pictures import BadPicture, Upload, normalise
from bot.settings import Settings
from bot.wishes import BadWish, read
from bot.wordlist import WordList
from engine.jobs import Decision, DialogueJob, Edited, EditJob, Engine, Failed, Job, Outcome, Refused, Turn

SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png"}


class CannotEdit(Exception):
    """The edit was not made; the message is one sentence."""


async def edit(
    engine: Engine, settings: Settings, picture: Path, wish: str, out: Path | None, seed: int
) -> dict[str, Any]:
    """Answer one wish.

    Returns {"act", "text", "instruction", "out", "width", "height", "editor", "seconds"}; `out` is None when
    the answer is a question or small talk. Raises `CannotEdit`.
    """
    upload = await asyncio.to_thread(_open, picture, settings)
    try:
        text = read(wish, settings.limits.wish_characters).text
    except BadWish as sentence:
        raise CannotEdit(str(sentence)) from sentence
    if not text:
        raise CannotEdit("Please say in words what to change.")
    if WordList(settings.safety.words).find(wish):
        raise CannotEdit(replies.LISTED)
    await engine.start()
    try:
        decision = await _outcome(engine, DialogueJob(_id(), "cli", (Turn("user", text),)))
        assert isinstance(decision, Decision)
        answer: dict[str, Any] = {
            "act": decision.act,
            "text": decision.text,
            "instruction": decision.instruction,
            "out": None,
        }
        if decision.act != "edit" or decision.instruction is None:
            return answer
        edited = await _outcome(engine, EditJob(_id(), "cli", upload.data, decision.instruction, seed))
        assert isinstance(edited, Edited)
    finally:
        await engine.stop()
    target = out or picture.with_name(f"{picture.stem}-edited{SUFFIXES[edited.mime]}")
    await asyncio.to_thread(_write, target, edited)
    return answer | {
        "text": edited.summary or decision.text,
        "out": str(target),
        "width": edited.width,
        "height": edited.height,
        "editor": edited.editor,
        "seconds": round(edited.seconds, 3),
    }


def _open(picture: Path, settings: Settings) -> Upload:
    limits = settings.limits
    try:
        data = picture.read_bytes()
    except OSError as error:
        raise CannotEdit(f"{picture} can't be read: {error.strerror}.") from error
    try:
        return normalise(data, int(limits.upload_mb * 1e6), int(limits.megapixels * 1e6))
    except BadPicture as sentence:
        raise CannotEdit(str(sentence)) from sentence


def _write(target: Path, edited: Edited) -> None:
    """The suffix of the file name decides the format, as people expect of a command."""
    try:
        if SUFFIXES[edited.mime] == target.suffix.lower().replace(".jpeg", ".jpg"):
            target.write_bytes(edited.image)
            return
        Image.open(io.BytesIO(edited.image)).save(target, quality=95)
    except (OSError, ValueError) as error:
        raise CannotEdit(f"{target} can't be written: {error}.") from error


async def _outcome(engine: Engine, job: Job) -> Outcome:
    """The good outcome of a job; anything else is raised as `CannotEdit`."""
    outcome = await engine.run(job)
    if isinstance(outcome, Decision | Edited):
        return outcome
    if isinstance(outcome, Failed):
        raise CannotEdit(outcome.error)  # who types a command is who runs the bot
    raise CannotEdit(outcome.sentence if isinstance(outcome, Refused) else "The job was cancelled.")


def _id() -> str:
    return uuid.uuid4().hex[:16]
