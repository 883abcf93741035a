"""People on a fake Discord and a fake Telegram, who know which answers are due to them."""

from __future__ import annotations

import asyncio
import random
import re
import time
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, NamedTuple

from bot import replies
from tests.fakes.discord_wire import DiscordWire
from tests.fakes.discord_world import Payload, World
from tests.fakes.telegram_api import FakeTelegram, seen
from tests.fakes.telegram_world import Message, Person

PATIENCE = 60.0
"""Seconds; an answer that takes longer is waited for at the end only."""
LOOK = 0.1
_SMALL_PRINT = re.compile(r"\n-# .*")

Act = Callable[[], Awaitable[object]]


class Answer(NamedTuple):
    text: str
    message_id: int
    buttons: tuple[str, ...]


class Someone(ABC):
    """One person, and all they said and heard. A place is a thread or a chat."""

    def __init__(self, chance: random.Random, pictures: Sequence[bytes]) -> None:
        self._chance = chance
        self._pictures = pictures
        self._told = 0
        self.place = 0
        self.wanted: dict[int, list[str]] = defaultdict(list)
        """Place → the answers that are due there, in their order."""
        self.waits: list[float] = []

    async def live(self, seconds: float, pause: float) -> None:
        """Tell stories for so long, with pauses of `pause` seconds on average between two acts."""
        end = time.monotonic() + seconds
        await self._rest(2 * pause * self._chance.random(), end)
        while time.monotonic() < end:
            for act, *answers in self._story():
                await self._do(act, answers)
                await self._rest(pause * self._chance.uniform(0.5, 1.5), end)
                if time.monotonic() >= end:
                    return

    @staticmethod
    async def _rest(seconds: float, end: float) -> None:
        await asyncio.sleep(max(0.0, min(seconds, end - time.monotonic())))

    def _story(self) -> Iterator[tuple[Any, ...]]:
        self._told += 1
        number, picture = self._told, self._chance.choice(self._pictures)
        yield lambda: self.post(f"ask about number {number}", picture), "Which one?"
        yield lambda: self.write(f"colour {number}"), f"Did: colour {number}"
        yield lambda: self.write(f"shade {number}"), f"Did: shade {number}"
        edit = self.answers(self.place)[-1]
        yield lambda: self.react(edit, added=True), replies.BACK_ONE
        yield lambda: self.react(edit, added=False), replies.REDONE
        yield lambda: self.press(edit, "compare"), replies.before_and_after(f"shade {number}")
        yield lambda: self.press(edit, "undo"), replies.BACK_ONE
        yield lambda: self.command("redo"), replies.REDONE
        yield (
            lambda: self.twice(f"light {number}", f"frame {number}"),
            f"Did: light {number}",
            f"Did: frame {number}",
        )
        yield lambda: self.write(f"chat {number}"), "How nice!"

    async def twice(self, first: str, second: str) -> None:
        await self.write(first)
        await self.write(second)

    async def _do(self, act: Act, answers: Sequence[str]) -> None:
        began = time.monotonic()
        await act()
        self.wanted[self.place] += answers
        try:
            async with asyncio.timeout(PATIENCE):
                while len(self.answers(self.place)) < len(self.wanted[self.place]):  # noqa: ASYNC110
                    await asyncio.sleep(LOOK)
        except TimeoutError:
            return
        self.waits.append(time.monotonic() - began)

    def acts(self) -> int:
        return sum(map(len, self.wanted.values()))

    def lost(self) -> Counter[str]:
        """The answers that are due and not there."""
        return self._differ(lambda wanted, got: wanted - got)

    def doubled(self) -> Counter[str]:
        """The answers that are there and not due."""
        return self._differ(lambda wanted, got: got - wanted)

    def _differ(self, how: Callable[[Counter[str], Counter[str]], Counter[str]]) -> Counter[str]:
        found: Counter[str] = Counter()
        for place, wanted in self.wanted.items():
            found += how(Counter(wanted), Counter(answer.text for answer in self.answers(place)))
        return found

    @abstractmethod
    def answers(self, place: int) -> list[Answer]:
        """What the bot says there; no status, and no dot that waits to be filled."""

    @abstractmethod
    async def post(self, text: str, picture: bytes) -> None:
        """Begin with a new picture."""

    @abstractmethod
    async def write(self, text: str) -> None: ...

    @abstractmethod
    async def react(self, answer: Answer, *, added: bool) -> None:
        """Put the undo reaction under a message, or take it back."""

    @abstractmethod
    async def press(self, answer: Answer, name: str) -> None: ...

    @abstractmethod
    async def command(self, name: str) -> None: ...


