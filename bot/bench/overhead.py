"""What a message costs in the bot and its store: the real director on a real database, and nothing to wait
for. The engine answers at once, and so does the platform.
"""

from __future__ import annotations

import io
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median

from PIL import Image

from bot.bench.filling import fill
from bot.director import Director
from bot.events import (
    Attachment,
    Capabilities,
    ConversationRef,
    Delivered,
    MessageIn,
    MessageRef,
    Platform,
    Receipt,
    Reply,
    StatusUpdate,
    UserRef,
)
from bot.ports import Adapter
from bot.settings import Settings
from bot.store import Store
from engine.jobs import Decision, DialogueJob, Edited, Job, Observer, Outcome, Progress, Status

SIZE = (1280, 960)
WARM_UP = 4
FLUSHES = 20
QUESTION = "change the colour?"
WISH = "make the background blue"


@dataclass(frozen=True, slots=True)
class Overhead:
    """Seconds per message until its answer is delivered, at so many stored `turns`.

    `words`: answered by a question; `pictures`: by an edited picture, which is stored before. `cpu`: seconds
    of processor time per message. `flush`: the disk's own time to make four kilobytes last.
    """

    turns: int
    words: tuple[float, ...]
    pictures: tuple[float, ...]
    cpu: float
    flush: float


class AtOnce:
    """An engine that has every answer ready: a question to a wish that ends so, else a picture."""

    def __init__(self) -> None:
        self._numbers = count()
        self._picture = _jpeg()

    def observe(self, observer: Observer) -> None: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def run(self, job: Job, on_progress: Callable[[Progress], None] | None = None) -> Outcome:
        if isinstance(job, DialogueJob):
            wish = job.turns[-1].text
            if wish.endswith("?"):
                return Decision("ask", "Which colour should it get?")
            return Decision("edit", f"Here you are: {wish}.", wish)
        picture = self._picture + next(self._numbers).to_bytes(8)  # each is another file
        return Edited(picture, "image/jpeg", *SIZE, "diffusion", job.seed, 0.0, None, 7.5, 1.5)

    def cancel(self, job_id: str) -> bool:
        return False

    def status(self) -> Status:
        return Status("ready", "Every answer is ready.", 0, 0)


class Nowhere:
    """A platform that takes everything at once."""

    platform: Platform = "web"

    def __init__(self) -> None:
        self._numbers = count()
        self.newest: Reply | None = None

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def capabilities(self, conversation: ConversationRef) -> Capabilities:
        return Capabilities(undo_emoji=("↩️",))

    async def send(self, reply: Reply) -> Receipt:
        self.newest = reply
        return Delivered((MessageRef(reply.conversation, f"sent{next(self._numbers)}"),))

    async def find(self, reply: Reply) -> Receipt:
        return await self.send(reply)

    async def show_status(self, update: StatusUpdate) -> MessageRef | None:
        return None

    async def clear_status(self, message: MessageRef) -> None: ...


async def measure(turns: int, messages: int, near: Path) -> Overhead:
    """Fill a store of its own with `turns`, and send it so many messages, one after the other.

    The store is made for the while on the disk of `near`, a folder that need not be there yet. Raises
    `StoreError` and `OSError`.
    """
    with tempfile.TemporaryDirectory(prefix="dialogpaint-bench-", dir=_there(near)) as place:
        settings = Settings(data_dir=Path(place))
        store = await Store.open(settings.data_dir)
        await store.close()  # its tables are there now
        conversation = fill(settings.data_dir / "dialogpaint.db", turns)
        flush = _flush(Path(place) / "flushed")
        store = await Store.open(settings.data_dir)
        platform = Nowhere()
        adapters: dict[Platform, Adapter] = {"web": platform}
        director = Director(store, AtOnce(), settings, adapters)
        try:
            await director.start()
            words, pictures, cpu = await _Person(director, platform, conversation).talk(messages)
        finally:
            await director.stop()
            await store.close()
    return Overhead(turns, words, pictures, cpu, flush)


class _Person:
    """Sends messages and waits for the answer to each."""

    def __init__(self, director: Director, platform: Nowhere, conversation: ConversationRef) -> None:
        self._director, self._platform, self._conversation = director, platform, conversation
        self._numbers = count()

    async def talk(self, messages: int) -> tuple[tuple[float, ...], tuple[float, ...], float]:
        """A picture, a few messages to get warm, and then questions and edits in turn."""
        words: list[float] = []
        pictures: list[float] = []
        photo = _jpeg()

        async def download() -> bytes:
            return photo

        await self._send("", "ask", Attachment("photo", download, size=len(photo)))
        for _ in range(WARM_UP // 2):
            await self._send(QUESTION, "ask")
            await self._send(WISH, "edit")
        before = time.process_time()
        for number in range(messages):
            if number % 2 == 0:
                words.append(await self._send(QUESTION, "ask"))
            else:
                pictures.append(await self._send(WISH, "edit"))
        return tuple(words), tuple(pictures), (time.process_time() - before) / messages

    async def _send(self, text: str, expected: str, *attachments: Attachment) -> float:
        ref = MessageRef(self._conversation, f"bench{next(self._numbers)}")
        person = UserRef("web", "bench", "Bench")
        started = time.perf_counter()
        await self._director.handle(MessageIn(ref.message_id, ref, person, text, attachments))
        await self._director.idle()
        seconds = time.perf_counter() - started
        answer, self._platform.newest = self._platform.newest, None
        if answer is None or answer.decision != expected or answer.reply_to != ref:
            raise RuntimeError(f"{text!r} was answered by {answer}")  # a time of something else is no use
        return seconds


def _there(folder: Path) -> Path:
    """The folder, or the nearest above it that exists."""
    return next(each for each in (folder.absolute(), *folder.absolute().parents) if each.is_dir())


def _flush(file: Path) -> float:
    """Seconds that the disk takes to make four kilobytes last."""
    seconds: list[float] = []
    with file.open("wb") as out:
        for _ in range(FLUSHES):
            out.write(bytes(4096))
            out.flush()
            started = time.perf_counter()
            os.fsync(out.fileno())
            seconds.append(time.perf_counter() - started)
    return median(seconds)


def _jpeg() -> bytes:
    out = io.BytesIO()
    Image.radial_gradient("L").resize(SIZE).convert("RGB").save(out, "JPEG", quality=95, subsampling=0)
    return out.getvalue()
