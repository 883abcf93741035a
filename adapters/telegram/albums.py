"""Albums: Telegram sends each picture as an update of its own; they are one wish.

Nothing says how many there are, so the album is complete when no new piece came for a while.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from telegram import Message

from adapters.telegram.recent import Recent

REMEMBER = 1000


@dataclass(slots=True)
class Album:
    group_id: str
    due: float
    rows: list[int] = field(default_factory=list[int])
    messages: list[Message] = field(default_factory=list[Message])

    @property
    def event_id(self) -> str:
        """The same for every piece, so that a late or repeated one can't start the wish again."""
        return f"album:{self.group_id}"


class Albums:
    """Pieces that wait for the rest of their album; their journal rows stay open."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._albums: dict[str, Album] = {}
        self._heads: Recent[str, int] = Recent(REMEMBER)

    def add(self, row_id: int, message: Message) -> None:
        group_id = str(message.media_group_id)
        album = self._albums.setdefault(group_id, Album(group_id, 0.0))
        album.due = time.monotonic() + self._seconds
        album.rows.append(row_id)
        album.messages.append(message)

    def clear(self) -> None:
        self._albums.clear()

    def head_of(self, message: Message) -> int | None:
        """The id of the first message of the album of a piece, by which the whole is known."""
        return self._heads.get(str(message.media_group_id))

    def take_due(self) -> list[Album]:
        now = time.monotonic()
        return self._take([album for album in self._albums.values() if album.due <= now])

    def take_before(self, message: Message) -> list[Album]:
        """Albums of the same author and chat: they are complete when something else comes after them."""
        return self._take(
            [
                album
                for album in self._albums.values()
                if album.messages[0].chat_id == message.chat_id
                and album.messages[0].from_user == message.from_user
            ]
        )

    def pause(self) -> float | None:
        """Seconds until the next album is complete; None when there is none."""
        if not self._albums:
            return None
        return max(0.0, min(album.due for album in self._albums.values()) - time.monotonic())

    def _take(self, albums: list[Album]) -> list[Album]:
        for album in albums:
            del self._albums[album.group_id]
            self._heads[album.group_id] = min(message.message_id for message in album.messages)
        return albums
