"""What the tests of several pictures at once have in common: an album, its buttons, what came of it."""

from __future__ import annotations

from bot.events import (
    Acknowledged,
    Action,
    Attachment,
    MessageRef,
    Reply,
)
from tests.bot.world import World, cleaned, photo, png

COLOURS = ("red", "green", "blue")
FILES = [png(colour) for colour in COLOURS]
KEPT = [cleaned(file) for file in FILES]


def album(count: int = 3) -> list[Attachment]:
    return [photo(file) for file in FILES[:count]]


def as_messages(at: MessageRef) -> list[Attachment]:
    """An album whose pictures are messages of their own, the first of which is `at`."""
    first = int(at.message_id)
    return [
        Attachment("photo", photo(file).open, message_id=str(first + 10_000 * number))
        for number, file in enumerate(FILES)
    ]


def button(reply: Reply, number: int) -> Action:
    """The button for one picture; 0: for all."""
    names = [action for action in reply.actions if action.number == number and action.name in {"all", "pick"}]
    return names[0]


def edits(world: World, *, since: int = 0) -> list[Reply]:
    return [reply for reply in world.adapter.sent[since:] if reply.decision == "edit"]


def pictures(replied: list[Reply]) -> list[bytes]:
    return [reply.image.data for reply in replied if reply.image]


async def press(world: World, action: Action, **values: object) -> Acknowledged | None:
    acknowledged = await world.press(action.name, action.target, **values)  # type: ignore[arg-type]
    await world.settle()
    return acknowledged


async def restarted(world: World) -> World:
    """The same people on the same platform, after the bot came back."""
    second = World(world.data_dir)
    second.adapter, second.adapters, second.numbers = world.adapter, world.adapters, world.numbers
    await second.start()
    await second.settle()
    return second