# ---------------------------------------------------------------- Discord


class CrowdedWorld(World):
    """Knows what stands in a channel without looking through all that was ever said."""

    def __post_init__(self) -> None:
        self.places: dict[int, list[int]] = defaultdict(list)
        super().__post_init__()

    def say(self, channel_id: int, author_id: int, content: str, **more: Any) -> Payload:
        message = super().say(channel_id, author_id, content, **more)
        self.places[channel_id].append(int(message["id"]))
        return message

    def history(self, channel_id: int) -> list[Payload]:
        there = (self.messages.get(message_id) for message_id in self.places[channel_id])
        return [message for message in there if message is not None]


class OnDiscord(Someone):
    """Posts each new picture in a channel, with a mention, and goes on in the thread."""

    def __init__(
        self, wire: DiscordWire, name: str, channel: int, chance: random.Random, pictures: Sequence[bytes]
    ) -> None:
        super().__init__(chance, pictures)
        self._wire, self._channel = wire, channel
        self._me = wire.world.user(name)

    def answers(self, place: int) -> list[Answer]:
        if place not in self._wire.world.channels:
            return []
        found: list[Answer] = []
        for message in self._wire.bot_messages(place):
            buttons = tuple(self._wire.custom_ids(message))
            if not any("cancel" in button for button in buttons):
                text = self._wire.as_read(_SMALL_PRINT.sub("", message["content"]))
                found.append(Answer(text, int(message["id"]), buttons))
        return found

    async def post(self, text: str, picture: bytes) -> None:
        files = [("photo.jpg", picture)]
        posted = await self._wire.post(text, files, channel=self._channel, author=self._me, mention=True)
        self.place = int(posted["id"])

    async def write(self, text: str) -> None:
        await self._wire.post(text, channel=self.place, author=self._me)

    async def react(self, answer: Answer, *, added: bool) -> None:
        await self._wire.react(answer.message_id, "↩️", added=added, user=self._me)

    async def press(self, answer: Answer, name: str) -> None:
        (button,) = [one for one in answer.buttons if f":{name}:" in one]
        await self._wire.press(answer.message_id, button, user=self._me)

    async def command(self, name: str) -> None:
        await self._wire.slash(name, channel=self.place, user=self._me)


# ---------------------------------------------------------------- Telegram


class CrowdedTelegram(FakeTelegram):
    """Knows what stands in a chat without looking through all that was ever said."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[int, list[Message]] = defaultdict(list)

    def new_message(self, chat: Any, **more: Any) -> Message:
        message = super().new_message(chat, **more)
        self.places[chat.id].append(message)
        return message


class OnTelegram(Someone):
    """Has a private chat with the bot."""

    def __init__(
        self, telegram: CrowdedTelegram, name: str, chance: random.Random, pictures: Sequence[bytes]
    ) -> None:
        super().__init__(chance, pictures)
        self._telegram = telegram
        self._me: Person = telegram.person(name)
        self.place = telegram.private(self._me)

    def answers(self, place: int) -> list[Answer]:
        found: list[Answer] = []
        for message in self._telegram.places[place]:
            buttons = tuple(data for _, data in seen(message).buttons)
            there = (place, message.id) in self._telegram.messages
            if there and message.text != "…" and not any("cancel" in button for button in buttons):
                found.append(Answer(message.text, message.id, buttons))
        return found

    async def post(self, text: str, picture: bytes) -> None:
        self._telegram.post(self.place, self._me, text, photo=picture)

    async def write(self, text: str) -> None:
        self._telegram.post(self.place, self._me, text)

    async def react(self, answer: Answer, *, added: bool) -> None:
        old, new = ([], ["👎"]) if added else (["👎"], [])
        self._telegram.react(self.place, self._me, answer.message_id, new, old)

    async def press(self, answer: Answer, name: str) -> None:
        (button,) = [one for one in answer.buttons if one.startswith(f"{name}:")]
        self._telegram.press(self.place, self._me, answer.message_id, button)

    async def command(self, name: str) -> None:
        self._telegram.post(self.place, self._me, f"/{name}")
