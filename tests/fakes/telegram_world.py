"""What the fake Telegram holds: people, chats, messages and files, and their Bot API JSON."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]

MENTION = re.compile(r"(?<!\w)@\w{4,32}")
COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(@\w{4,32})?")


class ApiError(Exception):
    """An answer with `ok: false`."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    first_name: str
    username: str | None = None
    is_bot: bool = False

    def json(self) -> JSON:
        found: JSON = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        return found | ({"username": self.username} if self.username else {})


@dataclass(slots=True)
class Chat:
    """A private chat has its person's id, a group a negative one."""

    id: int
    type: str
    title: str = ""
    privacy: bool = True
    admins: set[int] = field(default_factory=set)
    topics: set[int] = field(default_factory=set)
    gone: str | None = None
    moved_to: int | None = None
    forbidden: set[str] = field(default_factory=set)
    """Kinds of media that nobody may send there."""

    def json(self) -> JSON:
        found: JSON = {"id": self.id, "type": self.type}
        if self.type == "private":
            return found | {"first_name": self.title}
        return found | {"title": self.title} | ({"is_forum": True} if self.topics else {})

    def check(self) -> None:
        """Raises what Telegram answers to a call about a chat that can't be written to."""
        if self.moved_to:
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.moved_to,
            )
        if self.gone == "blocked":
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if self.gone == "kicked":
            raise ApiError(403, "Forbidden: bot was kicked from the supergroup chat")
        if self.gone == "deleted":
            raise ApiError(400, "Bad Request: chat not found")


@dataclass(slots=True)
class Message:
    """A message of a person or of the bot. `media` is its Bot API JSON (`photo`, `document` …)."""

    id: int
    chat: Chat
    author: Person
    text: str = ""
    media: JSON = field(default_factory=dict)
    file: bytes | None = None
    keyboard: list[list[JSON]] = field(default_factory=list)
    topic: int | None = None
    reply_to: Message | None = None
    extra: JSON = field(default_factory=dict)
    edits: int = 0

    @property
    def kind(self) -> str:
        return next(iter(self.media), "text")

    def json(self, *, nested: bool = False) -> JSON:
        found: JSON = {
            "message_id": self.id,
            "date": int(time.time()),
            "chat": self.chat.json(),
            "from": self.author.json(),
            **self.media,
            **self.extra,
        }
        if self.text:
            key, entities = ("caption", "caption_entities") if self.media else ("text", "entities")
            found |= {key: self.text, entities: entities_in(self.text)}
        if self.topic is not None:
            found |= {"message_thread_id": self.topic, "is_topic_message": True}
        if self.keyboard:
            found["reply_markup"] = {"inline_keyboard": self.keyboard}
        if self.reply_to and not nested:  # Telegram never nests replies
            found["reply_to_message"] = self.reply_to.json(nested=True)
            found.setdefault("message_thread_id", self.reply_to.id)  # a chain of replies is no topic
        return found


@dataclass(frozen=True, slots=True)
class Seen:
    """A message of the bot as people see it. `buttons` are (label, data) in reading order."""

    message_id: int
    text: str
    kind: str
    file: bytes | None
    buttons: tuple[tuple[str, str], ...]
    reply_to: int | None
    topic: int | None
    edits: int
    pings: bool
    spoiler: bool


def seen(message: Message) -> Seen:
    return Seen(
        message.id,
        message.text,
        message.kind,
        message.file,
        tuple((button["text"], button["callback_data"]) for row in message.keyboard for button in row),
        message.reply_to.id if message.reply_to else None,
        message.topic,
        message.edits,
        any(entity["type"] == "mention" for entity in entities_in(message.text)),
        bool(message.media.get("has_media_spoiler")),
    )


def entities_in(text: str) -> list[JSON]:
    """Mentions and commands, found by Telegram in any text; offsets in UTF-16 units."""
    found = [("mention", match) for match in MENTION.finditer(text)]
    found += [("bot_command", match) for match in COMMAND.finditer(text)]
    return [
        {"type": kind, "offset": units(text[: match.start()]), "length": units(match.group())}
        for kind, match in sorted(found, key=lambda pair: pair[1].start())
    ]


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
