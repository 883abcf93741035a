"""A whole bot in memory for the web adapter: it asks, edits, undoes and keeps a transcript as the store does.

Its "edits" are Pillow one-liners; the version tree is the real one. While `hold` is cleared, edits stay at
their status message; `events` is everything that the adapter delivered, `offers` the buttons under an edit.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import itertools
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from bot import conversation as tree
from bot.events import (
    STARS,
    Acknowledged,
    Action,
    ButtonPressed,
    CommandInvoked,
    ConversationRef,
    InboundEvent,
    MessageIn,
    ReactionChanged,
    Reply,
    StatusUpdate,
)
from bot.ports import Adapter

STEPS = 4


@dataclass
class Chat:
    tree: tree.Conversation = field(default_factory=tree.Conversation)
    turns: list[dict[str, Any]] = field(default_factory=list)
    images: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    jobs: dict[str, asyncio.Task[None]] = field(default_factory=dict)


class WebBot:
    """The handler, the transcript and the health of a `WebAdapter`; set `adapter` before the first event."""

    adapter: Adapter

    def __init__(self) -> None:
        self.chats: dict[ConversationRef, Chat] = {}
        self.events: list[InboundEvent] = []
        self.ledger: set[str] = set()
        self.hold = asyncio.Event()
        self.hold.set()
        self.healthy = True
        self.offers: tuple[str, ...] = ("undo", "again", "stronger", "subtler", "original")
        self._ids = (f"{number:04d}" for number in itertools.count(1))

    # ------------------------------------------------------------ Handler

    async def handle(self, event: InboundEvent) -> Acknowledged | None:
        self.events.append(event)
        if event.event_id in self.ledger:
            return None
        self.ledger.add(event.event_id)
        match event:
            case MessageIn():
                await self._message(event)
            case ReactionChanged(ref=ref, added=added):
                chat = self._chat(ref.conversation)
                version = next(turn["version"] for turn in chat.turns if turn["id"] == ref.message_id)
                chat.tree = tree.undo(chat.tree, version) if added else tree.redo(chat.tree, version)
            case CommandInvoked(ref=ref, name="undo"):
                await self._move(ref.conversation, tree.undo_last, "Undone.", "undo")
            case CommandInvoked(ref=ref, name="redo"):
                await self._move(ref.conversation, tree.redo, "Redone.", "undo")
            case CommandInvoked(ref=ref, name="reset"):
                await self._move(ref.conversation, tree.reset, "Back to your picture.", "reset")
            case CommandInvoked(ref=ref, name="share" | "rate" as name, argument=argument):
                await self._say(ref.conversation, f"Command {name}: {argument}.", "chat")
            case ButtonPressed(ref=ref, name=name) if name in STARS:
                (turn,) = (
                    turn for turn in self._chat(ref.conversation).turns if turn["id"] == ref.message_id
                )
                turn["actions"] = [action for action in turn["actions"] if action["name"] not in STARS]
                return Acknowledged(f"Thank you for {STARS[name]} stars!")
            case ButtonPressed(ref=ref, name="again" | "stronger" | "subtler" | "original", target=target):
                version = self._chat(ref.conversation).tree.versions[target]
                assert version.parent is not None
                self._order(ref.conversation, f"{version.instruction} {event.name}", version.parent)
            case ButtonPressed(name="all" | "pick" as name, target=target):
                return Acknowledged(f"{name} {target}: that is settled already.")
            case ButtonPressed(ref=ref, name="cancel", target=job):
                self._chat(ref.conversation).jobs.pop(job).cancel()
                await self.adapter.clear_status(ref)
            case _:
                raise AssertionError(f"unexpected {event}")
        return None

    async def _message(self, event: MessageIn) -> None:
        chat = self._chat(event.ref.conversation)
        turn: dict[str, Any] = {"id": event.ref.message_id, "speaker": "user", "text": event.text}
        chat.turns.append(turn | self._nothing())
        if event.attachments:
            data = await event.attachments[0].open()
            version = self._version(chat, None, data, None)
            chat.turns[-1] |= self._shown(chat, version)
        if event.text == "boom":
            raise RuntimeError("the bot fell over")
        if len(event.attachments) > 1:
            actions = [asdict(Action("all", "job")), asdict(Action("pick", "first", 1, "Just the first"))]
            await self._say(event.ref.conversation, "Which of them?", "ask", actions)
        elif chat.tree.head is None:
            await self._say(event.ref.conversation, "Which picture do you mean? Send me one.", "ask")
        elif event.text.startswith("Can you"):
            await self._say(event.ref.conversation, "Which animal should the dog become?", "ask")
        else:
            parent = chat.tree.head
            if event.reply_to is not None:
                replied = event.reply_to.message_id
                parent = next(turn["version"] for turn in chat.turns if turn["id"] == replied)
            self._order(event.ref.conversation, event.text, parent)

    def _order(self, conversation: ConversationRef, wish: str, parent: str) -> None:
        job = next(self._ids)
        edit = self._edit(conversation, job, wish, parent)
        self._chat(conversation).jobs[job] = asyncio.create_task(edit)

    async def _edit(self, conversation: ConversationRef, job: str, wish: str, parent: str) -> None:
        chat = self._chat(conversation)
        cancel = (Action("cancel", job),)
        words = "You are number 1 in the queue, about 12 seconds to go."
        status = await self.adapter.show_status(StatusUpdate(job, conversation, words, actions=cancel))
        edited = painted(chat.images[chat.tree.versions[parent].image][0], wish)
        for step in range(1, STEPS):
            words = f"Painting … about {3 * (STEPS - step)} seconds to go."
            preview, progress = blurred(edited, STEPS - step), step / STEPS
            await self.adapter.show_status(
                StatusUpdate(job, conversation, words, status, None, preview, progress, cancel)
            )
        await self.hold.wait()
        version = self._version(chat, parent, edited, wish)
        key = next(self._ids)
        turn: dict[str, Any] = {"id": key, "speaker": "bot", "text": f"Done: {wish}."} | self._nothing()
        actions = [{"name": name, "target": version} for name in self.offers]
        chat.turns.append(turn | {"decision": "edit", "actions": actions} | self._shown(chat, version))
        del chat.jobs[job]
        await self.adapter.send(Reply(key, conversation, turn["text"], status=status, decision="edit"))

    async def _move(self, conversation: ConversationRef, move: Any, words: str, decision: Any) -> None:
        chat = self._chat(conversation)
        chat.tree = move(chat.tree)
        await self._say(conversation, words, decision)
        assert chat.tree.head is not None
        chat.turns[-1] |= self._shown(chat, chat.tree.head)

    async def _say(
        self, conversation: ConversationRef, text: str, decision: Any, actions: Sequence[Any] = ()
    ) -> None:
        key = next(self._ids)
        turn = {"id": key, "speaker": "bot", "text": text} | self._nothing()
        turn |= {"decision": decision, "actions": list(actions)}
        self._chat(conversation).turns.append(turn)
        await self.adapter.send(Reply(key, conversation, text, decision=decision))

    # ------------------------------------------------------------ Transcript

    async def messages(self, conversation: ConversationRef) -> list[dict[str, Any]]:
        chat = self._chat(conversation)
        undone = {version for move in chat.tree.moves for version in (move.target, move.start)}
        states = dict.fromkeys(undone, "undone") | {chat.tree.head: "head"}
        return [
            turn | {"state": states.get(turn["version"], "kept") if turn["version"] else None}
            for turn in chat.turns
        ]

    async def image(self, conversation: ConversationRef, sha256: str) -> tuple[bytes, str] | None:
        return self._chat(conversation).images.get(sha256)

    async def busy(self, conversation: ConversationRef) -> list[str]:
        return list(self._chat(conversation).jobs)

    def health(self) -> dict[str, object]:
        return {"ok": self.healthy}

    # ------------------------------------------------------------ inside

    def _chat(self, conversation: ConversationRef) -> Chat:
        return self.chats.setdefault(conversation, Chat())

    def _nothing(self) -> dict[str, Any]:
        return {"decision": None, "image": None, "version": None, "at": time.time(), "actions": []}

    def _version(self, chat: Chat, parent: str | None, data: bytes, wish: str | None) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        chat.images[sha256] = (data, Image.open(io.BytesIO(data)).get_format_mimetype() or "")
        version = tree.Version(next(self._ids), parent, sha256, "me", wish)
        if parent:
            chat.tree = tree.edit(chat.tree, version)
        else:
            chat.tree = tree.begin(tree.received(chat.tree, version), version.id)
        return version.id

    def _shown(self, chat: Chat, version: str) -> dict[str, Any]:
        sha256 = chat.tree.versions[version].image
        data, mime = chat.images[sha256]
        width, height = Image.open(io.BytesIO(data)).size
        image = {"sha256": sha256, "width": width, "height": height, "mime": mime}
        return {"image": image, "version": version}


def painted(data: bytes, wish: str) -> bytes:
    image = Image.open(io.BytesIO(data)).convert("RGB")
    if "white" in wish:
        image = ImageOps.grayscale(image).convert("RGB")
    elif "night" in wish:
        image = Image.blend(image, Image.new("RGB", image.size, (8, 12, 60)), 0.6)
    else:
        image = ImageEnhance.Color(ImageEnhance.Brightness(image).enhance(1.3)).enhance(1.4)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def blurred(edited: bytes, steps_left: int) -> bytes:
    image = Image.open(io.BytesIO(edited))
    image.thumbnail((160, 160))
    buffer = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(3 * steps_left)).save(buffer, "JPEG")
    return buffer.getvalue()
