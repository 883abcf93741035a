"""What a message costs in the bot and its store: the real director on a real database, and nothing to wait
for. The engine answers at once, and so does the platform.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

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
from engine.jobs import Decision, DialogueJob, Edited, Job, Outcome, Progress, Status

SIZE = (1280, 960)
WARM_UP = 4


@dataclass(frozen=True, slots=True)
class Overhead:
    """Seconds per message until its answer is delivered, at so many stored `turns`.

    `words`: answered by a question; `pictures`: by an edited picture, which is stored before.
    """

    turns: int
    words: tuple[float, ...]
    pictures: tuple[float, ...]


class AtOnce:
    """An engine that has every answer ready: a question to a wish that ends so, else a picture."""

    def __init__(self) -> None:
        self._numbers = count()
        self._picture = _jpeg()

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

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def capabilities(self, conversation: ConversationRef) -> Capabilities:
        return Capabilities(undo_emoji=("↩️",))

    async def send(self, reply: Reply) -> Receipt:
        return Delivered((MessageRef(reply.conversation, f"sent{next(self._numbers)}"),))

    async def find(self, reply: Reply) -> Receipt:
        return await self.send(reply)

    async def show_status(self, update: StatusUpdate) -> MessageRef | None:
        return None

    async def clear_status(self, message: MessageRef) -> None: ...


async def measure(turns: int, messages: int, folder: Path | None = None) -> Overhead:
    """Fill a store of its own with `turns`, and send it so many messages, one after the other.

    `folder`: where the store is made for the while; it should be on the disk that the bot's data is on.
    Raises `StoreError` and `OSError`.
    """
    with tempfile.TemporaryDirectory(prefix="dialogpaint-bench-", dir=folder) as place:
        settings = Settings(data_dir=Path(place))
        store = await Store.open(settings.data_dir)
        await store.close()  # its tables are there now
        conversation = fill(settings.data_dir / "dialogpaint.db", turns)
        store = await Store.open(settings.data_dir)
        adapters: dict[Platform, Adapter] = {"web": Nowhere()}
        director = Director(store, AtOnce(), settings, adapters)
        try:
            await director.start()
            return await _converse(director, conversation, turns, messages)
        finally:
            await director.stop()
            await store.close()


async def _converse(
    director: Director, conversation: ConversationRef, turns: int, messages: int
) -> Overhead:
    """A picture, a few messages to get warm, and then questions and edits in turn."""
    person = UserRef("web", "bench", "Bench")
    words: list[float] = []
    pictures: list[float] = []

    async def send(number: int, text: str, *attachments: Attachment) -> float:
        ref = MessageRef(conversation, f"bench{number}")
        started = time.perf_counter()
        await director.handle(MessageIn(ref.message_id, ref, person, text, attachments))
        await director.idle()
        return time.perf_counter() - started

    photo = _jpeg()

    async def download() -> bytes:
        return photo

    await send(-1, "", Attachment("photo", download, size=len(photo)))
    for number in range(WARM_UP + messages):
        asks = number % 2 == 0
        seconds = await send(number, "change the colour?" if asks else "make the background blue")
        if number >= WARM_UP:
            (words if asks else pictures).append(seconds)
    return Overhead(turns, tuple(words), tuple(pictures))


def _jpeg() -> bytes:
    out = io.BytesIO()
    Image.radial_gradient("L").resize(SIZE).convert("RGB").save(out, "JPEG", quality=95, subsampling=0)
    return out.getvalue()
